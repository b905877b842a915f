"""TensorFlow projector's pair of TSV files: vectors in one, keys (and counts) line by line in the other.

`NAME.tsv` goes with `NAME_metadata.tsv`; both can be dropped onto projector.tensorflow.org. A metadata file of several
columns has a header line, one of a single column has none.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError, counted
from wordmill.foreign import quoted
from wordmill.saving import is_written_through, standing_set
from wordmill.vectors.formats.encodings import marked
from wordmill.vectors.formats.rows import MOST_DIMENSIONS, ReadOptions, RowCollector
from wordmill.vectors.formats.streams import Input, open_outputs, open_text
from wordmill.vectors.formats.text_rows import parse_numbers, read_lines
from wordmill.vectors.table import VectorTable

__all__ = ["metadata_path", "read_projector", "write_projector"]

_ROWS = 1 << 12  # rows written at once
_BLOCK = 1 << 22  # bytes read at once


class _Metadata(NamedTuple):
    keys: list[str]
    counts: NDArray[np.int64] | None


def metadata_path(path: Path) -> Path:
    """Where the keys are: `x_metadata.tsv` beside `x.tsv`, and beside gensim's `x_tensor.tsv`."""
    suffix = "".join(path.suffixes[path.suffixes.index(".tsv") :]) if ".tsv" in path.suffixes else path.suffix
    stem = path.name.removesuffix(suffix).removesuffix("_tensor")
    return path.with_name(f"{stem}_metadata{suffix}")


def read_projector(path: Path, options: ReadOptions) -> VectorTable:
    """Read the two files."""
    metadata = _read_metadata(standing_set(path, metadata_path(path))[1], options)
    with open_text(path, options.encoding, options.errors) as source:
        blocks = read_lines(source, line=1)
        first = next(blocks, [b""])
        dimensions = len(first[0].split())
        if not 0 < dimensions <= MOST_DIMENSIONS:
            raise FormatError(f"{path}: line 1 holds {counted(dimensions, 'number')}: not a file of vectors")
        rows = RowCollector(path, dimensions, options)
        for lines in chain([first], blocks):
            _take(
                path, metadata, rows, lines[: None if options.limit is None else options.limit - rows.seen], dimensions
            )
            if rows.seen == options.limit:
                return rows.finish()
    if rows.seen < len(metadata.keys):
        raise FormatError(
            f"{path}: {counted(rows.seen, 'vector')}, but {counted(len(metadata.keys), 'key')} in {metadata_path(path)}"
        )
    return rows.finish()


def _take(path: Path, metadata: _Metadata, rows: RowCollector, lines: list[bytes], dimensions: int) -> None:
    """Parse some lines and give their rows the next keys."""
    begin, end = rows.seen, rows.seen + len(lines)
    numbers = parse_numbers(lines, dimensions)
    if numbers is None:
        index = next(i for i, line in enumerate(lines) if parse_numbers([line], dimensions) is None)
        raise FormatError(
            f"{path}: line {begin + index + 1} does not hold {dimensions} numbers: "
            f"{quoted(lines[index][:40])}: mend the line"
        )
    if end > len(metadata.keys):
        raise FormatError(
            f"{path}: more vectors than the {counted(len(metadata.keys), 'key')} of {metadata_path(path)}"
        )
    counts = None if metadata.counts is None else metadata.counts[begin:end]
    rows.add(metadata.keys[begin:end], numbers, lambda index: f"line {begin + index + 1}", counts=counts)


def write_projector(path: Path, keyed_vectors: VectorTable) -> None:
    """Write the two files."""
    keys = [str(key) for key in keyed_vectors]
    bad = next((key for key in keys if not key.strip() or any(mark in key for mark in "\t\n\r")), None)
    if bad is not None:
        raise OutputError(
            f"{path}: the key {quoted(bad)} is blank or holds a tab or line end, which end a cell in this format"
        )
    if is_written_through(path):
        raise OutputError(f"{path} is no regular file, and this format has two: choose another name")
    digits = "%.9g" if keyed_vectors.vectors.dtype == np.float32 else "%.17g"
    template = "\t".join([digits] * keyed_vectors.vector_size) + "\n"
    with open_outputs(path, metadata_path(path)) as (vectors, metadata):
        metadata.write(_metadata(keys, keyed_vectors.counts))
        for begin in range(0, len(keys), _ROWS):
            rows = keyed_vectors.vectors[begin : begin + _ROWS].tolist()
            vectors.write("".join([template % tuple(row) for row in rows]).encode())


def _metadata(keys: list[str], counts: NDArray[np.int64] | None) -> bytes:
    if counts is None:
        return marked("".join([f"{key}\n" for key in keys]).encode())
    pairs = zip(keys, counts.tolist(), strict=True)
    return ("key\tcount\n" + "".join([f"{key}\t{count}\n" for key, count in pairs])).encode()


def _read_metadata(path: Path, options: ReadOptions) -> _Metadata:
    with open_text(path, options.encoding, options.errors) as source:
        lines = _text_lines(source, options.errors)
    if not lines:
        raise FormatError(f"{path} holds no keys")
    if "\t" not in lines[0]:
        return _Metadata(lines, None)
    header = lines[0].split("\t")
    cells = [line.split("\t") for line in lines[1:]]
    for number, row in enumerate(cells, start=2):
        if len(row) != len(header):
            raise FormatError(
                f"{path}: line {number} has {counted(len(row), 'cell')}, the header {len(header)}: mend the line"
            )
    column = next((header.index(name) for name in ("key", "word", "label") if name in header), 0)
    keys = [row[column] for row in cells]
    if "count" not in header:
        return _Metadata(keys, None)
    try:
        return _Metadata(keys, np.array([int(row[header.index("count")]) for row in cells], dtype=np.int64))
    except (ValueError, OverflowError):
        raise FormatError(f"{path}: column 'count' must hold integers: mend it") from None


def _text_lines(source: Input, errors: str) -> list[str]:
    content = b"".join(iter(lambda: source.read(_BLOCK), b""))
    try:
        return content.decode("utf-8", errors).replace("\r\n", "\n").removesuffix("\n").split("\n") if content else []
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FormatError(
            f"{source.path}: line {line} is not UTF-8: give its encoding='latin-1', say, or convert the file"
        ) from None
