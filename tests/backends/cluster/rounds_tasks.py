"""A task in blocks, and crews in this process that train it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends import Blocks, NegativeSampling, Task, allocate_vectors
from wordmill.training.backends.base import Sums
from wordmill.training.backends.cluster import ByCurvature, LocalCrew, LocalRounds
from wordmill.training.backends.cluster.replica import Replica
from wordmill.training.backends.native import NativeBackend

WORDS, STEP, BLOCKS = 300, 200, 12
Matrices = tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]


def a_task() -> Task:
    ids = np.minimum(np.random.default_rng(0).zipf(1.3, 3 * BLOCKS * STEP) - 1, WORDS - 1).astype(np.int32)
    counts = np.bincount(ids, minlength=WORDS) + 1.0
    return Task(
        shape="pairs",
        mean_update="mean",
        objective=NegativeSampling(5, np.asarray(counts**0.75, np.float64)),
        window=3,
        shrink_windows=True,
        seed=3,
        ids=ids,
        offsets=np.arange(0, len(ids) + 1, 25, dtype=np.int64),
        keep=np.ones(WORDS),
    )


def start(task: Task) -> Matrices:
    matrices = allocate_vectors(WORDS, 20), allocate_vectors(task.objective.rows, 20)
    matrices[0][:] = np.random.default_rng(1).uniform(-0.5, 0.5, matrices[0].shape)
    return matrices


def some_blocks(round_: int) -> Blocks:
    begins = STEP * np.arange(round_ * BLOCKS, (round_ + 1) * BLOCKS)
    return Blocks(begins, begins + STEP, np.full(BLOCKS, 0.05), 1e-6)


class Crew(LocalCrew):
    """One whose workers can be lost."""

    def replace(self, worker: int) -> None:
        matrices = start(a_task())
        for matrix in matrices:
            matrix[:] = np.nan
        self._replicas[worker] = Replica(backend, matrices, combine(), rounds=None)


def backend(*matrices: Any) -> NativeBackend:
    return NativeBackend(a_task(), *matrices, workers=1)


def combine() -> ByCurvature:
    return ByCurvature.of(a_task(), start(a_task()))


def a_crew(workers: int) -> Crew:
    return Crew([Replica(backend, start(a_task()), combine()) for _ in range(workers)])


def train_locally(workers: int, rounds: int) -> tuple[Matrices, list[Sums]]:
    matrices = start(a_task())
    trained = LocalRounds(backend, matrices, workers, combine())
    return matrices, [trained.train(0, some_blocks(place)) for place in range(rounds)]
