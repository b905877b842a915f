"""How the changes of replicas become one: added up where training goes on, averaged where it has settled.

Along a direction in which the loss is curved by h, a replica has gone 1 - exp(-x) of the way by the end of a round, x
being h times its rate and number of steps. R replicas one after the other would have gone 1 - exp(-R x); from the same
place all of them have gone R times the first in sum. So the sum is scaled, in each direction, by

    (1 - exp(-R x)) / (R (1 - exp(-x)))

which is 1 for rows and directions that hardly move in a round, and 1/R where each replica has found the end by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends.base import Task
from wordmill.training.backends.cluster.changes import Change, Matrix, Range
from wordmill.training.backends.cluster.curvature import Curvature, Meetings, curvatures_of, meetings_of

__all__ = ["ByCurvature", "Combiner", "in_a_tree", "total"]


class Combiner(Protocol):
    """Makes changes one."""

    def look(self, matrices: Sequence[Matrix]) -> Any:
        """Return what is to be known of the matrices of one replica at the end of a round."""

    def __call__(self, changes: Sequence[Change], part: Range, pace: float, seen: Any) -> Change:
        """Combine the changes of a range, one a replica; the pace is the sum of rates over the tokens of a replica."""


@dataclass(frozen=True)
class ByCurvature:
    """Scales the sum by how far each direction has settled; a row that one replica alone changed is taken as it is.

    Parameters
    ----------
    meetings : Meetings
        How often rows are trained.
    """

    meetings: Meetings

    @classmethod
    def of(cls, task: Task, matrices: Sequence[Matrix]) -> ByCurvature:
        """Return the combiner of a task."""
        return cls(meetings_of(task, len(matrices[0])))

    def look(self, matrices: Sequence[Matrix]) -> tuple[Curvature, Curvature]:
        """Return the curvature for the rows of each matrix."""
        return curvatures_of(matrices, self.meetings)

    def __call__(
        self, changes: Sequence[Change], part: Range, pace: float, seen: tuple[Curvature, Curvature]
    ) -> Change:
        """Combine the changes of a range, one a replica; the order of the replicas decides the bits."""
        summed = total(changes)
        touched = np.bincount(np.concatenate([change.rows for change in changes]), minlength=part.end - part.begin)
        several = touched[summed.rows] > 1
        steps = pace * self.meetings.of(part.matrix)[part.begin : part.end][summed.rows[several]]
        summed.values[several] = settled(summed.values[several], steps, seen[part.matrix], len(changes))
        return summed


def settled(sums: Matrix, steps: NDArray[np.float64], curvature: Curvature, replicas: int) -> Matrix:
    """Scale sums (n, D) of rows that have made steps (n,) on each of so many replicas."""
    dtype = sums.dtype.type
    turn = curvature.directions.astype(dtype)
    far = np.maximum(steps.astype(dtype)[:, None] * curvature.values.astype(dtype), dtype(1e-6))
    scale = np.expm1(-replicas * far) / (replicas * np.expm1(-far))
    return np.asarray((sums @ turn * scale) @ turn.T, dtype)


def total(changes: Sequence[Change]) -> Change:
    """Add changes up."""
    summed = in_a_tree(changes, lambda a, b: a + b)
    return Change(summed.rows, summed.values.copy()) if summed is changes[0] else summed


def in_a_tree(changes: Sequence[Change], pair: Callable[[Matrix, Matrix], Matrix]) -> Change:
    """Combine neighbours, then those of neighbours, and so on; a row that one alone changed is taken as it is."""
    level = list(changes)
    while len(level) > 1:
        pairs, odd = zip(level[::2], level[1::2], strict=False), level[len(level) & ~1 :]
        level = [*(_met(one, other, pair) for one, other in pairs), *odd]
    return level[0]


def _met(a: Change, b: Change, pair: Callable[[Matrix, Matrix], Matrix]) -> Change:
    if np.array_equal(a.rows, b.rows):  # of frequent words mostly
        return Change(a.rows, pair(a.values, b.values))
    in_a, in_b = (_among(change.rows, max(_end(a), _end(b))) for change in (a, b))
    rows = np.flatnonzero(in_a | in_b).astype(np.int32)
    values = np.empty((len(rows), a.values.shape[1]), a.values.dtype)
    values[in_a[rows]] = a.values
    values[in_b[rows]] = b.values
    values[(in_a & in_b)[rows]] = pair(a.values[in_b[a.rows]], b.values[in_a[b.rows]])
    return Change(rows, values)


def _end(change: Change) -> int:
    return int(change.rows[-1]) + 1 if len(change.rows) else 0


def _among(rows: NDArray[np.int32], count: int) -> NDArray[np.bool_]:
    """Return which of so many rows these are, (count,)."""
    among = np.zeros(count, np.bool_)
    among[rows] = True
    return among
