"""Graphs in text files, parsed by the core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wordmill.core import core
from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import quoted
from wordmill.graphs.graph import Graph
from wordmill.sources.files import read_chunks
from wordmill.sources.opening import Files, Source

__all__ = ["TextForm", "read_text"]

_CHUNK_BYTES = 1 << 22


@dataclass(frozen=True)
class TextForm:
    """How edges are written."""

    form: Literal["edges", "adjacency"]
    weighted: bool | None
    delimiter: str | None
    integers: bool

    def __post_init__(self) -> None:
        """Check that this can be read."""
        if self.form not in {"edges", "adjacency"}:
            raise ParameterError(f"form={quoted(self.form)}: 'edges' or 'adjacency'")
        if self.form == "adjacency" and self.weighted:
            raise ParameterError("weighted=True: a list of neighbours has no weights, form='edges' has")
        if self.delimiter is not None and (len(self.delimiter.encode()) != 1 or self.delimiter in "\n\r\0"):
            raise ParameterError(f"delimiter={quoted(self.delimiter)}: one ASCII character is needed")

    def reader(self) -> core.EdgeReader:
        """Make what reads it."""
        return core.EdgeReader(
            adjacency=self.form == "adjacency",
            weighted=self.weighted,
            delimiter=self.delimiter or "\0",
            integers=self.integers,
        )


def read_text(source: Source, form: TextForm, directed: bool | None, threads: int) -> Graph:
    """Read the edges of one or more files."""
    if not isinstance(source, Files):
        raise CorpusError(f"{type(source).__name__} is no file of edges")
    reader = form.reader()
    for path in source.paths:
        reader.begin_file()
        try:
            for chunk in read_chunks(path, _CHUNK_BYTES):
                reader.read(chunk)
            reader.end_file()
        except core.BadLineError as error:
            line, reason = error.args
            name = "standard input" if path is None else str(path)
            raise CorpusError(f"{name}, line {line:,}: {reason.decode(errors='replace')}") from None
    rows = reader.build(bool(directed), threads)  # before the names: then the edges are gone
    keys = reader.names(form.integers)
    if not len(keys):
        names = ", ".join("standard input" if path is None else str(path) for path in source.paths[:3])
        raise CorpusError(f"{names} holds no edges: a line of two nodes is one")
    return Graph(keys, *rows, bool(directed))
