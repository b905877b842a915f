"""A replica: both matrices as all have agreed on them, and as this one has trained them since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wordmill.training.backends.base import Backend, Blocks, Sums
from wordmill.training.backends.cluster.changes import Change, Matrix, Range, change_of
from wordmill.training.backends.cluster.combining import Combiner

__all__ = ["Replica"]


class Replica:
    """What one worker does: it trains blocks, tells what changed, combines the changes of a range, takes what all made.

    Parameters
    ----------
    make : callable
        Makes the backend that trains these two matrices in place.
    matrices : two arrays
        Input vectors and output vectors; the same on all replicas.
    combine : Combiner
        Makes the changes of all replicas one.
    rounds : int, optional
        How many rounds lie behind the matrices; None: they are to come, by `begin`.
    """

    def __init__(
        self,
        make: Callable[[Matrix, Matrix], Backend],
        matrices: tuple[Matrix, Matrix],
        combine: Combiner,
        rounds: int | None = 0,
    ) -> None:
        self._backend = make(*matrices)
        self._matrices, self._combine = matrices, combine
        self._agreed = tuple(matrix.copy() for matrix in matrices)
        self._rounds = rounds
        self._untouched = True  # since all agreed

    def rounds(self) -> int | None:
        """Return how many rounds lie behind what is agreed; None before it begins."""
        return self._rounds

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        """Train blocks on from what is agreed; what an attempt before this one left is forgotten."""
        if not self._untouched:
            _copy(self._agreed, self._matrices)
        self._untouched = False
        return self._backend.train(epoch, blocks)

    def changes(self, ranges: Sequence[Range]) -> list[Change]:
        """Return what the rows of each range gained in this round."""
        return [change_of(part.of(self._agreed), part.of(self._matrices)) for part in ranges]

    def look(self) -> Any:
        """Return what a combiner is to know of the matrices as they are here at the end of a round."""
        return self._combine.look(self._matrices)

    def combine(self, part: Range, pace: float, seen: Any, *changes: Change) -> Change:
        """Make the changes of a range, one a replica, one."""
        return self._combine(changes, part, pace, seen)

    def take(self, rounds: int, ranges: Sequence[Range], *changes: Change) -> None:
        """End a round, the number of which is `rounds`: what all replicas made of each range is agreed."""
        for part, change in zip(ranges, changes, strict=True):
            part.of(self._agreed)[change.rows] += change.values
            part.of(self._matrices)[change.rows] = part.of(self._agreed)[change.rows]
        self._rounds, self._untouched = rounds, True

    def keep(self, rounds: int) -> None:
        """End a round of one that has no others to agree with."""
        _copy(self._matrices, self._agreed)
        self._rounds, self._untouched = rounds, True

    def state(self, ranges: Sequence[Range]) -> list[Matrix]:
        """Return what is agreed, a copy of each range."""
        return [np.array(part.of(self._agreed)) for part in ranges]

    def begin(self, rounds: int, ranges: Sequence[Range], *state: Matrix) -> None:
        """Begin where so many rounds have led."""
        for part, rows in zip(ranges, state, strict=True):
            part.of(self._agreed)[:] = rows
        self._rounds, self._untouched = rounds, False


def _copy(source: Sequence[Matrix], target: Sequence[Matrix]) -> None:
    for values, matrix in zip(source, target, strict=True):
        matrix[:] = values
