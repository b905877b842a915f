"""Tables as they travel to the page: little-endian, row by row, described in the manifest."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Table", "quantized"]

_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Table:
    """A table and what it takes to read it: `dtype` "json" is a JSON text, any other an array of this shape."""

    dtype: str
    shape: tuple[int, ...]
    content: bytes
    encoding: Literal["raw", "gzip"] = "raw"

    @classmethod
    def of_array(cls, array: NDArray[Any]) -> Table:
        """Take an array of numbers."""
        return cls(array.dtype.name, array.shape, array.astype(array.dtype.newbyteorder("<")).tobytes())

    @classmethod
    def of_json(cls, value: Any, *shape: int) -> Table:
        """Take what JSON can hold, in ASCII: half a surrogate pair in a key stays what it is."""
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
        return cls("json", shape, text.encode("ascii"))

    def zipped(self, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> Table:
        """Return the same in gzip, without the time, so that equal tables are equal files."""
        squeeze = zlib.compressobj(9, zlib.DEFLATED, _GZIP, 9, strategy)
        return Table(self.dtype, self.shape, squeeze.compress(self.content) + squeeze.flush(), "gzip")

    def described(self) -> dict[str, Any]:
        """Return what the manifest says of it."""
        return {"dtype": self.dtype, "shape": list(self.shape), "encoding": self.encoding}


def quantized(array: NDArray[np.float32], step: float) -> NDArray[np.float32]:
    """Round numbers to multiples of a power of two, so that they squeeze well; they stay float32."""
    rounded: NDArray[np.float32] = (np.rint(array / step) * step).astype(np.float32)
    return rounded
