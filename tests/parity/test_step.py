"""Rungs 2 and 3: the core's step equals the layers', repeated ids included; float equals double on every ISA."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends import allocate_vectors
from wordmill.training.backends.reference import reference_step

VOCABULARY = 40
RULES = [("skipgram", "mean"), ("cbow", "mean"), ("cbow", "sqrt"), ("cbow", "word2vec")]
Matrix = NDArray[np.floating[Any]]


def vectors(columns: int, seed: int, dtype: type[np.floating[Any]], scale: float = 1.0) -> Matrix:
    matrix = allocate_vectors(VOCABULARY, columns, dtype)
    matrix[:] = np.random.default_rng(seed).normal(scale=scale, size=matrix.shape)
    return matrix


@st.composite
def plans(draw: st.DrawFn) -> tuple[NDArray[np.int32], int, NDArray[np.int32]]:
    """Few words, so that contexts and negatives repeat, and contexts meet the target."""
    words = draw(st.integers(2, VOCABULARY))
    target = draw(st.integers(0, words - 1))
    contexts = draw(st.lists(st.integers(0, words - 1), min_size=1, max_size=70))
    others = [word for word in range(words) if word != target]
    negatives = draw(st.lists(st.sampled_from(others), min_size=1, max_size=20))
    return np.array(contexts, np.int32), target, np.array(negatives, np.int32)


@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize(("architecture", "cbow_update"), RULES)
@given(plan=plans(), columns=st.integers(1, 70), seed=st.integers(0, 99))
def test_double_step_equals_the_layers(
    isa: str,
    architecture: str,
    cbow_update: str,
    plan: tuple[NDArray[np.int32], int, NDArray[np.int32]],
    columns: int,
    seed: int,
) -> None:
    rule: dict[str, Any] = {"alpha": 0.3, "architecture": architecture, "cbow_update": cbow_update}
    inputs, outputs = vectors(columns, seed, np.float64), vectors(columns, seed + 1, np.float64)
    expected_inputs, expected_outputs = inputs.copy(), outputs.copy()
    loss = core.step(inputs, outputs, *plan, **rule, isa=isa)
    contexts, target, negatives = plan
    window = [contexts], np.array([target]), negatives[None]
    expected_loss = reference_step(expected_inputs, expected_outputs, *window, **rule)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    np.testing.assert_allclose(inputs, expected_inputs, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(outputs, expected_outputs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize(("architecture", "cbow_update"), RULES)
@given(plan=plans(), columns=st.integers(1, 310), seed=st.integers(0, 99))
def test_float_step_equals_double(
    isa: str,
    architecture: str,
    cbow_update: str,
    plan: tuple[NDArray[np.int32], int, NDArray[np.int32]],
    columns: int,
    seed: int,
) -> None:
    rule: dict[str, Any] = {"alpha": 0.025, "architecture": architecture, "cbow_update": cbow_update, "isa": isa}
    scale = columns**-0.5
    single: tuple[Matrix, Matrix] = (
        vectors(columns, seed, np.float32, scale),
        vectors(columns, seed + 1, np.float32, scale),
    )
    double = allocate_vectors(VOCABULARY, columns, np.float64), allocate_vectors(VOCABULARY, columns, np.float64)
    for narrow, wide in zip(single, double, strict=True):
        wide[:] = narrow
    before = [matrix.copy() for matrix in double]
    losses = [core.step(inputs, outputs, *plan, **rule) for inputs, outputs in (single, double)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    contexts, _, negatives = plan
    stores = max(np.bincount(ids).max() for ids in (contexts, negatives)) if architecture == "cbow" else 1  # of one row
    for narrow, wide, old in zip(single, double, before, strict=True):
        largest_change = np.abs(wide - old).max(axis=1, keepdims=True)
        rounding = np.spacing(np.abs(wide).max(axis=1, keepdims=True).astype(np.float32))  # of storing the row at all
        assert np.all(np.abs(narrow - wide) <= 1e-5 * largest_change + 1e-7 + stores * rounding)


@pytest.mark.parametrize("isa", core.available_isas())
def test_float_sigmoid(isa: str) -> None:
    scores = np.linspace(-40, 40, 200_001, dtype=np.float32)
    exact = 1 / (1 + np.exp(-scores.astype(np.float64)))
    assert np.abs(core.sigmoid(scores, isa) - exact).max() < 3e-7


@pytest.mark.parametrize("isa", core.available_isas())
def test_sigmoid_at_the_ends(isa: str) -> None:
    far = np.array([-3e38, -200, 200, 3e38], np.float32)
    np.testing.assert_allclose(core.sigmoid(far, isa), [0, 0, 1, 1], atol=1e-30)


@pytest.mark.parametrize("isa", core.available_isas())
def test_initial_loss_is_one_plus_k_times_log_2(isa: str) -> None:
    inputs, outputs = vectors(50, 0, np.float32), allocate_vectors(VOCABULARY, 50)
    contexts, negatives = np.array([1, 2, 3], np.int32), np.array([5, 6, 7, 8], np.int32)
    loss = core.step(
        inputs, outputs, contexts, 4, negatives, alpha=0.0, architecture="skipgram", cbow_update="mean", isa=isa
    )
    assert loss == pytest.approx(3 * 5 * np.log(2), rel=1e-6)


def test_padding_of_rows_stays_zero() -> None:
    inputs, outputs = vectors(33, 0, np.float32), vectors(33, 1, np.float32)
    padding = np.lib.stride_tricks.as_strided(inputs[:, 32:], (VOCABULARY, 15), inputs.strides)[:, 1:]
    core.step(
        inputs,
        outputs,
        np.arange(9, dtype=np.int32),
        9,
        np.arange(10, 20, dtype=np.int32),
        alpha=0.5,
        architecture="skipgram",
        cbow_update="mean",
        isa=core.available_isas()[0],
    )
    assert not padding.any()


def test_matrices_that_do_not_start_on_cache_lines_are_refused() -> None:
    plain = np.zeros((9, 33), np.float32)
    one, two = np.array([1], np.int32), np.array([2], np.int32)
    with pytest.raises(ValueError, match="allocate_vectors"):
        core.step(plain, plain, one, 0, two, alpha=0.1, architecture="skipgram", cbow_update="mean", isa="baseline")
