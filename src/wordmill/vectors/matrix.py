"""Matrices of floats, row by row and in blocks: they may be mapped from disk and larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "all_finite", "divisors", "row_norms", "similarities", "spans", "unit_rows"]

Floats = NDArray[np.floating[Any]]

_NUMBERS = 1 << 17  # converted at once: they stay in the cache


def row_norms(matrix: Floats) -> Floats:
    """Euclidean length of each row, (V,), summed in float64, in the matrix's dtype."""
    squares = np.empty(len(matrix), dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):  # who needs finite lengths looks at them
        for begin, end in spans(0, len(matrix), max(1, _NUMBERS // matrix.shape[1])):
            rows = matrix[begin:end].astype(np.float64, copy=False)
            np.einsum("ij,ij->i", rows, rows, out=squares[begin:end])
        return np.sqrt(squares, out=squares).astype(matrix.dtype)


def all_finite(matrix: Floats) -> bool:
    """Whether no number is NaN or infinite."""
    width = max(1, _NUMBERS // matrix.shape[1])
    return all(bool(np.isfinite(matrix[begin:end]).all()) for begin, end in spans(0, len(matrix), width))


def unit_rows(rows: Floats, norms: Floats) -> Floats:
    """Rows divided by their norms; a row of zeros stays zero, so that its similarity to everything is 0."""
    return rows / divisors(norms)[:, None]


def similarities(matrix: Floats, norms: Floats, query: Floats) -> Floats:
    """Cosine similarity of every row of `matrix` (V, D) to one unit vector `query` (D,): (V,)."""
    return np.clip((matrix @ query.astype(matrix.dtype)) / divisors(norms), -1, 1)


def divisors(norms: Floats) -> Floats:
    """Norms, 1 where they are 0. One over the smallest norms would be infinite."""
    return np.where(norms > 0, norms, norms.dtype.type(1))


def spans(start: int, stop: int, width: int) -> Iterator[tuple[int, int]]:
    """Cut a range into pieces of up to `width`."""
    for begin in range(start, stop, width):
        yield begin, min(begin + width, stop)
