"""word2vec's own files: a line "V D", then V rows: key, space, D numbers as text or as little-endian float32.

In the binary form a row may or may not end with a newline (word2vec.c writes one, the GoogleNews file has none).
Source: `word2vec.c`, function TrainModel (Mikolov et al., 2013).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CutShortError, FormatError, counted
from wordmill.foreign import quoted
from wordmill.vectors.formats.encodings import MARK
from wordmill.vectors.formats.rows import ReadOptions, RowCollector, believable_rows, check_header, text_keys
from wordmill.vectors.formats.streams import Input, open_input, open_output, open_text
from wordmill.vectors.formats.text_rows import format_rows, read_rows
from wordmill.vectors.optional_core import optional_core
from wordmill.vectors.table import VectorTable

__all__ = [
    "parse_header",
    "read_word2vec_binary",
    "read_word2vec_text",
    "write_word2vec_binary",
    "write_word2vec_text",
]

_HEADER = re.compile(rb"\s*(\d{1,18})\s+(\d{1,18})\s*\n")
_LONGEST_HEADER = 200
_LONGEST_KEY = 1 << 16
_BLOCK = 1 << 20  # bytes read at once: few enough to be in the cache when they are copied
_ROWS = 1 << 12  # rows written at once


def read_word2vec_text(path: Path, options: ReadOptions) -> VectorTable:
    """Read the text form, which fastText's `.vec` files share."""
    with open_text(path, options.encoding, options.errors) as source:
        count, dimensions = _read_header(source)
        rows, wanted = _prepare(source, options, count, dimensions, smallest_row=2 * dimensions)
        more = read_rows(source, rows, dimensions, line=2, most=wanted)
        _check_count(path, rows.seen, wanted, count, more=more and wanted == count)
        return rows.finish()


def write_word2vec_text(path: Path, keyed_vectors: VectorTable, *, space: str | None = None) -> None:
    """Write the text form; the floats that are read back are the same. `space` replaces white space in keys."""
    keys = text_keys(path, keyed_vectors, space)
    with open_output(path) as file:
        file.write(b"%d %d\n" % keyed_vectors.vectors.shape)
        for begin in range(0, len(keys), _ROWS):
            block = slice(begin, begin + _ROWS)
            file.write(format_rows(keys[block], keyed_vectors.vectors[block]))


def read_word2vec_binary(path: Path, options: ReadOptions) -> VectorTable:
    """Read the binary form, with or without newlines after the rows."""
    with open_input(path) as source:
        count, dimensions = _read_header(source)
        smallest, encoding = 4 * dimensions + 1, options.encoding
        rows, wanted = _prepare(source, options, count, dimensions, smallest_row=smallest, encoding=encoding)
        rest = _read_binary_rows(source, rows, dimensions, wanted, as_text=encoding == "utf-8")
        more = wanted == count and bool((rest + source.read(2)).strip(b"\n"))
        _check_count(path, rows.seen, wanted, count, more=more)
        return rows.finish()


def write_word2vec_binary(path: Path, keyed_vectors: VectorTable, *, space: str | None = None) -> None:
    """Write the binary form as word2vec.c does, with a newline after each row. `space` replaces white space in keys."""
    keys = text_keys(path, keyed_vectors, space)
    with open_output(path) as file:
        file.write(b"%d %d\n" % keyed_vectors.vectors.shape)
        for begin in range(0, len(keys), _ROWS):
            rows = keyed_vectors.vectors[begin : begin + _ROWS].astype("<f4")
            for key, row in zip(keys[begin : begin + _ROWS], rows, strict=True):
                file.write(key.encode() + b" " + row.tobytes() + b"\n")


def parse_header(line: bytes) -> tuple[int, int] | None:
    """V and D of a header line; None if it is no header."""
    match = _HEADER.fullmatch(line)
    return (int(match[1]), int(match[2])) if match else None


def _read_header(source: Input) -> tuple[int, int]:
    line = source.readline(_LONGEST_HEADER).removeprefix(MARK)
    header = parse_header(line)
    if header is None:
        raise FormatError(
            f"{source.path}: line 1 must hold two numbers, vectors and dimensions, not {quoted(line[:40])}: "
            "if the file has no header, read it as GloVe text (format='glove')"
        )
    return header


def _prepare(
    source: Input, options: ReadOptions, count: int, dimensions: int, *, smallest_row: int, encoding: str = "utf-8"
) -> tuple[RowCollector, int]:
    """Check a header; returns a place for the rows, and how many of them are wanted."""
    size = source.size if options.limit is None else None  # with a limit the file may end early
    check_header(source.path, count, dimensions, smallest_row=smallest_row, size=size)
    wanted = min(count, options.limit or count)
    expected = believable_rows(wanted, smallest_row=smallest_row, size=source.size)
    return RowCollector(source.path, dimensions, options, expected=expected, encoding=encoding), wanted


def _check_count(path: Path, seen: int, wanted: int, count: int, *, more: bool) -> None:
    if seen < wanted:
        raise CutShortError(
            f"{path}: the header claims {counted(count, 'vector')}, but the file ends after {seen}: "
            f"fetch it again, or read what is there with limit={max(seen, 1)}"
        )
    if more:
        raise FormatError(
            f"{path}: the header claims {counted(count, 'vector')}, but more follow: "
            f"correct it, or read these with limit={count}"
        )


def _read_binary_rows(source: Input, rows: RowCollector, dimensions: int, wanted: int, *, as_text: bool) -> bytes:
    """Read up to `wanted` rows, keys that are UTF-8 `as_text`; returns what was read beyond them."""
    width = 4 * dimensions
    buffer, offset = b"", source.position  # of the buffer's first byte in the file
    while rows.seen < wanted and (block := source.read(max(_BLOCK, width))):
        buffer += block
        room = rows.room(min(wanted - rows.seen, len(buffer) // (width + 1)))
        keys, ends = _cutter(room)(buffer, room)
        lengths = np.diff(ends, prepend=0) - 1 - width
        rest = int(ends[-1]) if len(ends) else 0
        waiting = len(buffer) - rest - width if rows.seen + len(ends) < wanted else 0
        if max(waiting, lengths.max(initial=0)) > _LONGEST_KEY:
            raise FormatError(
                f"{source.path}: a key after row {rows.seen} (byte {offset}) does not end within {_LONGEST_KEY} bytes: "
                "not a word2vec binary file, or a key before it holds a space"
            )
        if len(ends):
            rows.keep(_split(keys, as_text=as_text), _Places(rows.seen, offset, ends, width))
        buffer, offset = buffer[rest:], offset + rest
    return buffer


def _cutter(room: NDArray[Any]) -> Callable[[bytes, NDArray[Any]], tuple[bytes, NDArray[np.int64]]]:
    """Return the core's `cut_rows` where it is there and numbers need no conversion: it does what `_cut_rows` does."""
    core = optional_core()
    return core.core.cut_rows if core is not None and room.dtype == np.dtype("<f4") else _cut_rows


def _cut_rows(block: bytes, to: NDArray[Any]) -> tuple[bytes, NDArray[np.int64]]:
    """Copy the numbers of the whole rows that a block begins with.

    Returns their keys, with a space between each two, and where the rows end.
    """
    width = 4 * to.shape[1]
    keys = re.findall(rb"([^ ]*+) .{%d}|.+" % width, block, re.DOTALL)[: len(to)]
    ends = np.cumsum(np.fromiter(map(len, keys), dtype=np.int64, count=len(keys)) + 1 + width)
    if keys and (ends[-1] > len(block) or block[ends[-1] - width - 1] != ord(" ")):
        keys, ends = keys[:-1], ends[:-1]  # the last match was the rest, which has no key
    if keys:
        windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(block, dtype=np.uint8), width)
        with np.errstate(invalid="ignore"):  # a signalling NaN is an error later
            to[: len(keys)] = windows[ends - width].view("<f4")
    return b" ".join(keys), ends


def _split(keys: bytes, *, as_text: bool) -> list[str] | list[bytes]:
    """Keys without the newline of the row before: text, or as they are where that is not asked for or possible."""
    if as_text:
        with contextlib.suppress(UnicodeDecodeError):  # all at once, which is much faster than one by one
            return keys.decode().removeprefix("\n").replace(" \n", " ").split(" ")
    return [key.removeprefix(b"\n") for key in keys.split(b" ")]


@dataclass(frozen=True)
class _Places:
    """Where the rows of a block are, for messages."""

    seen: int
    offset: int
    ends: NDArray[np.int64]
    width: int

    def __call__(self, index: int) -> str:
        return f"row {self.seen + index + 1} (numbers at byte {self.offset + self.ends[index] - self.width})"
