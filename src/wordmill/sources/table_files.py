"""Some columns of a table in a file: JSON lines, CSV, Parquet or Arrow, by pyarrow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wordmill.errors import CorpusError
from wordmill.extras import import_extra
from wordmill.foreign import bounded, quoted
from wordmill.sources.column_names import place_of
from wordmill.sources.table_kinds import KIND_BYTES, delimiter_of, kind_of, kind_of_text

__all__ = ["read_table_file"]

_BEGINNING = 1 << 16


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
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} is no table that can be read ({bounded(str(error), 200)})") from None
    return table.select([place_of(name, table.column_names, str(path)) for name in (text, *others)])


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
    with pa.input_stream(str(path)) as stream:
        return _json(stream) if kind_of_text(beginning) == "json" else _csv(pa, stream, beginning, wanted)


def _json(stream: Any) -> Any:
    import pyarrow.json as read  # noqa: PLC0415 (an extra)

    return read.read_json(stream, read_options=read.ReadOptions(block_size=1 << 24))


def _csv(pa: Any, stream: Any, beginning: str, wanted: Sequence[str]) -> Any:
    import pyarrow.csv as read  # noqa: PLC0415 (an extra)

    heading = beginning.lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    return read.read_csv(
        stream,
        read_options=read.ReadOptions(block_size=1 << 24),
        parse_options=read.ParseOptions(delimiter=delimiter_of(heading, wanted), newlines_in_values=True),
        convert_options=read.ConvertOptions(column_types={wanted[0]: pa.string()}, strings_can_be_null=False),
    )
