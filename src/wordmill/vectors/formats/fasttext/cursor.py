"""A place in a mapped file: what is read from there, or that the file is cut short."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from wordmill.errors import CutShortError, FormatError
from wordmill.mapped import MappedFile
from wordmill.saving import standing
from wordmill.vectors.formats.streams import open_input

__all__ = ["Cursor"]


class Cursor:
    """Reads a file forwards.

    Parameters
    ----------
    path
        The file, mapped into memory; `FormatError` where it cannot be.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.position = path, 0
        with open_input(path) as source, standing(path).open("rb") as file:
            if source.size is None:
                raise FormatError(f"{path} is compressed: unpack it first, so that it can be mapped into memory")
            if source.size == 0:
                raise FormatError(f"{path} cannot be read: it is an empty file")
            self.file = MappedFile.now(standing(path))
            self.content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    @property
    def left(self) -> int:
        """Bytes that follow."""
        return len(self.content) - self.position

    def take(self, layout: str) -> tuple[Any, ...]:
        """Read some numbers, as `struct` has them."""
        size = struct.calcsize(layout)
        if size > self.left:
            raise self.cut_short()
        self.position += size
        return struct.unpack_from(layout, self.content, self.position - size)

    def flag(self) -> bool:
        """Read a truth value, a byte."""
        (value,) = self.take("<B")
        if value > 1:
            raise FormatError(f"{self.path}: byte {self.position - 1} must be 0 or 1, not {value}: fetch it again")
        return bool(value)

    def array(self, count: int, dtype: DTypeLike) -> NDArray[Any]:
        """Map a number of numbers; it is the caller's to see that it is not negative."""
        size = count * np.dtype(dtype).itemsize
        if size > self.left:
            raise self.cut_short()
        self.position += size
        return np.frombuffer(self.content, dtype=dtype, count=count, offset=self.position - size)

    def word(self, longest: int) -> bytes | None:
        """Read bytes up to a zero, which is passed over; None where none follows within `longest` bytes."""
        end = self.content.find(b"\0", self.position, self.position + longest + 1)
        if end < 0:
            return None
        word = self.content[self.position : end]
        self.position = end + 1
        return word

    def cut_short(self) -> CutShortError:
        """Return the error that says so."""
        return CutShortError(f"{self.path} is cut short: fetch it again")
