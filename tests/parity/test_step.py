"""Rungs 2 and 3: the core's step equals the layers', repeated ids included; float equals double on every ISA."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends import NegativeSampling, allocate_vectors
from wordmill.training.backends.reference import reference_step

VOCABULARY = 40
OBJECTIVE = NegativeSampling(5, np.ones(VOCABULARY))
RULES = [("pairs", "mean"), ("mean", "mean"), ("mean", "sqrt"), ("mean", "word2vec")]
Matrix = NDArray[np.floating[Any]]
Plan = tuple[NDArray[np.int32], NDArray[np.int32]]


def vectors(columns: int, seed: int, dtype: type[np.floating[Any]], scale: float = 1.0) -> Matrix:
    matrix = allocate_vectors(VOCABULARY, columns, dtype)
    matrix[:] = np.random.default_rng(seed).normal(scale=scale, size=matrix.shape)
    return matrix


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Contexts, and the target with negatives: few words, so that they repeat, and contexts meet the target."""
    words = draw(st.integers(2, VOCABULARY))
    target = draw(st.integers(0, words - 1))
    contexts = draw(st.lists(st.integers(0, words - 1), min_size=1, max_size=70))
    others = [word for word in range(words) if word != target]
    negatives = draw(st.lists(st.sampled_from(others), min_size=1, max_size=20))
    return np.array(contexts, np.int32), np.array([target, *negatives], np.int32)


@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize(("shape", "mean_update"), RULES)
@given(plan=plans(), columns=st.integers(1, 70), seed=st.integers(0, 99))
def test_double_step_equals_the_layers(
    isa: str,
    shape: str,
    mean_update: str,
    plan: Plan,
    columns: int,
    seed: int,
) -> None:
    rule: dict[str, Any] = {"alpha": 0.3, "shape": shape, "mean_update": mean_update}
    inputs, outputs = vectors(columns, seed, np.float64), vectors(columns, seed + 1, np.float64)
    expected_inputs, expected_outputs = inputs.copy(), outputs.copy()
    loss = core.step(inputs, outputs, *plan, **rule, isa=isa)
    contexts, asked = plan
    expected_loss = reference_step(
        expected_inputs, expected_outputs, [contexts], asked[:1], [asked], objective=OBJECTIVE, **rule
    )
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    np.testing.assert_allclose(inputs, expected_inputs, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(outputs, expected_outputs, rtol=1e-12, atol=1e-12)


@st.composite
def questions(draw: st.DrawFn) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    """Contexts, distinct rows that are asked, and a right answer for each: -1 yes, 1 no."""
    contexts = draw(st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=40))
    asked = draw(st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=25, unique=True))
    signs = draw(st.lists(st.sampled_from([-1, 1]), min_size=len(asked), max_size=len(asked)))
    return np.array(contexts, np.int32), np.array(asked, np.int32), np.array(signs, np.int8)


@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize(("shape", "mean_update"), RULES)
@pytest.mark.parametrize("outputs_learn", [True, False])
@given(question=questions(), columns=st.integers(1, 40), seed=st.integers(0, 99))
def test_any_answers_may_be_right(
    isa: str,
    shape: str,
    mean_update: str,
    outputs_learn: bool,
    question: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]],
    columns: int,
    seed: int,
) -> None:
    """The step written out for one question after the other; a window of many contexts takes several steps of pairs."""
    contexts, asked, signs = question
    alpha = 0.3
    inputs, outputs = vectors(columns, seed, np.float64), vectors(columns, seed + 1, np.float64)
    expected_inputs, expected_outputs = inputs.copy(), outputs.copy()
    rule: dict[str, Any] = {"alpha": alpha, "shape": shape, "mean_update": mean_update, "isa": isa}
    loss = core.step(inputs, outputs, contexts, asked, signs=signs, outputs_learn=outputs_learn, **rule)
    at_once = core.STEP_CONTEXTS if shape == "pairs" else len(contexts)
    expected_loss = 0.0
    for words in np.split(contexts, range(at_once, len(contexts), at_once)):
        rows, o = expected_inputs[words], expected_outputs[asked]
        h = rows if shape == "pairs" else rows.mean(axis=0, keepdims=True)
        z = signs * (h @ o.T)
        expected_loss += np.logaddexp(0, z).sum()
        g = -alpha * signs / (1 + np.exp(-z))
        few = max(len(words), core.FEW_CONTEXTS)
        share = {"mean": 1 / len(words), "sqrt": few**-0.5, "word2vec": 1.0}[mean_update] if shape == "mean" else 1.0
        np.add.at(expected_inputs, words, share * (g @ o))
        if outputs_learn:
            expected_outputs[asked] += g.T @ h
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    np.testing.assert_allclose(inputs, expected_inputs, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(outputs, expected_outputs, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize(("shape", "mean_update"), RULES)
@given(plan=plans(), columns=st.integers(1, 310), seed=st.integers(0, 99))
def test_float_step_equals_double(
    isa: str,
    shape: str,
    mean_update: str,
    plan: Plan,
    columns: int,
    seed: int,
) -> None:
    rule: dict[str, Any] = {"alpha": 0.025, "shape": shape, "mean_update": mean_update, "isa": isa}
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
    stores = max(np.bincount(ids).max() for ids in plan) if shape == "mean" else 1  # of one row
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
    contexts, asked = np.array([1, 2, 3], np.int32), np.array([4, 5, 6, 7, 8], np.int32)
    loss = core.step(inputs, outputs, contexts, asked, alpha=0.0, shape="pairs", mean_update="mean", isa=isa)
    assert loss == pytest.approx(3 * 5 * np.log(2), rel=1e-6)


def test_padding_of_rows_stays_zero() -> None:
    inputs, outputs = vectors(33, 0, np.float32), vectors(33, 1, np.float32)
    padding = np.lib.stride_tricks.as_strided(inputs[:, 32:], (VOCABULARY, 15), inputs.strides)[:, 1:]
    core.step(
        inputs,
        outputs,
        np.arange(9, dtype=np.int32),
        np.arange(9, 20, dtype=np.int32),
        alpha=0.5,
        shape="pairs",
        mean_update="mean",
        isa=core.available_isas()[0],
    )
    assert not padding.any()


def test_matrices_that_do_not_start_on_cache_lines_are_refused() -> None:
    plain = np.zeros((9, 33), np.float32)
    one, two = np.array([1], np.int32), np.array([0, 2], np.int32)
    with pytest.raises(ValueError, match="allocate_vectors"):
        core.step(plain, plain, one, two, alpha=0.1, shape="pairs", mean_update="mean", isa="baseline")
