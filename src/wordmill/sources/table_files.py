"""Some columns of a table in a file: JSON lines, CSV, Parquet or Arrow, by pyarrow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wordmill.errors import CorpusError
from wordmill.extras import import_extra
from wordmill.foreign import bounded, quoted
from wordmill.sources.column_names import place_of
from wordmill.sources.columns import refuse_null_rows
from wordmill.sources.json_rows import read_json_rows
from wordmill.sources.table_kinds import KIND_BYTES, delimiter_of, kind_of, kind_of_text

__all__ = ["read_table_file"]

_BEGINNING = 1 << 16
_PART = 1 << 20


def read_table_file(path: Path, text: str, others: Sequence[str] = ()) -> Any:
    """Return a column of text, and others, as a pyarrow.Table.

    What the file is shows in its first bytes; rows of separated values have a heading. Files may be compressed as
    pyarrow knows by their ending (gz, bz2, zst).

    Raises
    ------
    CorpusError
        It is no such table, is damaged, or lacks a column.
    """
    pa = import_extra("pyarrow", f"tables such as {path}")
    if not path.exists():
        raise CorpusError(f"{quoted(str(path))} names no file: check the path")
    try:
        table = _read(pa, path, (text, *others))
    except (pa.ArrowException, OSError, UnicodeError, OverflowError) as error:
        cure = ": convert it to UTF-8 (iconv)" if "UTF8" in str(error) else ""
        raise CorpusError(f"{path} is no table that can be read ({bounded(str(error), 200)}){cure}") from None
    table = table.select([place_of(name, table.column_names, str(path)) for name in (text, *others)])
    refuse_null_rows(table[text], f"{quoted(text)} of {path}")
    return table


def _read(pa: Any, path: Path, wanted: Sequence[str]) -> Any:
    with path.open("rb") as file:
        kind = kind_of(file.read(KIND_BYTES))
    if kind == "parquet":
        import pyarrow.parquet as pq  # noqa: PLC0415 (an extra)

        return pq.read_table(path)
    if kind is not None:
        return (pa.ipc.open_file if kind == "arrow file" else pa.ipc.open_stream)(pa.memory_map(str(path))).read_all()
    with pa.input_stream(str(path)) as stream:
        beginning = stream.read(_BEGINNING).decode(errors="replace")
    if kind_of_text(beginning) == "json":
        return _json(pa, path, wanted)
    with pa.input_stream(str(path)) as stream:
        table = _csv(pa, stream, beginning, wanted)
    _check_closed(pa, path, table, wanted[0])
    return table


def _json(pa: Any, path: Path, wanted: Sequence[str]) -> Any:
    """Read lines by pyarrow, or one by one where it cannot: a list, columns that nobody wants of several kinds."""
    import pyarrow.json as read  # noqa: PLC0415 (an extra)

    try:
        with pa.input_stream(str(path)) as stream:
            return read.read_json(stream, read_options=read.ReadOptions(block_size=1 << 24))
    except pa.ArrowInvalid:
        with pa.input_stream(str(path)) as stream:
            return pa.table(read_json_rows(io.BufferedReader(stream), path, wanted))


def _csv(pa: Any, stream: Any, beginning: str, wanted: Sequence[str]) -> Any:
    import pyarrow.csv as read  # noqa: PLC0415 (an extra)

    heading = beginning.lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    return read.read_csv(
        stream,
        read_options=read.ReadOptions(block_size=1 << 24),
        parse_options=read.ParseOptions(delimiter=delimiter_of(heading, wanted), newlines_in_values=True),
        convert_options=read.ConvertOptions(column_types={wanted[0]: pa.string()}, strings_can_be_null=False),
    )


def _check_closed(pa: Any, path: Path, table: Any, name: str) -> None:
    """Refuse a file whose last row is all that follows a quotation mark which nothing closes."""
    if not len(table) or name not in table.column_names or "\n" not in (table[name][-1].as_py() or ""):
        return
    marks = 0
    with pa.input_stream(str(path)) as stream:
        while part := stream.read(_PART):
            marks += part.count(b'"')
    if marks % 2:
        raise CorpusError(
            f'{path}: the text of row {len(table) - 1:,} (counted from 0) begins with a " that nothing closes, and '
            'goes on to the end of the file: write "" for a quotation mark, and one more " around the text'
        )
