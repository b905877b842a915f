"""Rows as text: a key, then its numbers, separated by spaces or tabs, one row a line.

Whole blocks of lines go to NumPy's parser. Where it refuses one, or finds another shape than D numbers a row, the block
is read again line by line, with all care, and either it is fine (a key holds spaces) or the line at fault is named.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, counted
from wordmill.vectors.formats.rows import MOST_DIMENSIONS, RowCollector
from wordmill.vectors.formats.streams import Input
from wordmill.vectors.matrix import Floats

__all__ = ["format_rows", "looks_like_rows", "parse_number", "parse_numbers", "read_lines", "read_rows", "split_row"]

_BLOCK = 1 << 22  # bytes read at once
_LONGEST_KEY, _LONGEST_NUMBER = 1 << 16, 64  # bytes of a line: these bound what a header may stand before
_MOST_BLANKS = 1 << 20  # lines
_LINES = 10  # rows that are looked at to tell text from binary
_CONTROLS = re.compile(rb"[\0-\x08\x0e-\x1f\x7f]")  # which no text holds, and numbers in binary sooner or later do


def read_rows(source: Input, rows: RowCollector, dimensions: int, *, line: int, first: bytes = b"", most: int) -> bool:
    """Read up to `most` rows; `line` is the number of the next line, `first` what was read of it already.

    Returns whether more lines follow.
    """
    taken = 0
    longest = _LONGEST_KEY + dimensions * _LONGEST_NUMBER
    for lines in read_lines(source, line=line, first=first, longest=longest):
        if taken == most:
            return True
        wanted = lines[: most - taken]
        numbers = parse_numbers([row.partition(b" ")[2] for row in wanted], dimensions)
        if numbers is None:
            keys, numbers = _parse_carefully(source, wanted, dimensions, line + taken)
        else:
            keys = [row.partition(b" ")[0] for row in wanted]
        start = line + taken
        rows.add(keys, numbers, lambda index, start=start: f"line {start + index}")  # type: ignore[misc]
        taken += len(wanted)
        if len(wanted) < len(lines):
            return True
    return False


def split_row(row: bytes, dimensions: int) -> tuple[bytes, list[bytes]]:
    """Key and numbers of a line: the last D fields are the numbers, whatever is before them is the key."""
    fields = row.rsplit(maxsplit=dimensions)
    if len(fields) == dimensions and row[:1].isspace():
        fields.insert(0, b"")  # an empty key
    return (fields[0].strip(), fields[1:]) if fields else (b"", [])


def format_rows(keys: list[str], rows: Floats) -> bytes:
    """Lines of text that give the same floats when they are read."""
    template = " ".join(["%.9g" if rows.dtype.itemsize <= 4 else "%.17g"] * rows.shape[1])
    lines = [f"{key} {template % tuple(row)}\n" for key, row in zip(keys, rows.tolist(), strict=True)]
    return "".join(lines).encode()


def read_lines(
    source: Input, *, line: int, first: bytes = b"", longest: int = MOST_DIMENSIONS * _LONGEST_NUMBER
) -> Iterator[list[bytes]]:
    """Whole lines, without their ends, tabs as spaces; blank lines at the end of the file are passed over."""
    rest, blanks = first, 0  # bytes of a line not yet whole, blank lines not yet passed on
    while rest or (block := source.read(_BLOCK)):
        block = source.read(_BLOCK) if rest else block
        rest += block
        end = rest.rfind(b"\n") + 1 if block else len(rest)
        if not end and len(rest) > longest:
            raise FormatError(f"{source.path}: line {line} is longer than {longest} bytes: not a text of vectors")
        lines = _lines(rest[:end].removesuffix(b"\n")) if end else []
        rest, before = rest[end:], blanks
        while lines and not lines[-1].strip():
            lines.pop()
            blanks += 1
        if blanks > _MOST_BLANKS:
            raise FormatError(f"{source.path}: more than {_MOST_BLANKS:,} blank lines follow line {line}: remove them")
        if lines:
            yield [b"", *lines] if before else lines  # the first blank line is the one at fault
            line += before + len(lines)
            blanks -= before


def _lines(block: bytes) -> list[bytes]:
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").removesuffix(b"\r")
    return block.replace(b"\t", b" ").split(b"\n")


def parse_numbers(lines: list[bytes], dimensions: int) -> NDArray[np.float64] | None:
    """Numbers (n, D) of lines that hold nothing else; None where some line is not so."""
    text = b"\n".join(lines).decode("latin-1").split("\n")
    if not all(map(str.strip, text)):
        return None  # the parser would pass over such lines
    try:
        parsed = np.loadtxt(text, dtype=np.float64, comments=None, ndmin=2)
    except ValueError:
        return None
    return parsed if parsed.shape == (len(lines), dimensions) else None


def _parse_carefully(
    source: Input, lines: list[bytes], dimensions: int, line: int
) -> tuple[list[bytes], NDArray[np.float64]]:
    keys: list[bytes] = []
    numbers: list[NDArray[np.float64]] = []  # no room before the lines are seen to hold so many
    for index, row in enumerate(lines):
        key, fields = split_row(row, dimensions)
        if len(fields) < dimensions:
            raise FormatError(
                f"{source.path}: line {line + index} has {counted(len(fields), 'number')} after its key, not "
                f"{dimensions}: {_shown(row)}: mend or remove the line"
            )
        values = np.empty(dimensions)
        for column, field in enumerate(fields):
            value = parse_number(field)
            if value is None:
                where = f"line {line + index}, number {column + 1}"
                raise FormatError(f"{source.path}: {where}: {_shown(field)} is not a number: mend or remove the line")
            values[column] = value
        if any(parse_number(part) is not None for part in key.split()[1:]):
            where = f"line {line + index} has more than {counted(dimensions, 'number')}"
            raise FormatError(f"{source.path}: {where}: {_shown(row)}: mend or remove it")
        keys.append(key)
        numbers.append(values)
    return keys, np.array(numbers)


def parse_number(field: bytes) -> float | None:
    """Value of a field; None if it is not a number."""
    try:
        return float(field) if b"_" not in field else None
    except ValueError:
        return None


def _shown(text: bytes) -> str:
    return repr(text[:40].decode("utf-8", "replace")) + ("..." if len(text) > 40 else "")


def looks_like_rows(head: bytes, dimensions: int) -> bool:
    """Whether the first rows of a file are text: one of them at least a key and its numbers, or nothing but letters.

    So a bad row does not make a file binary: its own reader then names the line.
    """
    rows = head.replace(b"\t", b" ").split(b"\n", _LINES)[:_LINES]
    if any(_is_row(row, dimensions) for row in rows) or (len(rows) == 1 and _begins_row(rows[0])):
        return True
    return not _CONTROLS.search(head) and _is_utf8(head)


def _is_row(line: bytes, dimensions: int) -> bool:
    """Whether a line is a key and then numbers."""
    return line.count(b" ") >= dimensions and _are_numbers(line, split_row(line, dimensions)[1])


def _begins_row(line: bytes) -> bool:
    """Whether a line that is cut off is a key and then numbers; the last may be half of one."""
    return _are_numbers(line, [field for field in line.split(b" ") if field][1:-1])


def _are_numbers(line: bytes, fields: Sequence[bytes]) -> bool:
    return b"\0" not in line and bool(fields) and all(parse_number(field) is not None for field in fields)


def _is_utf8(head: bytes) -> bool:
    """Whether bytes are UTF-8, a last character that is cut off included."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
