"""A crew in this process: for tests, for experiments, and as the definition of what a cluster does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wordmill.training.backends.base import Backend, Blocks, Sums
from wordmill.training.backends.cluster.changes import Matrix
from wordmill.training.backends.cluster.combining import Combiner
from wordmill.training.backends.cluster.replica import Replica
from wordmill.training.backends.cluster.rounds import RoundsBackend
from wordmill.training.backends.native import allocate_vectors

__all__ = ["LocalCrew", "LocalRounds"]


class LocalCrew:
    """Workers in this process, one after the other; an answer is its own ticket."""

    def __init__(self, replicas: list[Replica]) -> None:
        self._replicas = replicas

    def __len__(self) -> int:
        return len(self._replicas)

    def ask(self, worker: int, method: str, *arguments: Any, answers: int | None = None) -> Any:  # noqa: ARG002
        """Let a worker do something, at once."""
        return getattr(self._replicas[worker], method)(*arguments)

    def get(self, tickets: list[Any]) -> list[Any]:
        """Return the answers."""
        return tickets


class LocalRounds(RoundsBackend):
    """Trains in rounds in this process, and brings the matrices up to date after each.

    Parameters
    ----------
    make : callable
        Makes a worker's backend for its matrices.
    matrices : two arrays
        Input vectors and output vectors.
    workers : int
        How many replicas.
    combine : Combiner
        How changes become one.
    """

    def __init__(
        self,
        make: Callable[[Matrix, Matrix], Backend],
        matrices: tuple[Matrix, Matrix],
        workers: int,
        combine: Combiner,
    ) -> None:
        crew = LocalCrew([Replica(make, (_like(matrices[0]), _like(matrices[1])), combine) for _ in range(workers)])
        super().__init__(crew, matrices)

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        """Train the blocks in a round, updating the matrices in place."""
        sums = super().train(epoch, blocks)
        self.fetch()
        return sums


def _like(matrix: Matrix) -> Matrix:
    rows, columns = matrix.shape
    copy = allocate_vectors(rows, columns, matrix.dtype.type)
    copy[:] = matrix
    return copy
