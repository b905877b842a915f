"""Training ids through the private core, timed by the window: no text, no vocabulary, one epoch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.core import instruction_set
from wordmill.corpus.vocab import keep_probabilities
from wordmill.training.backends import NegativeSampling, Task, allocate_vectors
from wordmill.training.backends.native import native_trainer
from wordmill.training.run.schedule import Schedule, cut_into_blocks

__all__ = ["CoreRun", "Timing", "make_task", "multiply_adds", "zipf_counts", "zipf_ids"]

SEQUENCE = 1_000  # tokens
NS = 1e9


@dataclass(frozen=True)
class Timing:
    """One epoch: its seconds, windows trained, tokens read."""

    seconds: float
    windows: int
    tokens: int

    @property
    def window_ns(self) -> float:
        """Nanoseconds for a window."""
        return self.seconds / self.windows * NS


class CoreRun:
    """A task with matrices of its own, warm: trained once before any clock."""

    def __init__(self, task: Task, vector_size: int, isa: str | None = None) -> None:
        words = task.objective.rows
        self._task = task
        self._matrices = allocate_vectors(words, vector_size), allocate_vectors(words, vector_size)
        random = np.random.default_rng(task.seed)
        for begin in range(0, words, 1024):
            for matrix in self._matrices:  # the outputs too: pages that were never written lie elsewhere
                rows = matrix[begin : begin + 1024]
                rows[:] = (random.random(rows.shape, dtype=np.float32) - np.float32(0.5)) / np.float32(vector_size)
        self._isa = isa or instruction_set()
        self.train()

    def train(
        self,
        part: Literal["all", "plan", "rows", "rows ahead"] = "all",
        threads: int = 1,
        *,
        epochs: int = 1,
        deterministic: bool = False,
    ) -> Timing:
        """Train the first epoch some times in one call; or replay its plan, or plan and traffic of its rows.

        The rows come as they are asked, or fetched ahead.
        """
        trainer = native_trainer(self._task, *self._matrices, self._isa if part == "all" else f"{self._isa} {part}")
        edges = cut_into_blocks(len(self._task.ids))
        blocks = Schedule(edges[:-1], edges[1:], 1, 0.025, 1e-4, self._task.seed).blocks(0)
        begins, ends, alphas = (
            np.tile(blocks.begins, epochs),
            np.tile(blocks.ends, epochs),
            np.tile(blocks.alphas, epochs),
        )
        start = time.perf_counter()
        _, _, _, centres, _ = trainer.train(
            0, begins, ends, alphas, blocks.alpha_step, threads, deterministic=deterministic
        )
        return Timing(time.perf_counter() - start, int(centres.sum()), epochs * len(self._task.ids))

    def best(self, turns: int) -> Timing:
        """Return the quickest of some epochs: what the machine can do, whatever else runs on it."""
        return min((self.train() for _ in range(turns)), key=lambda timing: timing.seconds)

    def contexts(self) -> int:
        """Return the context words of all windows."""
        trainer = native_trainer(self._task, *self._matrices, self._isa)
        return int(trainer.plan(0, 0, len(self._task.ids)).bounds[-1])


def make_task(
    ids: NDArray[np.int32],
    counts: NDArray[np.int64],
    architecture: str,
    *,
    window: int = 5,
    negative: int = 5,
    shrink_windows: bool = True,
    sample: float = 1e-3,
) -> Task:
    """Make a task of ids, cut into sequences, that occur so often in their corpus: (V,) counts."""
    return Task(
        shape="pairs" if architecture == "skipgram" else "mean",
        mean_update="sqrt",
        objective=NegativeSampling(negative, (counts / counts.max()) ** 0.75),
        window=window,
        shrink_windows=shrink_windows,
        seed=1,
        ids=ids,
        offsets=np.append(np.arange(0, len(ids), SEQUENCE), len(ids)),
        keep=keep_probabilities(counts, sample),
    )


def zipf_ids(words: int, tokens: int) -> NDArray[np.int32]:
    """Draw ids whose frequency falls as 1 / rank."""
    ranks = np.exp(np.random.default_rng(1).random(tokens) * np.log(words + 1))
    ids: NDArray[np.int32] = np.minimum(ranks.astype(np.int32), words) - 1
    return ids


def zipf_counts(words: int) -> NDArray[np.int64]:
    """Return (V,) how often `zipf_ids` draws each id in 10^12 tokens."""
    edges = np.log(np.arange(1, words + 2)) / np.log(words + 1)
    counts: NDArray[np.int64] = (np.diff(edges) * 1e12).astype(np.int64)
    return counts


def multiply_adds(architecture: str, windows: int, contexts: int, negative: int, vector_size: int) -> int:
    """Count the multiply-adds that the arithmetic of an epoch needs; a lone addition takes the place of one."""
    outputs = 1 + negative
    if architecture == "skipgram":  # scores, and both updates
        return 3 * contexts * outputs * vector_size
    return (
        3 * windows * outputs + 2 * contexts
    ) * vector_size  # the same for one mean; making it, spreading its update
