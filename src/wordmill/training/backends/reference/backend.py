"""Blocks of a corpus, trained step by step, or in the batches of deterministic training."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends.base import Blocks, Sums, Task
from wordmill.training.backends.native import corpus_in_use, native_trainer
from wordmill.training.backends.reference.batches import Expected, Slice, expected_gradients, train_batch
from wordmill.training.backends.reference.step import reference_step

__all__ = ["ReferenceBackend"]

Matrix = NDArray[np.floating]


class ReferenceBackend:
    """Trains with `Embedding`, `NegativeSamplingLoss` and `SGD`, in the order of the plan.

    With `deterministic` it defines what the core does then: batches of slices that begin from the same vectors.
    """

    def __init__(
        self, task: Task, input_vectors: Matrix, output_vectors: Matrix, *, deterministic: bool = False
    ) -> None:
        self._task = task
        self._matrices = input_vectors, output_vectors
        with corpus_in_use(task.file):
            self._planner = native_trainer(task, input_vectors, output_vectors)
            self._expected = expected_gradients(task) if deterministic else None

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
        with corpus_in_use(self._task.file):
            plan = self._planner.plan(epoch, begin, end)
        rates = alpha - alpha_step * (plan.positions - begin).astype(np.float64)
        windows = len(plan.centres)
        if (expected := self._expected) is None:
            loss = self._train_windows(*self._matrices, plan, rates, 0, windows)
        else:
            loss = sum(self._train_batch(plan, rates, first, expected) for first in range(0, windows, core.BATCH))
        examples = len(plan.contexts) if self._task.shape == "pairs" else windows
        return loss, examples, plan.subsampled, windows, plan.without_context

    def _train_windows(
        self,
        input_vectors: Matrix,
        output_vectors: Matrix,
        plan: core.Planned,
        rates: NDArray[np.float64],
        first: int,
        last: int,
    ) -> float:
        """Train windows [first, last) of a plan, one step after the other; return their loss."""
        contexts = [plan.contexts[begin:end] for begin, end in pairwise(plan.bounds)]
        asked = [plan.asked[begin:end] for begin, end in pairwise(plan.asked_bounds)]
        loss, window = 0.0, first
        while window < last:
            both = self._task.shape == "mean" and plan.leads[window] and window + 1 < last
            following = window + (2 if both else 1)
            loss += reference_step(
                input_vectors,
                output_vectors,
                contexts[window:following],
                plan.centres[window:following],
                asked[window:following],
                objective=self._task.objective,
                alpha=float(rates[window]),
                shape=self._task.shape,
                mean_update=self._task.mean_update,
                frozen=self._task.frozen,
            )
            window = following
        return loss

    def _train_batch(self, plan: core.Planned, rates: NDArray[np.float64], first: int, expected: Expected) -> float:
        """Train the batch that begins with a window; return its loss."""
        end = min(first + core.BATCH, len(plan.centres))
        slices = []
        for begin in range(first, end, core.SLICE):
            last = min(begin + core.SLICE, end)
            tokens = plan.tokens[plan.firsts[begin:last].min() : plan.lasts[begin:last].max()]
            asked = plan.asked[plan.asked_bounds[begin] : plan.asked_bounds[last]]

            def train(inputs: Matrix, outputs: Matrix, begin: int = begin, last: int = last) -> float:
                return self._train_windows(inputs, outputs, plan, rates, begin, last)

            slices.append(Slice(tokens, asked, train))
        return train_batch(*self._matrices, slices, float(rates[first]), expected, self._task.frozen)
