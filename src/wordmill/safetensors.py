"""safetensors files: 8 bytes header length, a JSON header, then raw little-endian arrays.

Written here in blocks and read as memory-mapped arrays, which the `safetensors` package offers for no NumPy array.
Specification: https://huggingface.co/docs/safetensors/index#format
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError

__all__ = ["read_metadata", "read_safetensors", "write_safetensors"]

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "|b1",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1",
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_LARGEST_HEADER = 100_000_000  # bytes, as in the reference implementation
_BLOCK = 1 << 22  # bytes written at once


def write_safetensors(
    path: Path, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str] | None = None
) -> None:
    """Write arrays, contiguous or not, without a second copy in memory."""
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0]))  # keeps every array aligned
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name, array in ordered:
        begin, end = end, end + array.nbytes
        dtype = _NAMES[array.dtype.newbyteorder("<").str]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, array in ordered:
            rows = max(1, _BLOCK // max(1, array.nbytes // max(1, len(array)))) if array.ndim else 1
            for begin in range(0, len(array) if array.ndim else 1, rows):
                block = array[begin : begin + rows] if array.ndim else array
                file.write(np.ascontiguousarray(block, dtype=array.dtype.newbyteorder("<")).data)


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays of a file, read-only and memory-mapped. No number is believed before it fits the file's size."""
    header, begin = _read_header(path)
    header.pop("__metadata__", None)
    data = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))[begin:]
    return {name: _view(path, name, entry, data) for name, entry in header.items()}


def read_metadata(path: Path) -> dict[str, str]:
    """Metadata of a file; empty where it has none."""
    metadata = _read_header(path)[0].get("__metadata__", {})
    if isinstance(metadata, dict) and all(isinstance(value, str) for value in metadata.values()):
        return metadata
    raise FormatError(f"{path}: the safetensors metadata are not strings")


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Parse the header; also where the data begin."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, _LARGEST_HEADER):
            raise FormatError(f"{path}: not a safetensors file: it is {size} bytes and its header claims {length}")
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError) as error:
            raise FormatError(f"{path}: the safetensors header is not JSON ({error})") from None
    if not isinstance(header, dict):
        raise FormatError(f"{path}: the safetensors header is not a JSON object")
    return header, 8 + length


def _view(path: Path, name: str, entry: object, data: NDArray[np.uint8]) -> NDArray[Any]:
    """One array inside the mapped data."""
    match entry:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [int(begin), int(end)]} if dtype in _DTYPES:
            itemsize = np.dtype(_DTYPES[dtype]).itemsize
            whole = all(type(length) is int and length >= 0 for length in shape) and 0 <= begin <= end <= len(data)
            if whole and end - begin == math.prod(shape) * itemsize:
                return data[begin:end].view(_DTYPES[dtype]).reshape(shape)
    raise FormatError(
        f"{path}: tensor {name!r} does not fit the {len(data)} bytes of data or has an unknown type: {entry}"
    )
