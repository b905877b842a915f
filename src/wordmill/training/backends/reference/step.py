"""The definition of a step: the chapter's layers, and plain SGD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.layers import SGD, Embedding
from wordmill.training.backends.objectives import Objective
from wordmill.training.backends.reference.losses import Loss, loss_of

__all__ = ["reference_step"]


def reference_step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: Sequence[NDArray[np.int32]],
    targets: NDArray[np.int32],
    asked: Sequence[NDArray[np.int32]],
    *,
    objective: Objective,
    alpha: float,
    shape: str,
    mean_update: str,
    frozen: NDArray[np.bool_] | None = None,
    weights: NDArray[np.floating] | None = None,
    outputs_learn: bool = True,
    at_once: int = core.STEP_CONTEXTS,
) -> float:
    """Train M windows by the layers; return their loss, summed over examples.

    A step of means takes one window or two neighbours, both from the same old values. One of pairs takes one window, or
    several of a document where that alone learns; a window of more than `at_once` contexts takes several steps: a
    step sums the gradients of all its pairs, and too many from the same old values overshoot.

    Parameters
    ----------
    input_vectors, output_vectors
        (R, D) and (rows of the objective, D), updated in place.
    contexts, targets, asked
        M times (C,) ids, (M,) ids, and M times (n,) rows of `output_vectors` that the objective asks.
    frozen
        (R,) rows of `input_vectors` that never change.
    weights
        (R,) of rows in a mean; all the same where it is left out.
    outputs_learn
        Else the input vectors change alone.
    at_once
        Contexts of a window that a step of pairs takes.
    """
    embedding, loss = Embedding(input_vectors), loss_of(objective, output_vectors)
    learning = _Learning(alpha, frozen, outputs_learn)
    if shape == "mean":
        return _mean_step(embedding, loss, contexts, targets, asked, learning, mean_update, weights)
    if len(contexts) > 1:
        return _pairs_step(embedding, loss, contexts, targets, asked, learning)
    (words,) = contexts
    parts = [words[first : first + at_once] for first in range(0, len(words), at_once)]
    return sum(_pairs_step(embedding, loss, [part], targets, asked, learning) for part in parts)


@dataclass(frozen=True)
class _Learning:
    """What a step changes, and how much."""

    alpha: float
    frozen: NDArray[np.bool_] | None
    outputs_learn: bool

    def update(
        self, embedding: Embedding, loss: Loss, gradients: NDArray[np.floating], words: NDArray[np.int32], sums: int
    ) -> None:
        """Take the gradients of some words' rows and those of the outputs, which are averages of so many."""
        if self.frozen is not None:
            gradients[self.frozen[words]] = 0
        embedding.backward(gradients)
        if self.alpha > 0:  # at rate 0 the loss alone is asked for
            SGD(lr=self.alpha * sums).update(embedding.params, embedding.grads)
            if self.outputs_learn:
                SGD(lr=self.alpha * sums).update(loss.layer.params, loss.layer.grads)


def _pairs_step(
    embedding: Embedding,
    loss: Loss,
    contexts: Sequence[NDArray[np.int32]],
    targets: NDArray[np.int32],
    asked: Sequence[NDArray[np.int32]],
    learning: _Learning,
) -> float:
    sizes = [len(words) for words in contexts]
    words, pairs = np.concatenate(contexts), sum(sizes)  # the layer averages over pairs, the step sums
    questions = [rows for rows, size in zip(asked, sizes, strict=True) for _ in range(size)]
    averaged = loss.forward(embedding.forward(words), np.repeat(targets, sizes), questions)
    learning.update(embedding, loss, loss.layer.backward(), words, pairs)
    return averaged * pairs


def _mean_step(
    embedding: Embedding,
    loss: Loss,
    contexts: Sequence[NDArray[np.int32]],
    targets: NDArray[np.int32],
    asked: Sequence[NDArray[np.int32]],
    learning: _Learning,
    update: str,
    weights: NDArray[np.floating] | None,
) -> float:
    sizes = np.array([len(words) for words in contexts])
    words = np.concatenate(contexts)  # (C of all windows,)
    rows = embedding.forward(words)
    shares = np.ones(len(words), rows.dtype) if weights is None else weights[words]
    parts = zip(np.split(rows, sizes[:-1].cumsum()), np.split(shares, sizes[:-1].cumsum()), strict=True)
    h = np.stack([np.average(part, axis=0, weights=share) for part, share in parts])  # (M, D)
    averaged = loss.forward(h, targets, asked)
    square_roots = np.sqrt(np.maximum(sizes, core.FEW_CONTEXTS))
    scale = {"mean": 1 / sizes, "sqrt": 1 / square_roots, "word2vec": np.ones(len(sizes))}[update]
    dh = loss.layer.backward() * scale[:, None]
    learning.update(embedding, loss, np.repeat(dh, sizes, axis=0), words, len(sizes))
    return averaged * len(sizes)
