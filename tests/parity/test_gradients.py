"""Parity ladder, rung 1: every gradient of the layers equals finite differences in float64.

Ids are drawn from few words, so that rows repeat, inside a batch and between targets, contexts and negatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill.layers import (
    CBOW,
    SGD,
    Embedding,
    EmbeddingBag,
    EmbeddingDot,
    HierarchicalSoftmaxLoss,
    HuffmanTree,
    MatMul,
    NegativeSamplingLoss,
    SigmoidWithLoss,
    SkipGram,
    Softmax,
    SoftmaxWithLoss,
    merge_shared,
    sigmoid,
)

Floats = NDArray[np.float64]

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)
few_examples = settings(max_examples=20, deadline=None)


def finite_differences(f: Callable[[], float], x: Floats, step: float = 1e-5) -> Floats:
    """Gradient of f() by the array `x` that it reads, by central differences: error O(step²)."""
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        value = x[place]
        x[place] = value + step
        above = f()
        x[place] = value - step
        below = f()
        x[place] = value
        gradient[place] = (above - below) / (2 * step)
    return gradient


def assert_gradients(f: Callable[[], float], pairs: list[tuple[Any, Any]]) -> None:
    """Compare each claimed gradient with the finite differences of f() by its array."""
    assert pairs
    for x, claimed in pairs:
        np.testing.assert_allclose(np.asarray(claimed), finite_differences(f, x), rtol=1e-7, atol=1e-8)


@few_examples
@given(seeds, sizes, sizes, sizes)
def test_matmul(seed: int, B: int, V: int, D: int) -> None:
    rng = np.random.default_rng(seed)
    layer, x, weights = MatMul(rng.normal(size=(V, D))), rng.normal(size=(B, V)), rng.normal(size=(B, D))
    layer.forward(x)
    dx = layer.backward(weights)
    assert_gradients(lambda: float(np.sum(weights * layer.forward(x))), [(x, dx), (layer.params[0], layer.grads[0])])


@few_examples
@given(seeds, sizes, sizes)
def test_softmax(seed: int, B: int, V: int) -> None:
    rng = np.random.default_rng(seed)
    layer, x, weights = Softmax(), rng.normal(size=(B, V)), rng.normal(size=(B, V))
    layer.forward(x)
    assert_gradients(lambda: float(np.sum(weights * layer.forward(x))), [(x, layer.backward(weights))])


@few_examples
@given(seeds, sizes, sizes)
def test_softmax_with_loss(seed: int, B: int, V: int) -> None:
    rng = np.random.default_rng(seed)
    layer, x, t = SoftmaxWithLoss(), rng.normal(size=(B, V)), rng.integers(V, size=B)
    layer.forward(x, t)
    assert_gradients(lambda: 3 * layer.forward(x, t), [(x, layer.backward(3))])


@few_examples
@given(seeds, sizes, sizes, st.sampled_from([(), (6,), (4, 3), (2, 0)]))
def test_embedding(seed: int, V: int, D: int, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(seed)
    layer, idx, weights = Embedding(rng.normal(size=(V, D))), rng.integers(V, size=shape), rng.normal(size=(*shape, D))
    layer.forward(idx)
    layer.backward(weights)
    assert_gradients(lambda: float(np.sum(weights * layer.forward(idx))), [(layer.params[0], layer.grads[0])])


@few_examples
@given(seeds, sizes, sizes, st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_embedding_bag(seed: int, V: int, D: int, lengths: list[int]) -> None:
    rng = np.random.default_rng(seed)
    layer, weights = EmbeddingBag(rng.normal(size=(V, D))), rng.normal(size=(len(lengths), D))
    bags = [rng.integers(V, size=length) for length in lengths]
    layer.forward(bags)
    layer.backward(weights)
    assert_gradients(lambda: float(np.sum(weights * layer.forward(bags))), [(layer.params[0], layer.grads[0])])


@few_examples
@given(seeds, sizes, sizes, sizes, st.sampled_from([(), (1,), (4,)]))
def test_embedding_dot(seed: int, B: int, V: int, D: int, per_row: tuple[int, ...]) -> None:
    rng = np.random.default_rng(seed)
    layer, h = EmbeddingDot(rng.normal(size=(V, D))), rng.normal(size=(B, D))
    idx, weights = rng.integers(V, size=(B, *per_row)), rng.normal(size=(B, *per_row))
    layer.forward(h, idx)
    dh = layer.backward(weights)
    assert_gradients(
        lambda: float(np.sum(weights * layer.forward(h, idx))), [(h, dh), (layer.params[0], layer.grads[0])]
    )


@few_examples
@given(seeds, sizes, st.sampled_from([(), (4,)]))
def test_sigmoid_with_loss(seed: int, B: int, per_row: tuple[int, ...]) -> None:
    rng = np.random.default_rng(seed)
    layer, x = SigmoidWithLoss(), 3 * rng.normal(size=(B, *per_row))
    t = rng.integers(2, size=x.shape)
    layer.forward(x, t)
    assert_gradients(lambda: 3 * layer.forward(x, t), [(x, layer.backward(3))])


@few_examples
@given(seeds, sizes, sizes, sizes, st.integers(0, 4))
def test_negative_sampling_loss(seed: int, B: int, V: int, D: int, K: int) -> None:
    rng = np.random.default_rng(seed)
    layer, h = NegativeSamplingLoss(rng.normal(size=(V, D))), rng.normal(size=(B, D))
    target, negatives = rng.integers(V, size=B), rng.integers(V, size=(B, K))
    layer.forward(h, target, negatives)
    dh = layer.backward(3)
    assert_gradients(lambda: 3 * layer.forward(h, target, negatives), [(h, dh), (layer.params[0], layer.grads[0])])


@few_examples
@given(seeds, sizes, st.integers(2, 6), sizes)
def test_hierarchical_softmax_loss(seed: int, B: int, V: int, D: int) -> None:
    rng = np.random.default_rng(seed)
    tree = HuffmanTree.from_counts(rng.integers(9, size=V))
    layer, h = HierarchicalSoftmaxLoss(rng.normal(size=(V - 1, D)), tree), rng.normal(size=(B, D))
    target = rng.integers(V, size=B)
    layer.forward(h, target)
    dh = layer.backward(3)
    assert_gradients(lambda: 3 * layer.forward(h, target), [(h, dh), (layer.params[0], layer.grads[0])])


@pytest.mark.parametrize("model_class", [CBOW, SkipGram])
@few_examples
@given(seed=seeds, B=sizes, D=sizes, W=st.integers(1, 2))
def test_models(model_class: type[CBOW | SkipGram], seed: int, B: int, D: int, W: int) -> None:
    rng = np.random.default_rng(seed)
    V, K = 5, 3
    model = model_class(V, D, W, np.arange(V), sample_size=K, dtype=np.float64)
    for param in model.params:
        param[...] = rng.normal(size=param.shape)
    contexts, target = rng.integers(V, size=(B, 2 * W)), rng.integers(V, size=B)
    negatives = rng.integers(V, size=(B, K) if model_class is CBOW else (B, 2 * W, K))
    model.forward(contexts, target, negatives)
    model.backward(3)
    assert_gradients(
        lambda: 3 * model.forward(contexts, target, negatives), [*zip(model.params, model.grads, strict=True)]
    )


@few_examples
@given(seeds, sizes)
def test_shared_weights(seed: int, D: int) -> None:
    """One matrix read as input vectors, scored as output vectors, and multiplied, has the sum of the gradients."""
    rng = np.random.default_rng(seed)
    V, B, K = 4, 3, 2
    W = rng.normal(size=(V, D))
    embedding, loss, matmul = Embedding(W), NegativeSamplingLoss(W), MatMul(W)
    idx, target, negatives = rng.integers(V, size=B), rng.integers(V, size=B), rng.integers(V, size=(B, K))
    x, weights = rng.normal(size=(B, V)), rng.normal(size=(B, D))

    def forward() -> float:
        products = float(np.sum(weights * matmul.forward(x)))
        return loss.forward(embedding.forward(idx), target, negatives) + products

    forward()
    embedding.backward(loss.backward())
    matmul.backward(weights)
    rows = merge_shared(embedding.params + loss.params, embedding.grads + loss.grads)
    params, grads = merge_shared([*rows[0], *matmul.params], [*rows[1], *matmul.grads])
    assert len(params) == len(grads) == 1
    assert_gradients(forward, [(W, grads[0])])


@few_examples
@given(seeds, sizes, sizes, st.integers(0, 4))
def test_window_step_is_sgd_on_the_layers(seed: int, C: int, D: int, K: int) -> None:
    """The skip-gram window step, written as its two matrix products, is one SGD step of the layers at rate alpha·C."""
    rng = np.random.default_rng(seed)
    V, alpha = 4, 0.1
    input_vectors, output_vectors = rng.normal(size=(2, V, D))
    contexts, target, negatives = rng.integers(V, size=C), int(rng.integers(V)), rng.integers(V, size=K)

    outputs = np.array([target, *negatives])
    H, O = input_vectors[contexts], output_vectors[outputs]  # noqa: E741 (the design's letter)
    G = (np.arange(1 + K) == 0) - sigmoid(H @ O.T)
    expected_input, expected_output = input_vectors.copy(), output_vectors.copy()
    np.add.at(expected_input, contexts, alpha * G @ O)
    np.add.at(expected_output, outputs, alpha * G.T @ H)

    embedding, loss = Embedding(input_vectors), NegativeSamplingLoss(output_vectors)
    loss.forward(embedding.forward(contexts), np.full(C, target), np.tile(negatives, (C, 1)))
    embedding.backward(loss.backward())
    SGD(alpha * C).update(embedding.params + loss.params, embedding.grads + loss.grads)
    np.testing.assert_allclose(input_vectors, expected_input, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(output_vectors, expected_output, rtol=1e-12, atol=1e-12)
