"""Quantised matrices, as `.ftz` files hold them: a row is made of the centroids that its codes name.

The D numbers of a row are cut into pieces, each of which is one of 256 centroids; the length of the row may be kept
apart, as one of 256 lengths. Source: Jégou et al., "Product quantization for nearest neighbor search", 2011; fastText's
`quantmatrix.cc` and `productquantizer.cc`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError
from wordmill.vectors.formats.fasttext.cursor import Cursor

__all__ = ["Quantised", "read_quantised"]

_CENTROIDS = 256


class Quantised:
    """A matrix (n, D) that is held as codes; its rows are made when they are asked for.

    Parameters
    ----------
    codes
        (n, P) uint8, a centroid for each of the P pieces.
    centroids
        P arrays (256, width), whose widths are D together.
    lengths
        (n,) that the rows are multiplied by, or None.
    """

    def __init__(
        self,
        codes: NDArray[np.uint8],
        centroids: list[NDArray[np.float32]],
        lengths: NDArray[np.float32] | None,
    ) -> None:
        self._codes, self._centroids, self._lengths = codes, centroids, lengths
        self.shape = len(codes), sum(piece.shape[1] for piece in centroids)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> NDArray[np.float32]:
        """Return some rows, by a slice or an array of numbers."""
        codes = self._codes[rows]
        found = np.concatenate([piece[codes[:, place]] for place, piece in enumerate(self._centroids)], axis=1)
        if self._lengths is not None:
            found *= self._lengths[rows][:, None]
        return found


def read_quantised(cursor: Cursor, dimensions: int) -> Quantised:
    """Read a quantised matrix: its codes are mapped, its centroids of a few kilobytes a dimension are not."""
    has_lengths = cursor.flag()
    rows, columns, size = cursor.take("<2qi")
    if columns != dimensions or not 0 < rows <= size or size > cursor.left:
        raise FormatError(
            f"{cursor.path} claims {rows} rows of {columns} numbers in {size} codes, but {cursor.left} bytes follow "
            f"and the settings say {dimensions}: fetch it again"
        )
    codes = cursor.array(size, np.uint8)
    centroids = _read_quantiser(cursor, dimensions)
    if size != rows * len(centroids):
        raise FormatError(f"{cursor.path}: {size} codes for {rows} rows of {len(centroids)} pieces: fetch it again")
    lengths = None
    if has_lengths:
        length_codes = cursor.array(rows, np.uint8)
        lengths = _read_quantiser(cursor, 1)[0][length_codes, 0]
    return Quantised(codes.reshape(rows, len(centroids)), centroids, lengths)


def _read_quantiser(cursor: Cursor, dimensions: int) -> list[NDArray[np.float32]]:
    """Read the centroids of each piece: all have one width, but for the last."""
    total, pieces, width, last = cursor.take("<4i")
    if (
        total != dimensions
        or not 0 < width <= total
        or pieces != -(-total // width)
        or last != total - (pieces - 1) * width
    ):
        raise FormatError(
            f"{cursor.path}: a quantiser cuts {total} numbers into {pieces} pieces of {width}, the last of {last}, "
            f"where there are {dimensions}: fetch it again"
        )
    numbers = cursor.array(_CENTROIDS * total, "<f4").astype(np.float32)
    begins = [_CENTROIDS * width * piece for piece in range(1, pieces)]
    return [piece.reshape(_CENTROIDS, -1) for piece in np.split(numbers, begins)]
