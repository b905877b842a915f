from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.layers import Embedding, EmbeddingDot, MatMul, RowGradient, convert_one_hot


@pytest.fixture(name="W")
def weights() -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(size=(6, 3))


def test_embedding_is_matmul_of_one_hot_rows(W: NDArray[np.float64]) -> None:
    idx, dout = np.array([1, 4, 1, 1]), np.random.default_rng(1).normal(size=(4, 3))
    embedding, matmul = Embedding(W), MatMul(W)
    np.testing.assert_array_equal(embedding.forward(idx), matmul.forward(convert_one_hot(idx, len(W))))
    embedding.backward(dout)
    matmul.backward(dout)
    np.testing.assert_allclose(np.asarray(embedding.grads[0]), np.asarray(matmul.grads[0]), rtol=1e-15, atol=1e-15)


def test_gradient_holds_touched_rows_only(W: NDArray[np.float64]) -> None:
    embedding = Embedding(W)
    before = embedding.grads[0]
    embedding.forward(np.array([4, 1, 4]))
    embedding.backward(np.array([[1.0, 0, 0], [0, 2, 0], [0, 0, 4]]))
    gradient = embedding.grads[0]
    assert isinstance(gradient, RowGradient)
    assert gradient is before  # models collect `grads` once
    assert gradient.rows.tolist() == [1, 4]
    assert gradient.values.tolist() == [[0, 2, 0], [1, 0, 4]]


def test_embedding_dot_scores_row_by_row(W: NDArray[np.float64]) -> None:
    h, idx, dout = np.random.default_rng(1).normal(size=(2, 3)), np.array([3, 3]), np.array([2.0, -1.0])
    layer = EmbeddingDot(W)
    np.testing.assert_allclose(layer.forward(h, idx), [h[0] @ W[3], h[1] @ W[3]])
    np.testing.assert_allclose(layer.backward(dout), [2 * W[3], -W[3]])
    np.testing.assert_allclose(np.asarray(layer.grads[0])[3], 2 * h[0] - h[1])
    np.testing.assert_allclose(layer.forward(h, np.array([[0, 1], [2, 3]]))[:, 1], [h[0] @ W[1], h[1] @ W[3]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layers_compute_in_the_dtype_of_their_weights(W: NDArray[np.float64], dtype: type[Any]) -> None:
    layer = EmbeddingDot(W.astype(dtype))
    assert layer.forward(np.ones((2, 3)), [1, 2]).dtype == dtype
    assert layer.backward(np.ones(2)).dtype == dtype
    assert np.asarray(layer.grads[0]).dtype == dtype
    assert MatMul(W.astype(dtype)).forward(np.eye(6, dtype=np.int32)).dtype == dtype


@pytest.mark.parametrize("idx", [[-1], [6], [0.5], [True]])
def test_wrong_ids_are_refused(W: NDArray[np.float64], idx: list[Any]) -> None:
    with pytest.raises(ParameterError, match="ids must be"):
        Embedding(W).forward(idx)


@pytest.mark.parametrize("wrong", [np.ones((2, 2), dtype=int), np.ones(3), [[1.0, 2.0]], np.ones((2, 2), np.float16)])
def test_weights_that_would_not_train_in_place_are_refused(wrong: Any) -> None:
    with pytest.raises(ParameterError, match="weights must be"):
        Embedding(wrong)
