"""The reference backend: the chapter's layers, step by step, driven by the plan that the core exports.

Slow on purpose: it is the definition that the compiled backend is tested against (`tests/parity`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.layers import SGD, Embedding, NegativeSamplingLoss
from wordmill.training.backends.base import Blocks, Problem, Sums
from wordmill.training.backends.native import corpus_in_use, native_trainer

__all__ = ["ReferenceBackend", "reference_step"]


class ReferenceBackend:
    """Trains with `Embedding`, `NegativeSamplingLoss` and `SGD`."""

    def __init__(
        self, problem: Problem, input_vectors: NDArray[np.floating], output_vectors: NDArray[np.floating]
    ) -> None:
        self._problem = problem
        self._input_vectors, self._output_vectors = input_vectors, output_vectors
        with corpus_in_use(problem.file):
            self._planner = native_trainer(problem, input_vectors, output_vectors)

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        """Train the blocks, updating the matrices in place."""
        with np.errstate(over="ignore", invalid="ignore"):  # where training diverges, the trainer says so
            rows = [
                self._train_block(epoch, int(begin), int(end), float(alpha), blocks.alpha_step)
                for begin, end, alpha in zip(blocks.begins, blocks.ends, blocks.alphas, strict=True)
            ]
        loss, *counts = zip(*rows, strict=True) if rows else ((), (), (), (), ())
        return Sums(np.array(loss, np.float64), *(np.array(count, np.int64) for count in counts))

    def _train_block(
        self, epoch: int, begin: int, end: int, alpha: float, alpha_step: float
    ) -> tuple[float, int, int, int, int]:
        with corpus_in_use(self._problem.file):
            plan = self._planner.plan(epoch, begin, end)
        positions, centres, bounds, contexts, negatives, leads, subsampled, alone = plan
        negatives = negatives.reshape(-1, self._problem.negative)
        words = [contexts[first:last] for first, last in pairwise(bounds)]
        skipgram = self._problem.architecture == "skipgram"
        loss, first = 0.0, 0
        while first < len(centres):
            last = first + (2 if leads[first] and not skipgram else 1)
            loss += reference_step(
                self._input_vectors,
                self._output_vectors,
                words[first:last],
                centres[first:last],
                negatives[first:last],
                alpha=alpha - alpha_step * float(positions[first] - begin),
                architecture=self._problem.architecture,
                cbow_update=self._problem.cbow_update,
                frozen=self._problem.frozen,
            )
            first = last
        return loss, len(contexts) if skipgram else len(centres), subsampled, len(centres), alone


def reference_step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: Sequence[NDArray[np.int32]],
    targets: NDArray[np.int32],
    negatives: NDArray[np.int32],
    *,
    alpha: float,
    architecture: str,
    cbow_update: str,
    frozen: NDArray[np.bool_] | None = None,
) -> float:
    """Train M windows by the layers; return their loss, summed over examples.

    CBOW takes one window or two neighbours, both from the same old values. Skip-gram takes one; one of more than
    `STEP_CONTEXTS` contexts takes several steps: a step sums the gradients of all its pairs, and too many from the
    same old values overshoot.

    Parameters
    ----------
    input_vectors, output_vectors
        (V, D), updated in place.
    contexts, targets, negatives
        M times (C,) ids, (M,) ids, (M, K) ids, none of them its window's target.
    frozen
        (V,) rows of `input_vectors` that never change.
    """
    matrices = input_vectors, output_vectors
    if architecture == "cbow":
        return _cbow_step(*matrices, contexts, targets, negatives, alpha, frozen, cbow_update)
    (words,) = contexts
    parts = [words[first : first + core.STEP_CONTEXTS] for first in range(0, len(words), core.STEP_CONTEXTS)]
    return sum(_skipgram_step(*matrices, part, targets, negatives, alpha, frozen) for part in parts)


def _skipgram_step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: NDArray[np.int32],
    target: NDArray[np.int32],
    negatives: NDArray[np.int32],
    alpha: float,
    frozen: NDArray[np.bool_] | None,
) -> float:
    embedding, loss_layer = Embedding(input_vectors), NegativeSamplingLoss(output_vectors)
    pairs = len(contexts)  # with one set of negatives; the layer averages over them, the step sums
    h = embedding.forward(contexts)
    loss = loss_layer.forward(h, np.repeat(target, pairs), np.repeat(negatives, pairs, axis=0))
    embedding.backward(_thawed(loss_layer.backward(), contexts, frozen))
    _update(embedding, loss_layer, alpha * pairs)
    return float(loss) * pairs


def _cbow_step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: Sequence[NDArray[np.int32]],
    targets: NDArray[np.int32],
    negatives: NDArray[np.int32],
    alpha: float,
    frozen: NDArray[np.bool_] | None,
    update: str,
) -> float:
    embedding, loss_layer = Embedding(input_vectors), NegativeSamplingLoss(output_vectors)
    sizes = np.array([len(words) for words in contexts])
    words = np.concatenate(contexts)  # (C of all windows,)
    rows = embedding.forward(words)
    h = np.stack([part.mean(axis=0) for part in np.split(rows, sizes[:-1].cumsum())])  # (M, D)
    loss = loss_layer.forward(h, targets, negatives)
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
