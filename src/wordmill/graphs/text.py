"""Graphs in text files, parsed by the core."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

import numpy as np

from wordmill.core import core
from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import quoted
from wordmill.graphs.graph import Graph
from wordmill.graphs.headings import beginning_of, cut, heading_of, warn_of_comments
from wordmill.sources.column_names import Column, numbered, place_of
from wordmill.sources.files import Chunk, read_chunks
from wordmill.sources.opening import Files, Source
from wordmill.sources.table_kinds import delimiter_of

__all__ = ["TextForm", "read_text"]

log = logging.getLogger(__name__)

_CHUNK_BYTES = 1 << 22
_NOTHING: Chunk = np.empty(0, np.uint8)


@dataclass(frozen=True)
class TextForm:
    """How edges are written; each field is an argument of `read_graph`."""

    form: Literal["edges", "adjacency"] = "edges"
    weighted: bool | None = None
    delimiter: str | None = None
    integers: bool = False
    columns: Sequence[Column] | None = None
    heading: bool | None = None
    comments: str = "#%"

    def __post_init__(self) -> None:
        """Check that this can be read."""
        if self.form not in {"edges", "adjacency"}:
            raise ParameterError(f"form={quoted(self.form)}: 'edges' or 'adjacency'")
        if self.delimiter is not None and (len(self.delimiter.encode()) != 1 or self.delimiter in "\n\r\0"):
            raise ParameterError(f"delimiter={quoted(self.delimiter)}: one ASCII character is needed")
        if not self.comments.isascii():
            raise ParameterError(f"comments={quoted(self.comments)}: ASCII characters that begin comments, or ''")
        if self.form == "adjacency":
            for name, value in (("weighted", self.weighted), ("columns", self.columns)):
                if value:
                    raise ParameterError(f"{name}={quoted(value)}: a list of neighbours has no columns, edges have")
        if self.columns is not None:
            self._check_columns(self.columns)

    def _check_columns(self, columns: Sequence[Column]) -> None:
        if isinstance(columns, str) or len(columns) not in (2, 3):
            raise ParameterError(f"columns={quoted(columns)}: (source, target) or (source, target, weight)")
        if self.heading is False and not numbered(columns):
            raise ParameterError(f"columns={quoted(columns)} are names, and heading=False: give numbers, from 1")
        if self.weighted and len(columns) == 2:
            raise ParameterError("weighted=True, but no column holds weights: columns=(source, target, weight)")

    def with_delimiter(self, chunk: bytes) -> TextForm:
        """Return the form with what parts the named columns, where it is not given: white space, if they are there."""
        lines = beginning_of(chunk, self.comments).lines
        if self.columns is None or self.delimiter is not None or not lines:
            return self
        there = lines[0][1].split()
        by_space = all(name <= len(there) if isinstance(name, int) else name in there for name in self.columns)
        return self if by_space else replace(self, delimiter=delimiter_of(lines[0][1].strip("\r"), self.columns))

    def of_file(self, chunk: bytes, name: str) -> dict[str, int]:
        """Return what the beginning of a file says: where its heading is, and which columns are meant."""
        beginning = beginning_of(chunk, self.comments)
        if not beginning.lines:
            return {}
        if self.form == "adjacency":
            return {"heading": heading_of(beginning.cut(self.delimiter), None, bool(self.heading), name)}
        first = cut(beginning.lines[0][1], self.delimiter)
        places = None if self.columns is None else [place_of(column, first, name) for column in self.columns]
        named = self.columns is not None and not numbered(self.columns)
        rows = beginning.cut(self.delimiter, places)
        warn_of_comments(beginning, rows, self.delimiter, name)
        heading = heading_of(rows, self.weighted, True if named else self.heading, name)
        if places is None:
            return {"heading": heading}
        source, target, weight = [*places, len(first)][:3]
        return {"heading": heading, "width": len(first), "source": source, "target": target, "weight": weight}

    @property
    def marks(self) -> str:
        """What begins comments, in words."""
        return " or ".join(self.comments)

    def reader(self) -> core.EdgeReader:
        """Make what reads it."""
        return core.EdgeReader(
            adjacency=self.form == "adjacency",
            weighted=self.weighted,
            delimiter=self.delimiter or "\0",
            integers=self.integers,
            comments=self.comments,
        )


def read_text(source: Source, form: TextForm, directed: bool | None, threads: int) -> Graph:
    """Read the edges of one or more files."""
    if not isinstance(source, Files):
        raise CorpusError(f"{type(source).__name__} is no file of edges")
    reader = None
    for path in source.paths:
        name = "standard input" if path is None else str(path)
        chunks = read_chunks(path, _CHUNK_BYTES)
        first = next(chunks, _NOTHING)
        if reader is None:
            form = form.with_delimiter(first.tobytes())
            reader = form.reader()
        reader.begin_file(**form.of_file(first.tobytes(), name))
        _read_chunks(reader, chain([first], chunks), name)
    if reader is None:
        raise CorpusError("there is no file of edges")
    return _built(reader, source, form, directed, threads)


def _read_chunks(reader: core.EdgeReader, chunks: Iterable[Chunk], name: str) -> None:
    try:
        for chunk in chunks:
            reader.read(chunk)
        reader.end_file()
    except core.BadLineError as error:
        line, reason = error.args
        raise CorpusError(f"{name}, line {line:,}: {reason.decode(errors='replace')}") from None


def _built(reader: core.EdgeReader, source: Files, form: TextForm, directed: bool | None, threads: int) -> Graph:
    names = ", ".join("standard input" if path is None else str(path) for path in source.paths[:3])
    for number, what in (
        (reader.edges_like_comments(), "could be edges, and are read as such"),
        (reader.comments_below(), "could be none, and are left out as comments"),
    ):
        if number:
            log.warning("%s: lines below the first edge begin with %s; %s %s", names, form.marks, f"{number:,}", what)
    rows = reader.build(bool(directed), threads)  # before the names: then the edges are gone
    keys = reader.names(form.integers)
    if not len(keys):
        raise CorpusError(f"{names} holds no edges: a line of two nodes is one")
    return Graph(keys, *rows, bool(directed))
