"""Small runs on a cluster, and the same by definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill import Word2Vec
from wordmill.config import TrainConfig
from wordmill.training import Callback, Run
from wordmill.training.backends import Backend, Task
from wordmill.training.backends.cluster import ByCurvature, LocalRounds
from wordmill.training.backends.native import NativeBackend
from wordmill.training.run.matrices import begin_run
from wordmill.training.run.setup import make_trainer

SETTINGS: dict[str, Any] = {"vector_size": 16, "epochs": 2, "min_count": 2, "rounds": 3, "seed": 5, "alpha": 0.05}
ON_TWO: dict[str, Any] = SETTINGS | {"backend": "ray", "workers": 2, "threads_per_worker": 1}
Matrices = tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]


def some_lines(seed: int = 0, lines: int = 400) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(f"w{word}" for word in np.minimum(rng.zipf(1.4, 20), 150)) for _ in range(lines)]


def trained_here(corpus: Any, workers: int, **changes: Any) -> Matrices:
    """Train by the definition: the same rounds, in this process."""
    config = TrainConfig(**SETTINGS | changes)
    run = begin_run(config, corpus)

    def make(run: Run, task: Task) -> Backend:
        matrices = run.input_vectors, run.output_vectors
        return LocalRounds(
            lambda *own: NativeBackend(task, *own, workers=1), matrices, workers, ByCurvature.of(task, matrices)
        )

    make_trainer(run, corpus, 0.0, [], make).train()
    return run.input_vectors, run.output_vectors


def assert_same(model: Word2Vec, expected: Matrices) -> None:
    np.testing.assert_array_equal(model.wv.vectors, expected[0])
    np.testing.assert_array_equal(model.output_vectors, expected[1])


class AtRound(Callback):
    """Calls something after some rounds."""

    def __init__(self, rounds: int, call: Callable[[Run], object]) -> None:
        self._left, self._call = rounds, call

    def on_interval(self, run: Run) -> None:
        self._left -= 1
        if not self._left:
            self._call(run)
