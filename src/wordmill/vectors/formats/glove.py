"""GloVe's text: rows of a key and D numbers, without a header (Pennington, Socher and Manning, 2014)."""

from __future__ import annotations

from pathlib import Path

from wordmill.errors import FormatError
from wordmill.foreign import quoted
from wordmill.vectors.formats.encodings import marked
from wordmill.vectors.formats.rows import MOST_DIMENSIONS, ReadOptions, RowCollector, text_keys
from wordmill.vectors.formats.streams import open_output, open_text
from wordmill.vectors.formats.text_rows import format_rows, parse_number, read_rows
from wordmill.vectors.table import VectorTable

__all__ = ["guess_dimensions", "read_glove", "write_glove"]

_HEAD = 1 << 20  # bytes that the dimensions are told from
_LINES = 10  # lines that the dimensions are told from
_ROWS = 1 << 12  # rows written at once
_ALL = 1 << 62


def read_glove(path: Path, options: ReadOptions) -> VectorTable:
    """Read rows without a header. Keys may hold spaces, as some of the published ones do (". . .")."""
    with open_text(path, options.encoding, options.errors) as source:
        head = source.read(_HEAD)
        dimensions = guess_dimensions(head)
        if dimensions is None:
            raise FormatError(
                f"{path}: line 1 is not a key and its numbers: {quoted(head[:40])}: not a text of vectors"
            )
        rows = RowCollector(path, dimensions, options)
        read_rows(source, rows, dimensions, line=1, first=head, most=options.limit or _ALL)
        return rows.finish()


def write_glove(path: Path, keyed_vectors: VectorTable, *, space: str | None = None) -> None:
    """Write rows without a header; the floats that are read back are the same. `space` replaces white space in keys."""
    keys = text_keys(path, keyed_vectors, space)
    with open_output(path) as file:
        for begin in range(0, len(keys), _ROWS):
            block = slice(begin, begin + _ROWS)
            rows = format_rows(keys[block], keyed_vectors.vectors[block])
            file.write(rows if begin else marked(rows))


def guess_dimensions(head: bytes) -> int | None:
    """Numbers at the end of most of the first lines; of several such, the least: a key may end like a number too."""
    lines = head.split(b"\n")
    whole = lines[:-1] if len(lines) > 1 else lines
    numbers = [_trailing_numbers(line.split()) for line in whole[:_LINES]]
    usual = max(numbers, key=lambda number: (numbers.count(number), -number), default=0)
    return usual if 0 < usual <= MOST_DIMENSIONS and b"\0" not in lines[0] else None


def _trailing_numbers(fields: list[bytes]) -> int:
    """How many fields at the end are numbers; the first field is the key, whatever it is."""
    count = 0
    while count < len(fields) - 1 and parse_number(fields[-1 - count]) is not None:
        count += 1
    return count
