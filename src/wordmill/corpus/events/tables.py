"""What may be read as a table of events: files (CSV, JSON lines, Parquet, Arrow) and frames, opened in DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wordmill.compression import HEAD_BYTES, decompressor_for
from wordmill.corpus.events.complaints import our_words
from wordmill.errors import CorpusError
from wordmill.extras import import_extra
from wordmill.foreign import bounded, printable, quoted
from wordmill.sources.column_names import Column, numbered, place_of
from wordmill.sources.files import read_chunks, read_lines
from wordmill.sources.opening import Files, open_source
from wordmill.sources.table_kinds import KIND_BYTES, cells, delimiter_of, kind_of, kind_of_text

__all__ = ["Opened", "Wanted", "literal", "opened_tables"]

_CHUNK = 1 << 20
_SAMPLE = 20480  # objects of JSON whose names are looked at, before all are


@dataclass(frozen=True)
class Wanted:
    """The columns that are asked for; `order` may be none."""

    group: Column
    item: Column
    order: Column | None

    @property
    def columns(self) -> tuple[Column | None, ...]:
        """All three."""
        return self.group, self.item, self.order


@dataclass(frozen=True)
class Opened:
    """A table as DuckDB reads it: a query for the columns `who`, `what` and `moment`, and how its rows are called."""

    query: str
    name: str
    first_row: int  # what its first row is called
    heading: bool = False  # whether a line of names stands above it
    mended: Callable[[], Opened] | None = None  # the same with all lines ending alike, which DuckDB wants

    def row(self, index: int) -> str:
        """Name a row, given its number from 0."""
        first = "the first below the heading" if self.heading else "the first"
        return f"{self.name}, row {index + self.first_row:,} ({first} is {self.first_row})"


def opened_tables(table: Any, wanted: Wanted, connection: Any, scratch: Path) -> Iterator[Opened]:
    """Yield what a user gives as a table, file by file.

    Raises
    ------
    CorpusError
        It is no table, cannot be read, or lacks a column.
    """
    if isinstance(table, Mapping) or (
        isinstance(table, list) and table and all(isinstance(row, Mapping) for row in table)
    ):
        table = _gathered(table)
    if hasattr(table, "column_names") or hasattr(type(table), "columns") or hasattr(table, "schema"):
        yield _frame(table, wanted, connection, scratch)
        return
    opened = open_source(table)
    if not isinstance(opened, Files):
        raise CorpusError(
            f"{type(table).__name__} is no table of events: pass a path (CSV, JSON lines, Parquet, Arrow), or a table "
            "of pandas, Polars or Arrow"
        )
    for path in opened.paths:
        yield _file(path, wanted, connection, scratch)


def literal(text: str) -> str:
    """Quote a text in SQL."""
    return "'" + text.replace("'", "''") + "'"


# Frames


def _gathered(table: Any) -> Any:
    """Make an Arrow table of a dictionary of columns or of a list of rows."""
    pa = import_extra("pyarrow", "tables of events")
    try:
        return pa.table(dict(table)) if isinstance(table, Mapping) else pa.Table.from_pylist(table)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise CorpusError(
            f"the {type(table).__name__} is no table ({bounded(printable(str(error)), 200)}): each column needs as "
            "many cells, all of one type"
        ) from None


def _frame(table: Any, wanted: Wanted, connection: Any, scratch: Path) -> Opened:
    """Take the wanted columns of a frame; a lazy one goes through a file, so that it need not fit into memory."""
    kind = type(table).__name__
    places = _places(_frame_names(table), wanted, f"the {kind}")
    names = {role: name for role, name in zip(("who", "what", "moment"), places, strict=False) if name is not None}
    if hasattr(table, "sink_parquet"):
        path = scratch / "lazy.parquet"
        table.select([*names.values()]).sink_parquet(path)
        return _parquet(path, [*names.values()], wanted, f"the {kind}", 0)
    if hasattr(table, "iloc"):
        table = table[[*names.values()]]
        for name in names.values():
            _refuse_mixed(table[name], name)
        table = _as_arrow(table)
    elif hasattr(table, "select"):
        table = table.select([*names.values()])
    with our_words(f"the {kind}"):
        connection.register("source", table)
    chosen = ", ".join(f"{_identifier(name)} AS {role}" for role, name in names.items())
    return Opened(f"SELECT {chosen} FROM source", f"the {kind}", 0)  # noqa: S608 (names are quoted)


def _as_arrow(table: Any) -> Any:
    """Return a table of pandas as one of Arrow: what DuckDB makes of its types depends on the versions of both."""
    pa = import_extra("pyarrow", "tables of events")
    try:
        return pa.Table.from_pandas(table, preserve_index=False)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise CorpusError(f"the {type(table).__name__} holds what no table can ({error}): mend the column") from None


def _frame_names(table: Any) -> list[str]:
    if hasattr(table, "collect_schema"):
        return list(table.collect_schema().names())
    if hasattr(table, "column_names"):
        return list(table.column_names)
    if hasattr(table, "schema") and hasattr(table.schema, "names") and not hasattr(table, "iloc"):
        return list(table.schema.names)
    return [str(name) for name in table.columns]


def _places(names: Sequence[str], wanted: Wanted, table: str) -> list[str | None]:
    """Return the names of the wanted columns, in the order of who, what and when."""
    if numbered(wanted.columns):
        raise CorpusError(f"columns of {table} are given by name: numbers are for CSV files without a heading")
    return [None if column is None else names[place_of(column, names, table)] for column in wanted.columns]


def _refuse_mixed(column: Any, name: str) -> None:
    """Refuse a column of Python objects of several kinds, which DuckDB would turn into text."""
    if str(column.dtype) != "object":
        return
    kind = import_extra("pandas", "tables of pandas").api.types.infer_dtype(column, skipna=True)
    if kind.startswith("mixed"):
        raise CorpusError(
            f"column {quoted(name)} holds values of several kinds ({kind}): make them all text, or all int"
        )


# Files


def _file(path: Path | None, wanted: Wanted, connection: Any, scratch: Path) -> Opened:
    head = b""
    if path is not None and path.is_file():
        with path.open("rb") as file:
            head = file.read(max(HEAD_BYTES, KIND_BYTES))
    name = "standard input" if path is None else str(path)
    kind = kind_of(head)
    if path is not None and kind == "parquet":
        schema = import_extra("pyarrow.parquet", "Parquet files of events")
        try:
            names = schema.read_schema(path).names
        except (OSError, ValueError) as error:
            raise CorpusError(f"{name} is a damaged Parquet file ({error}): fetch or write it again") from None
        return _parquet(path, names, wanted, name, 1)
    if path is not None and kind is not None:
        return _arrow(path, wanted, connection, name, is_file=kind == "arrow file")
    plain = _unpacked(path, head, scratch)
    for blank, line in enumerate(read_lines(plain, _CHUNK, may_replace=False)):
        if line.strip() and kind_of_text(line) == "json":
            return _json(plain, wanted, connection, name)
        if line.strip():
            return _csv(plain, blank, line, wanted, name, scratch)
    raise CorpusError(f"{name} is empty: there are no events in it")


def _unpacked(path: Path | None, head: bytes, scratch: Path) -> Path:
    """Return a file that DuckDB can read several times: itself, or what comes out of a pipe or a packed one."""
    if path is not None and path.is_file() and decompressor_for(head) is None:
        return path
    target = scratch / "unpacked"
    with target.open("wb") as file:
        for chunk in read_chunks(path, _CHUNK):
            file.write(chunk.data)
    return target


def _parquet(path: Path, names: Sequence[str], wanted: Wanted, name: str, first_row: int) -> Opened:
    chosen = _chosen(_places(names, wanted, name))
    return Opened(f"SELECT {chosen} FROM read_parquet({literal(str(path))})", name, first_row)  # noqa: S608


def _chosen(names: Sequence[str | None]) -> str:
    pairs = zip(("who", "what", "moment"), names, strict=True)
    return ", ".join(f"{_identifier(name)} AS {role}" for role, name in pairs if name is not None)


def _arrow(path: Path, wanted: Wanted, connection: Any, name: str, *, is_file: bool) -> Opened:
    """Open an Arrow file, mapped, or a stream."""
    pa = import_extra("pyarrow", "Arrow files of events")
    try:
        mapped = pa.memory_map(str(path))
        table = (pa.ipc.open_file if is_file else pa.ipc.open_stream)(mapped).read_all()
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(f"{name} is a damaged Arrow file ({error}): fetch or write it again") from None
    names = _places(table.column_names, wanted, name)
    connection.register("source", table.select([each for each in names if each is not None]))
    return Opened(f"SELECT {_chosen(names)} FROM source", name, 1)  # noqa: S608


def _json(path: Path, wanted: Wanted, connection: Any, name: str) -> Opened:
    """Open lines, or a list, of JSON objects; what a cell holds is looked at later."""
    source = f"{literal(str(path))}, format='auto', maximum_object_size={1 << 24}"

    def found(rows: int) -> list[str]:
        with our_words(name):
            query = f"SELECT * FROM read_json({source}, sample_size={rows}) LIMIT 0"  # noqa: S608
            return list(connection.sql(query).columns)

    columns = found(_SAMPLE)
    if any(isinstance(column, str) and column not in columns for column in wanted.columns):
        columns = found(-1)  # it may come first further down
    names = _places(columns, wanted, name)
    types = ", ".join(f"{literal(each)}: 'JSON'" for each in names if each is not None)
    chosen = _chosen(names)
    return Opened(f"SELECT {chosen} FROM read_json({source}, columns={{{types}}})", name, 1)  # noqa: S608


def _csv(path: Path, blank: int, first: str, wanted: Wanted, name: str, scratch: Path) -> Opened:
    """Open a file of separated values, all as text, below so many blank lines; what it holds is looked at later."""
    without_heading = numbered(wanted.columns)
    delimiter = delimiter_of(first, wanted.columns)
    names = cells(first, delimiter)
    places = [None if column is None else place_of(column, names, name) for column in wanted.columns]
    types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(names)))
    chosen = _chosen([None if place is None else f"c{place}" for place in places])
    form = f"delim={literal(delimiter)}, quote='\"', escape='\"', header={not without_heading}, skip={blank}"

    def opened(file: Path, mended: Callable[[], Opened] | None) -> Opened:
        source = f"read_csv({literal(str(file))}, columns={{{types}}}, {form}, auto_detect=false)"
        return Opened(f"SELECT {chosen} FROM {source}", name, 1, not without_heading, mended)  # noqa: S608

    if blank:  # DuckDB counts lines wrongly where these end in another way
        return opened(_with_equal_ends(path, scratch), None)
    return opened(path, lambda: opened(_with_equal_ends(path, scratch), None))


def _with_equal_ends(path: Path, scratch: Path) -> Path:
    r"""Write a text with \n at the end of each line that ended in \r\n."""
    target = scratch / "ends"
    with path.open("rb") as source, target.open("wb") as file:
        held = b""
        for block in iter(partial(source.read, _CHUNK), b""):
            text = held + block
            held = b"\r" if text.endswith(b"\r") else b""  # it may be the first half of an end
            file.write(text[: len(text) - len(held)].replace(b"\r\n", b"\n"))
        file.write(held)
    return target


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
