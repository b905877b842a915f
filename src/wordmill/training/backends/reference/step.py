"""The definition of a step: the chapter's layers, and plain SGD."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.layers import SGD, Embedding, NegativeSamplingLoss

__all__ = ["reference_step"]


def reference_step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: Sequence[NDArray[np.int32]],
    asked: Sequence[NDArray[np.int32]],
    *,
    alpha: float,
    shape: str,
    mean_update: str,
    frozen: NDArray[np.bool_] | None = None,
) -> float:
    """Train M windows by the layers; return their loss, summed over examples.

    A step of means takes one window or two neighbours, both from the same old values. One of pairs takes one window;
    one of more than `STEP_CONTEXTS` contexts takes several steps: a step sums the gradients of all its pairs, and too
    many from the same old values overshoot.

    Parameters
    ----------
    input_vectors, output_vectors
        (R, D) and (rows of the objective, D), updated in place.
    contexts, asked
        M times (C,) ids, M times (1 + K,) ids: the target, then negatives, none of them the target.
    frozen
        (R,) rows of `input_vectors` that never change.
    """
    matrices = input_vectors, output_vectors
    if shape == "mean":
        return _mean_step(*matrices, contexts, np.stack(asked), alpha, frozen, mean_update)
    (words,), (rows,) = contexts, asked
    parts = [words[first : first + core.STEP_CONTEXTS] for first in range(0, len(words), core.STEP_CONTEXTS)]
    return sum(_pairs_step(*matrices, part, rows, alpha, frozen) for part in parts)


def _pairs_step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: NDArray[np.int32],
    asked: NDArray[np.int32],
    alpha: float,
    frozen: NDArray[np.bool_] | None,
) -> float:
    embedding, loss_layer = Embedding(input_vectors), NegativeSamplingLoss(output_vectors)
    pairs = len(contexts)  # that are asked the same; the layer averages over them, the step sums
    h = embedding.forward(contexts)
    repeated = np.tile(asked, (pairs, 1))
    loss = loss_layer.forward(h, repeated[:, 0], repeated[:, 1:])
    embedding.backward(_thawed(loss_layer.backward(), contexts, frozen))
    _update(embedding, loss_layer, alpha * pairs)
    return float(loss) * pairs


def _mean_step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: Sequence[NDArray[np.int32]],
    asked: NDArray[np.int32],
    alpha: float,
    frozen: NDArray[np.bool_] | None,
    update: str,
) -> float:
    embedding, loss_layer = Embedding(input_vectors), NegativeSamplingLoss(output_vectors)
    sizes = np.array([len(words) for words in contexts])
    words = np.concatenate(contexts)  # (C of all windows,)
    rows = embedding.forward(words)
    h = np.stack([part.mean(axis=0) for part in np.split(rows, sizes[:-1].cumsum())])  # (M, D)
    loss = loss_layer.forward(h, asked[:, 0], asked[:, 1:])
    square_roots = np.sqrt(np.maximum(sizes, core.FEW_CONTEXTS))
    scale = {"mean": 1 / sizes, "sqrt": 1 / square_roots, "word2vec": np.ones(len(sizes))}[update]
    dh = loss_layer.backward() * scale[:, None]
    embedding.backward(_thawed(np.repeat(dh, sizes, axis=0), words, frozen))
    _update(embedding, loss_layer, alpha * len(sizes))
    return float(loss) * len(sizes)


def _thawed(
    gradients: NDArray[np.floating], words: NDArray[np.int32], frozen: NDArray[np.bool_] | None
) -> NDArray[np.floating]:
    """Return the gradients of some words' rows, zeros for the frozen ones."""
    if frozen is not None:
        gradients[frozen[words]] = 0
    return gradients


def _update(embedding: Embedding, loss_layer: NegativeSamplingLoss, lr: float) -> None:
    if lr > 0:  # at rate 0 the loss alone is asked for
        SGD(lr=lr).update(embedding.params + loss_layer.params, embedding.grads + loss_layer.grads)
