"""A column of files that are tables: which one it is, and its rows, some after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import listed, quoted
from wordmill.sources.column_names import place_of
from wordmill.sources.columns import holds_integers, integer_batches, refuse_null_rows, rows
from wordmill.sources.opening import Files, IntegerBatches, Sequences, Source, open_source
from wordmill.sources.parquet_files import is_parquet, parquet_batches, parquet_schema
from wordmill.sources.stretches import Stretch, Stretches
from wordmill.sources.table_files import read_table_file

__all__ = ["column_among", "column_of", "open_column_of", "open_tables", "table_column"]

_USUAL = "text"  # of tables with several columns, where nobody says


def table_column(source: Any, text: str) -> Files:
    """Return a column of files as a corpus: its rows are documents, or lists of keys.

    Parameters
    ----------
    source : path, glob or list of paths
        Tables: Parquet, which is read bit by bit; JSON lines, CSV or Arrow, a file of which is held at once.
    text : str
        The name of the column.

    Raises
    ------
    CorpusError
        No such files are there.
    """
    opened = open_source(source) if isinstance(source, str | os.PathLike | list | tuple) else None
    if not isinstance(opened, Files) or None in opened.paths:
        raise ParameterError(f"text={quoted(text)} is a column of files: give the path of a table, or a list of paths")
    return Files(opened.paths, text)


def column_of(files: Files) -> str | None:
    """Return the column that holds a corpus, where files are tables: if one is named, or the first is Parquet."""
    if files.column is not None or not is_parquet(files.paths[0]):
        return files.column
    names = parquet_schema(files.paths[0]).names  # type: ignore[arg-type]
    return column_among(names, str(files.paths[0]), "--text NAME; in Python wordmill.table_column(path, name)")


def column_among(names: Sequence[str], table: str, cure: str) -> str:
    """Return the only column of a table, or that which is called "text"; `cure` says how to name another.

    Raises
    ------
    CorpusError
        It is not known which one is meant.
    """
    if len(names) == 1 or _USUAL in names:
        return names[place_of(_USUAL if _USUAL in names else names[0], names, table)]
    raise CorpusError(f"{table} has the columns {listed(names) or 'none'}: say which holds the text ({cure})")


def open_tables(source: Source) -> Source:
    """Open the column of files that are tables; all else is returned as it is."""
    column = column_of(source) if isinstance(source, Files) else None
    if not isinstance(source, Files) or column is None:
        return source
    return open_column_of(Stretches(tuple(map(Stretch, source.paths)), column))


def open_column_of(tables: Stretches) -> Source:
    """Open the column of parts of files that are tables."""
    assert tables.column is not None  # noqa: S101 (they are tables)
    if not tables.parts:
        return Sequences([])
    opened = _Column(tables.parts, tables.column)
    batches = integer_batches(opened)
    return Sequences(rows(opened)) if batches is None else IntegerBatches(batches)


class _Column:
    """A column of several files, with what `rows` and `integer_batches` ask of a column of Arrow."""

    def __init__(self, parts: tuple[Stretch, ...], name: str) -> None:
        self._parts, self._name = parts, name
        self.type = self._type(parts[0])

    @property
    def chunks(self) -> Iterator[Any]:
        """Read the rows; each time anew."""
        integers = holds_integers(self.type)
        for part in self._parts:
            for row, chunk in self._of_part(part):
                if holds_integers(chunk.type) != integers:
                    raise CorpusError(
                        f"{part.path}: {quoted(self._name)} is a column of {chunk.type}, of {self.type} in "
                        f"{self._parts[0].path}: keys are all text, or all integers"
                    )
                refuse_null_rows(chunk, f"{quoted(self._name)} of {part.path}", row)
                yield chunk

    def _type(self, part: Stretch) -> Any:
        if not is_parquet(part.path):
            return self._whole(part).type
        schema = parquet_schema(part.path)  # type: ignore[arg-type]
        return schema.field(place_of(self._name, schema.names, str(part.path))).type

    def _of_part(self, part: Stretch) -> Iterator[tuple[int, Any]]:
        if is_parquet(part.path):
            self._type(part)  # which has the column
            yield from parquet_batches(part.path, self._name, part.begin, part.end)  # type: ignore[arg-type]
            return
        row = 0
        for chunk in self._whole(part).chunks:
            yield row, chunk
            row += len(chunk)

    def _whole(self, part: Stretch) -> Any:
        return read_table_file(part.path, self._name)[self._name]  # type: ignore[arg-type]
