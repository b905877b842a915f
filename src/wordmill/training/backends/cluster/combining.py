"""How the changes of replicas become one: row by row, in a tree of pairs.

Adasum (Maleki et al., "Scaling distributed training with adaptive summation", 2020): what two replicas found out
independently, changes at right angles, adds up; what both found out, changes in one direction, is taken once.
There is nothing to set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends.cluster.changes import Change, Matrix

__all__ = ["Combiner", "adasum", "adasum_of_rows", "in_a_tree"]

Combiner = Callable[[Sequence[Change]], Change]


def adasum(changes: Sequence[Change]) -> Change:
    """Combine the changes of the same rows, a replica each, row by row; the order of the replicas decides the bits."""
    return in_a_tree(changes, adasum_of_rows)


def adasum_of_rows(a: Matrix, b: Matrix) -> Matrix:
    """Return (1 - a.b / 2|a|^2) a + (1 - a.b / 2|b|^2) b for each row of two (n, D)."""
    along = _products(a, b)
    return _scaled(a, along, _products(a, a)) + _scaled(b, along, _products(b, b))


def _products(a: Matrix, b: Matrix) -> Matrix:
    """Return the inner products of rows, (n,)."""
    return np.asarray(np.einsum("ij,ij->i", a, b))


def _scaled(change: Matrix, along: Matrix, square: Matrix) -> Matrix:
    share = 1 - change.dtype.type(0.5) * np.divide(along, square, out=np.zeros_like(along), where=square > 0)
    return np.asarray(share[:, None] * change)


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
