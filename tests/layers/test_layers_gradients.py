from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill.layers import RowGradient, clip_grads, merge_shared

SHAPE = (5, 2)


def random_rows(seed: int, length: int) -> tuple[RowGradient, NDArray[np.float64]]:
    """A row gradient with repeated ids, and the same made dense by addition."""
    rng = np.random.default_rng(seed)
    ids, values = rng.integers(SHAPE[0], size=length), rng.normal(size=(length, SHAPE[1]))
    dense = np.zeros(SHAPE)
    np.add.at(dense, ids, values)
    gradient = RowGradient(SHAPE, np.float64)
    gradient.assign(ids, values)
    return gradient, dense


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 12), st.integers(0, 12))
def test_row_gradients_add_up_like_dense_ones(seed: int, m: int, n: int) -> None:
    (a, dense_a), (b, dense_b) = random_rows(seed, m), random_rows(seed + 1, n)
    assert np.all(np.diff(a.rows) > 0)
    np.testing.assert_allclose(np.asarray(a), dense_a, atol=1e-12)
    np.testing.assert_allclose(np.asarray(a + b), dense_a + dense_b, atol=1e-12)


def test_dense_view_takes_a_dtype_and_is_a_copy() -> None:
    gradient, _ = random_rows(0, 3)
    assert np.asarray(gradient, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="new array"):
        gradient.__array__(copy=False)


@pytest.mark.parametrize("max_norm", [0.5, 1e9])
def test_clip_bounds_the_common_norm_of_rows_and_arrays(max_norm: float) -> None:
    rows, dense_rows = random_rows(0, 9)
    dense = np.random.default_rng(1).normal(size=(3, 4))
    before = np.sqrt(np.sum(dense_rows**2) + np.sum(dense**2))
    factor = min(1, max_norm / before)
    expected = dense * factor
    clip_grads([rows, dense], max_norm)
    np.testing.assert_allclose(np.asarray(rows), dense_rows * factor, atol=1e-15)
    np.testing.assert_allclose(dense, expected, atol=1e-15)


def test_merge_shared_sums_by_identity_and_leaves_the_layers_gradients_alone() -> None:
    W, other = np.zeros(SHAPE), np.zeros(SHAPE)
    (a, dense_a), (b, dense_b) = random_rows(0, 4), random_rows(1, 4)
    dense = np.ones(SHAPE)
    params, grads = merge_shared([W, other, W, other], [a, b, b, dense])
    assert params[0] is W
    assert params[1] is other
    assert isinstance(grads[0], RowGradient)
    np.testing.assert_allclose(np.asarray(grads[0]), dense_a + dense_b)
    np.testing.assert_allclose(np.asarray(grads[1]), dense_b + 1)
    np.testing.assert_allclose(np.asarray(a), dense_a)
    assert np.all(dense == 1)


def test_params_and_grads_of_different_length_are_refused() -> None:
    empty: list[Any] = []
    with pytest.raises(ValueError, match="longer"):
        merge_shared(empty, [np.ones(SHAPE)])
