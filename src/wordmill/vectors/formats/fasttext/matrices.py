"""Matrices of float32, mapped when read and streamed when written; buckets without a row are rows of zeros there."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError
from wordmill.vectors.formats.fasttext.cursor import Cursor
from wordmill.vectors.matrix import Floats, spans
from wordmill.vectors.subwords import Subwords

__all__ = ["pack_buckets", "pack_rows", "pack_shape", "pack_zeros", "read_matrix"]

_NUMBERS = 1 << 18  # written at once


def read_matrix(cursor: Cursor, dimensions: int) -> NDArray[np.float32]:
    """Map a matrix (rows, D), its shape checked against the size of the file."""
    rows, columns = cursor.take("<2q")
    if columns != dimensions or rows < 1 or 4 * rows * columns > cursor.left:
        raise FormatError(
            f"{cursor.path} claims {rows} rows of {columns} numbers, but {cursor.left} bytes follow and "
            f"the settings say {dimensions}: fetch it again"
        )
    return cursor.array(rows * columns, "<f4").reshape(rows, columns)


def pack_shape(rows: int, columns: int) -> bytes:
    """Return what a matrix begins with."""
    return struct.pack("<2q", rows, columns)


def pack_rows(rows: Floats) -> Iterator[bytes]:
    """Yield the numbers of some rows."""
    for begin, end in spans(0, len(rows), max(1, _NUMBERS // rows.shape[1])):
        yield rows[begin:end].astype("<f4").tobytes()


def pack_zeros(rows: int, columns: int) -> Iterator[bytes]:
    """Yield the numbers of rows of zeros."""
    for begin, end in spans(0, rows, max(1, _NUMBERS // columns)):
        yield bytes(4 * (end - begin) * columns)


def pack_buckets(subwords: Subwords) -> Iterator[bytes]:
    """Yield the numbers of the rows of all buckets, zeros for those that have none."""
    rows, numbers, width = subwords.rows, subwords.numbers, subwords.rows.shape[1]
    if numbers is None:
        yield from pack_rows(rows)
        return
    for begin, end in spans(0, subwords.ngrams.buckets, max(1, _NUMBERS // width)):
        first, last = np.searchsorted(numbers, [begin, end])
        block = np.zeros((end - begin, width), dtype="<f4")
        block[numbers[first:last] - begin] = rows[first:last]
        yield block.tobytes()
