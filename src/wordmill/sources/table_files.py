"""Some columns of a table in a file: JSON lines, CSV, Parquet or Arrow, by pyarrow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wordmill.errors import CorpusError
from wordmill.extras import import_extra
from wordmill.foreign import bounded, listed, quoted
from wordmill.hints import near_name

__all__ = ["check_column", "read_table_file"]

_PARQUET, _ARROW = b"PAR1", b"ARROW1"


def read_table_file(path: Path, text: str, others: Sequence[str] = ()) -> Any:
    """Return a column of text, and others, as a pyarrow.Table.

    What the file is shows in its first bytes; rows of separated values have a heading, and part at tabs where that has
    one, else at commas. Files may be compressed as pyarrow knows by their ending (gz, bz2, zst).

    Raises
    ------
    CorpusError
        It is no such table, is damaged, or lacks a column.
    """
    pa = import_extra("pyarrow", f"tables such as {path}")
    if not path.exists():
        raise CorpusError(f"{quoted(str(path))} names no file: check the path")
    try:
        table = _read(pa, path, text)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} is no table that can be read ({bounded(str(error), 200)})") from None
    for name in (text, *others):
        check_column(name, table.column_names, str(path))
    return table.select([text, *others])


def check_column(name: str, names: Sequence[str], table: str) -> None:
    """Raise `CorpusError` where a table has no column of this name."""
    if name not in names:
        near = near_name(name, [*names])
        hint = f"did you mean {quoted(near)}?" if near else f"it has {listed(names)}"
        raise CorpusError(f"{table} has no column {quoted(name)}: {hint}")


def _read(pa: Any, path: Path, text: str) -> Any:
    with path.open("rb") as file:
        head = file.read(len(_ARROW))
    if head.startswith(_PARQUET):
        import pyarrow.parquet as pq  # noqa: PLC0415 (an extra)

        return pq.read_table(path)
    if head.startswith(_ARROW):
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    with pa.input_stream(str(path)) as stream:
        beginning = stream.read(1 << 16)
    with pa.input_stream(str(path)) as stream:
        return (_json if beginning.lstrip().startswith(b"{") else _csv)(pa, stream, beginning, text)


def _json(pa: Any, stream: Any, beginning: bytes, text: str) -> Any:  # noqa: ARG001
    import pyarrow.json as read  # noqa: PLC0415 (an extra)

    return read.read_json(stream, read_options=read.ReadOptions(block_size=1 << 24))


def _csv(pa: Any, stream: Any, beginning: bytes, text: str) -> Any:
    import pyarrow.csv as read  # noqa: PLC0415 (an extra)

    heading = beginning.partition(b"\n")[0]
    return read.read_csv(
        stream,
        read_options=read.ReadOptions(block_size=1 << 24),
        parse_options=read.ParseOptions(delimiter="\t" if b"\t" in heading else ",", newlines_in_values=True),
        convert_options=read.ConvertOptions(column_types={text: pa.string()}, strings_can_be_null=False),
    )
