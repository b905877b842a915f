"""What replicas tell each other: the rows that changed, in parts by ranges of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST_PART", "Change", "Matrix", "Range", "change_of", "ranges_of"]

Matrix = NDArray[np.floating[Any]]

#: Bytes of a part at most. Ray moves an object of one chunk (5 MiB) many times as fast as a larger one.
LARGEST_PART = 5_000_000


@dataclass(frozen=True)
class Range:
    """Some rows of one of the two matrices."""

    matrix: int  #: 0 the input vectors, 1 the output vectors
    begin: int
    end: int

    def of(self, matrices: Sequence[Matrix]) -> Matrix:
        """Return the rows, as a view."""
        return matrices[self.matrix][self.begin : self.end]


@dataclass(frozen=True)
class Change:
    """What rows of a range gained in a round; rows that are not there gained nothing."""

    rows: NDArray[np.int32]  #: (n,) rising, counted from the beginning of the range
    values: Matrix  #: (n, D)


def ranges_of(matrices: Sequence[Matrix], largest: int = LARGEST_PART) -> list[Range]:
    """Cut the rows of both matrices into ranges whose changes take at most so many bytes, if all rows changed."""
    ranges = []
    for number, matrix in enumerate(matrices):
        row = np.dtype(np.int32).itemsize + matrix.shape[1] * matrix.itemsize
        step = max(1, largest // row)
        ranges += [Range(number, begin, min(begin + step, len(matrix))) for begin in range(0, len(matrix), step)]
    return ranges


def change_of(before: Matrix, now: Matrix) -> Change:
    """Return what rows gained: those of which any bit is another."""
    bits = np.uint64 if now.dtype == np.float64 else np.uint32
    rows = np.flatnonzero((before.view(bits) != now.view(bits)).any(axis=1)).astype(np.int32)
    return Change(rows, now[rows] - before[rows])
