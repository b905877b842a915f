"""safetensors files: 8 bytes header length, a JSON header, then raw little-endian arrays.

Written here in blocks and read as memory-mapped arrays, which the `safetensors` package, the reference implementation,
offers for no NumPy array. What a header may say, it decides.
Specification: https://huggingface.co/docs/safetensors/index#format
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from wordmill.errors import CorpusError, FormatError
from wordmill.foreign import bounded, quoted

__all__ = ["checksums", "has_format", "read_metadata", "read_safetensors", "write_safetensors"]

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "|b1",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1",
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_REASONS = {  # what the reference implementation says, and what it means
    "header too small": ": it ends inside its header",
    "header too large": ": its header claims more bytes than can be",
    "invalid header length": ": its header claims more bytes than there are",
    "invalid offset": ": arrays overlap or leave a hole between them",
    "incomplete metadata": ": its arrays are not all of its bytes",
    "invalid shape": ": the bytes of an array are not as many as its shape says",
    "overflow": ": a shape is too large",
}
_CURE = "fetch it again, or save it again"
_LONGEST_REASON = 150  # characters
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
            for block in _blocks(array):
                file.write(block.data)


def checksums(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, str]) -> dict[str, str]:
    """CRC-32 of each array and of some metadata, to be kept beside them."""
    found = {f"crc32.{name}": f"{_crc32(array):08x}" for name, array in arrays.items()}
    return found | {"crc32": f"{zlib.crc32(json.dumps(dict(facts), sort_keys=True).encode()):08x}"}


def _crc32(array: NDArray[Any]) -> int:
    crc = 0
    for block in _blocks(array):
        crc = zlib.crc32(block.data, crc)
    return crc


def _blocks(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Cut an array into contiguous little-endian pieces that fit into memory."""
    rows = max(1, _BLOCK // max(1, array.nbytes // max(1, len(array)))) if array.ndim else 1
    for begin in range(0, len(array) if array.ndim else 1, rows):
        block = array[begin : begin + rows] if array.ndim else array
        yield np.ascontiguousarray(block, dtype=array.dtype.newbyteorder("<"))


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays of a file, read-only and memory-mapped.

    Raises
    ------
    FormatError
        What the reference implementation refuses, arrays that overlap or leave a hole say, and a name that comes twice.
    """
    header, begin = _read_header(path)
    header.pop("__metadata__", None)
    data = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))[begin:]
    return {name: _view(path, name, entry, data) for name, entry in header.items()}


def read_metadata(path: Path) -> dict[str, str]:
    """Metadata of a file; empty where it has none."""
    metadata: dict[str, str] | None = _read_header(path)[0].get("__metadata__")
    return metadata or {}


def has_format(path: Path | None, name: str) -> TypeGuard[Path]:
    """Whether this is a file whose metadata, as `write_safetensors` orders it, begins with this `format`."""
    signature = f'{{"__metadata__":{{"format":"{name}"'.encode()
    if path is None or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(8 + len(signature))[8:] == signature
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}") from error


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header, which the `safetensors` package has found right, and where the data begin."""
    _check(path)
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(length), object_pairs_hook=_without_repeats)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"{path}: the safetensors header cannot be read ({error}): {_CURE}") from None
    return header, 8 + length


def _check(path: Path) -> None:
    """Have the reference implementation read the header; its offsets are those of all data, without holes."""
    try:
        with safe_open(path, framework="numpy"):
            return
    except SafetensorError as error:
        reason = str(error).removeprefix("Error while deserializing header: ")
    said = next((ours for theirs, ours in _REASONS.items() if reason.startswith(theirs)), "")
    raise FormatError(f"{path} is no whole safetensors file{said} ({bounded(reason, _LONGEST_REASON)}): {_CURE}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of JSON; a name that comes twice would hide an array."""
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        name = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"it names {quoted(name)} twice")
    return made


def _view(path: Path, name: str, entry: object, data: NDArray[np.uint8]) -> NDArray[Any]:
    """One array inside the mapped data; its shape and place are right."""
    match entry:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [int(begin), int(end)]} if dtype in _DTYPES:
            return data[begin:end].view(_DTYPES[dtype]).reshape(shape)
        case {"dtype": str(dtype)}:
            raise FormatError(f"{path}: {quoted(name)} is {dtype}, which NumPy has not: save it as F32")
    raise FormatError(f"{path}: {quoted(name)} has no dtype, shape and data_offsets by name: {_CURE}")
