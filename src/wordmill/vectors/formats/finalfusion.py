"""finalfusion's `.fifu`: chunks of plain keys, a plain float32 matrix, and the norms that its unit vectors had.

Other chunks (subword vocabularies, quantised matrices) are refused.
Specification: https://finalfusion.github.io/spec
"""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError
from wordmill.vectors.formats.rows import MOST_DIMENSIONS, ReadOptions, RowCollector
from wordmill.vectors.formats.streams import open_input, open_output
from wordmill.vectors.table import VectorTable

__all__ = ["MAGIC", "read_finalfusion", "write_finalfusion"]

MAGIC = b"FiFu"
_KEYS, _MATRIX, _METADATA, _NORMS = 1, 2, 5, 6
_MOST_CHUNKS = 8
_REFUSED = {
    3: "subwords in buckets",
    4: "a quantised matrix",
    7: "fastText subwords",
    8: "explicit subwords",
}
_FLOAT32 = 10  # the specification's number for the type


def read_finalfusion(path: Path, options: ReadOptions) -> VectorTable:
    """Read keys and vectors; unit vectors get back the lengths they had."""
    with open_input(path) as source:
        size = source.size
        if size is None:
            raise FormatError(f"{path} is compressed: unpack it first")
        content = source.read(size)
    try:
        chunks = _chunks(path, content)
        keys = _read_keys(path, chunks[_KEYS])
        matrix = _read_floats(path, chunks[_MATRIX], "<QII")
        norms = _read_floats(path, chunks[_NORMS], "<QI")[:, 0] if _NORMS in chunks else None
    except (struct.error, KeyError) as error:
        raise FormatError(f"{path} is cut short or lacks a chunk: fetch it again") from error
    if len(keys) != len(matrix) or (norms is not None and len(norms) != len(matrix)):
        raise FormatError(f"{path}: {len(keys)} keys but {len(matrix)} vectors: fetch it again")
    if norms is not None and (norms < 0).any():
        raise FormatError(f"{path}: the norm of row {int(np.argmax(norms < 0))} is negative: fetch the file again")
    if norms is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            matrix = matrix * norms[:, None]
    count = min(len(keys), options.limit or len(keys))
    rows = RowCollector(path, matrix.shape[1], options, expected=count, encoding=options.encoding)
    rows.add(keys[:count], matrix[:count], lambda index: f"row {index}")
    return rows.finish()


def write_finalfusion(path: Path, keyed_vectors: VectorTable) -> None:
    """Write keys, unit vectors and their norms as finalfusion does; the product differs in the last digit at most."""
    if keyed_vectors.kind != "str":
        raise OutputError(f"{path}: finalfusion's keys are text, those here are integers: choose another format")
    encoded = [str(key).encode() for key in keyed_vectors]
    keys = struct.pack("<Q", len(encoded)) + b"".join([struct.pack("<I", len(key)) + key for key in encoded])
    count, dimensions = keyed_vectors.vectors.shape
    with open_output(path) as file:
        file.write(MAGIC + struct.pack("<II3I", 0, 3, _KEYS, _MATRIX, _NORMS))
        file.write(struct.pack("<IQ", _KEYS, len(keys)) + keys)
        position = 24 + 12 + len(keys)
        for kind, head, width in (
            (_MATRIX, struct.pack("<QII", count, dimensions, _FLOAT32), dimensions),
            (_NORMS, struct.pack("<QI", count, _FLOAT32), 1),
        ):
            padding = 4 - (position + 12 + len(head)) % 4  # 4 where the place is right already: the format's own rule
            file.write(struct.pack("<IQ", kind, len(head) + padding + 4 * count * width) + head + bytes(padding))
            position += 12 + len(head) + padding + 4 * count * width
            for begin in range(0, count, 1 << 14):
                ids = np.arange(begin, min(begin + (1 << 14), count))
                block = keyed_vectors.unit_vectors(ids) if kind == _MATRIX else keyed_vectors.norms[ids]
                file.write(block.astype("<f4").tobytes())


def _chunks(path: Path, content: bytes) -> dict[int, bytes]:
    """Find the data of each chunk, by its kind."""
    version, count = struct.unpack_from("<II", content, 4)
    if not content.startswith(MAGIC) or version != 0:
        raise FormatError(f"{path} is not a finalfusion file of version 0")
    announced = struct.unpack_from(f"<{min(count, _MOST_CHUNKS)}I", content, 12)
    position, chunks = 12 + 4 * count, {}
    while position < len(content):
        kind, length = struct.unpack_from("<IQ", content, position)
        position += 12
        if kind in _REFUSED:
            raise FormatError(f"{path} holds {_REFUSED[kind]}, which is not read here: convert it to word2vec first")
        if kind not in (_KEYS, _MATRIX, _METADATA, _NORMS) or kind in chunks or length > len(content) - position:
            raise FormatError(f"{path}: chunk {kind} at byte {position} is not known or is cut short: fetch it again")
        chunks[kind] = content[position : position + length]
        position += length
    if count > _MOST_CHUNKS or tuple(chunks)[:count] != announced:  # files of finalfusion-python hold norms unannounced
        raise FormatError(f"{path} announces chunks that it does not hold: fetch it again")
    return chunks


def _read_keys(path: Path, data: bytes) -> list[bytes]:
    (count,) = struct.unpack_from("<Q", data)
    if count > len(data) // 4:
        raise FormatError(f"{path} claims {count} keys, more than its bytes can hold")
    ends = [8]
    for _ in range(count):
        ends.append(ends[-1] + 4 + struct.unpack_from("<I", data, ends[-1])[0])
    if ends[-1] != len(data):
        raise FormatError(f"{path}: the keys do not fill their chunk: fetch it again")
    return [data[begin + 4 : end] for begin, end in pairwise(ends)]


def _read_floats(path: Path, chunk: bytes, layout: str) -> NDArray[np.float32]:
    """Matrix (rows, columns) of a chunk: its shape, up to 4 bytes of padding, then the numbers."""
    count, *columns, kind = struct.unpack_from(layout, chunk)
    width = columns[0] if columns else 1
    begin = len(chunk) - 4 * count * width
    padding = begin - struct.calcsize(layout)
    if kind != _FLOAT32 or not 0 < width <= MOST_DIMENSIONS or not 0 <= padding <= 4:
        raise FormatError(f"{path}: {count} x {width} values of type {kind} do not fill a chunk of {len(chunk)} bytes")
    return np.frombuffer(chunk, dtype="<f4", offset=begin).reshape(count, width)
