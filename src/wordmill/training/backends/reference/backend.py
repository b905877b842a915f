"""Blocks of a corpus, trained step by step, or in the batches of deterministic training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends.base import Bags, Blocks, Sums, Task
from wordmill.training.backends.native import corpus_in_use, native_trainer
from wordmill.training.backends.reference.batches import Expected, Slice, expected_gradients, train_batch
from wordmill.training.backends.reference.composed import ComposedRows
from wordmill.training.backends.reference.step import reference_step

__all__ = ["ReferenceBackend"]

Matrix = NDArray[np.floating]
Matrices = tuple[Matrix, Matrix]


@dataclass(frozen=True)
class Planned:
    """A block's plan, with the rate of each window."""

    plan: core.Planned
    rates: NDArray[np.float64]

    def inputs(self, window: int) -> NDArray[np.int32]:
        """Return the words around a window's centre, then the rows of the document that it lies in."""
        return self.plan.contexts[self.plan.bounds[window] : self.plan.bounds[window + 1]]

    def document(self, window: int) -> NDArray[np.int32]:
        """Return the rows of the document that a window lies in."""
        return self.inputs(window)[self.plan.lasts[window] - self.plan.firsts[window] - 1 :]

    def of_one_document(self, windows: range) -> range:
        """Return the first of some windows, as far as they lie in one document."""
        same = [np.array_equal(self.document(window), self.document(windows.start)) for window in windows]
        return windows[: len(same) if all(same) else same.index(False)]

    def tokens(self, first: int, last: int) -> slice:
        """Return where the tokens about windows [first, last) are among those of the plan."""
        return slice(int(self.plan.firsts[first:last].min()), int(self.plan.lasts[first:last].max()))

    def context_places(self, window: int) -> NDArray[np.int32]:
        """Return where they stand among the plan's tokens."""
        places = np.arange(self.plan.firsts[window], self.plan.lasts[window], dtype=np.int32)
        return np.delete(places, self.plan.places[window] - self.plan.firsts[window])

    def asked(self, window: int) -> NDArray[np.int32]:
        """Return the rows of output vectors that a window asks."""
        return self.plan.asked[self.plan.asked_bounds[window] : self.plan.asked_bounds[window + 1]]


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
        planned = Planned(plan, alpha - alpha_step * (plan.positions - begin).astype(np.float64))
        windows = len(plan.centres)
        if (expected := self._expected) is None:
            loss = self._train_windows(self._matrices, planned, 0, windows)
        else:
            loss = sum(self._train_batch(planned, first, expected) for first in range(0, windows, core.BATCH))
        examples = len(plan.contexts) if self._task.shape == "pairs" else windows
        return loss, examples, plan.subsampled, windows, plan.without_context

    def _train_windows(self, matrices: Matrices, planned: Planned, first: int, last: int) -> float:
        """Train windows [first, last) of a plan, one step after the other; return their loss."""
        if first == last:
            return 0.0
        if self._task.composed is not None:
            return self._train_composed(matrices, planned, self._task.composed, first, last)
        return sum(
            self._step(matrices, planned, step, [planned.inputs(window) for window in step], self._task.frozen)
            for step in self._steps(planned, first, last)
        )

    def _train_composed(self, matrices: Matrices, planned: Planned, bags: Bags, first: int, last: int) -> float:
        """Do the same where words are made of several rows: steps train the rows that they are composed into."""
        plan, width, loss = planned.plan, self._task.window, 0.0
        tokens, documents = planned.tokens(first, last), [planned.document(window) for window in range(first, last)]
        begin = tokens.start
        composed = ComposedRows(
            matrices[0], bags, plan.tokens[tokens], np.unique(np.concatenate(documents)), self._task.frozen
        )
        for step in self._steps(planned, first, last):
            reach = plan.places[step.start] - width if width else plan.firsts[step.start]
            composed.leave(reach - begin)
            composed.enter(plan.lasts[step.start : step.stop].max() - begin)
            places = [composed.places(planned.context_places(w) - begin, documents[w - first]) for w in step]
            weights = composed.weights if self._task.documents is None else None
            loss += self._step((composed.rows, matrices[1]), planned, step, places, composed.frozen, weights)
        composed.leave(tokens.stop - begin)
        composed.leave_documents()
        return loss

    def _steps(self, planned: Planned, first: int, last: int) -> Iterator[range]:
        """Yield the windows of each step: one of means takes two neighbours, inference by documents alone several."""
        window = first
        while window < last:
            step = range(window, window + 1)
            if self._task.shape == "mean" and planned.plan.leads[window]:
                step = range(window, min(window + 2, last))
            elif not self._task.words_are_inputs and not self._task.outputs_learn:
                step = planned.of_one_document(range(window, min(window + core.ASKED_TOGETHER, last)))
            yield step
            window = step.stop

    def _step(
        self,
        matrices: Matrices,
        planned: Planned,
        step: range,
        contexts: list[NDArray[np.int32]],
        frozen: NDArray[np.bool_] | None,
        weights: Matrix | None = None,
    ) -> float:
        return reference_step(
            *matrices,
            contexts,
            planned.plan.centres[step.start : step.stop],
            [planned.asked(window) for window in step],
            objective=self._task.objective,
            alpha=float(planned.rates[step.start]),
            shape=self._task.shape,
            mean_update=self._task.mean_update,
            frozen=frozen,
            weights=weights,
            outputs_learn=self._task.outputs_learn,
            at_once=self._task.step_contexts,
        )

    def _train_batch(self, planned: Planned, first: int, expected: Expected) -> float:
        """Train the batch that begins with a window; return its loss."""
        plan, end = planned.plan, min(first + core.BATCH, len(planned.plan.centres))
        slices = []
        for begin in range(first, end, core.SLICE):
            last = min(begin + core.SLICE, end)
            rows = self._input_rows(planned, begin, last)
            asked = plan.asked[plan.asked_bounds[begin] : plan.asked_bounds[last]]

            def train(inputs: Matrix, outputs: Matrix, begin: int = begin, last: int = last) -> float:
                return self._train_windows((inputs, outputs), planned, begin, last)

            slices.append(Slice(rows, asked, train))
        return train_batch(*self._matrices, slices, float(planned.rates[first]), expected, self._task.frozen)

    def _input_rows(self, planned: Planned, first: int, last: int) -> NDArray[np.int32]:
        """Return the rows of input vectors that windows [first, last) use."""
        tokens = planned.plan.tokens[planned.tokens(first, last)]
        documents = [planned.document(window) for window in range(first, last)]
        if not self._task.words_are_inputs:
            return np.concatenate(documents)
        words = [tokens] if self._task.bags is None else [self._task.bags.of(word) for word in tokens]
        return np.concatenate([*words, *documents])
