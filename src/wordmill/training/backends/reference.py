"""The reference backend: the chapter's layers, one window at a time, driven by the plan that the core exports.

Slow on purpose: it is the definition that the compiled backend is tested against (`tests/parity`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.layers import SGD, Embedding, NegativeSamplingLoss
from wordmill.training.backends.base import Blocks, Problem, Sums
from wordmill.training.backends.native import native_trainer

__all__ = ["ReferenceBackend", "reference_step"]


class ReferenceBackend:
    """Trains with `Embedding`, `NegativeSamplingLoss` and `SGD`."""

    def __init__(
        self, problem: Problem, input_vectors: NDArray[np.floating], output_vectors: NDArray[np.floating]
    ) -> None:
        self._problem = problem
        self._input_vectors, self._output_vectors = input_vectors, output_vectors
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
        positions, centres, bounds, contexts, negatives, subsampled, alone = self._planner.plan(epoch, begin, end)
        skipgram = self._problem.architecture == "skipgram"
        loss, examples = 0.0, 0
        for window, noise in enumerate(negatives.reshape(-1, self._problem.negative)):
            words = contexts[bounds[window] : bounds[window + 1]]
            examples += len(words) if skipgram else 1
            frozen = self._frozen(words)
            before = self._input_vectors[frozen]
            loss += reference_step(
                self._input_vectors,
                self._output_vectors,
                words,
                int(centres[window]),
                noise,
                alpha=alpha - alpha_step * float(positions[window] - begin),
                architecture=self._problem.architecture,
                cbow_update=self._problem.cbow_update,
            )
            self._input_vectors[frozen] = before
        return loss, examples, subsampled, len(centres), alone

    def _frozen(self, words: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the frozen ones of some words."""
        mask = self._problem.frozen
        return words[:0] if mask is None else words[mask[words]]


def reference_step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: NDArray[np.int32],
    target: int,
    negatives: NDArray[np.int32],
    *,
    alpha: float,
    architecture: str,
    cbow_update: str,
) -> float:
    """Train one window by the layers; return its loss, summed over examples.

    A skip-gram window of more than `STEP_CONTEXTS` contexts takes several steps: one step sums the gradients of all its
    pairs, and too many from the same old values overshoot.

    Parameters
    ----------
    input_vectors, output_vectors
        (V, D), updated in place.
    contexts, target, negatives
        (C,) ids, one id, (K,) ids, none of them the target.
    """
    at_once = core.STEP_CONTEXTS if architecture == "skipgram" else len(contexts)
    parts = [contexts[first : first + at_once] for first in range(0, len(contexts), at_once)]
    matrices = input_vectors, output_vectors
    return sum(_step(*matrices, part, target, negatives, alpha, architecture, cbow_update) for part in parts)


def _step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: NDArray[np.int32],
    target: int,
    negatives: NDArray[np.int32],
    alpha: float,
    architecture: str,
    cbow_update: str,
) -> float:
    embedding, loss_layer = Embedding(input_vectors), NegativeSamplingLoss(output_vectors)
    rows = embedding.forward(contexts)  # (C, D)
    if architecture == "skipgram":  # C pairs with one set of negatives; the layer averages over them, the step sums
        examples, h = len(contexts), rows
    else:
        examples, h = 1, rows.mean(axis=0, keepdims=True)
    targets = np.full(examples, target)
    loss = loss_layer.forward(h, targets, np.tile(negatives, (examples, 1)))
    dh = loss_layer.backward()
    if architecture == "cbow":
        scale = {"mean": 1 / len(contexts), "sqrt": 1 / np.sqrt(len(contexts)), "word2vec": 1.0}[cbow_update]
        dh = np.repeat(dh * scale, len(contexts), axis=0)
    embedding.backward(dh)
    if alpha > 0:  # at rate 0 the loss alone is asked for
        SGD(lr=alpha * examples).update(embedding.params + loss_layer.params, embedding.grads + loss_layer.grads)
    return float(loss) * examples
