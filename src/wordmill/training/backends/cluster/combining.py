"""How the changes of replicas become one: row by row, in a tree of pairs.

Adasum (Maleki et al., "Scaling distributed training with adaptive summation", 2020): what two replicas found out
independently, changes at right angles, adds up; what both found out, changes in one direction, is taken once.
There is nothing to set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

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
    """Return the inner products of rows, (n,), in double precision: squares of small changes do not vanish."""
    return np.asarray(np.einsum("ij,ij->i", a, b, dtype=np.float64))


def _scaled(change: Matrix, along: Matrix, square: Matrix) -> Matrix:
    share = 1 - 0.5 * np.divide(along, square, out=np.zeros_like(along), where=square > 0)
    return np.asarray(share.astype(change.dtype)[:, None] * change)


def in_a_tree(changes: Sequence[Change], pair: Callable[[Matrix, Matrix], Matrix]) -> Change:
    """Combine neighbours, then those of neighbours, and so on; a row that one alone changed is taken as it is."""
    level = list(changes)
    while len(level) > 1:
        pairs, odd = zip(level[::2], level[1::2], strict=False), level[len(level) & ~1 :]
        level = [*(_met(one, other, pair) for one, other in pairs), *odd]
    return level[0]


def _met(a: Change, b: Change, pair: Callable[[Matrix, Matrix], Matrix]) -> Change:
    rows = np.union1d(a.rows, b.rows)
    values = np.empty((len(rows), a.values.shape[1]), a.values.dtype)
    values[np.searchsorted(rows, a.rows)] = a.values
    values[np.searchsorted(rows, b.rows)] = b.values
    both, in_a, in_b = np.intersect1d(a.rows, b.rows, assume_unique=True, return_indices=True)
    values[np.searchsorted(rows, both)] = pair(a.values[in_a], b.values[in_b])
    return Change(rows.astype(np.int32), values)
