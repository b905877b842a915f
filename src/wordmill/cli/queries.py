"""Queries of words: from the arguments, else a line at a time from a prompt or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import typer

from wordmill.cli.console import at_work, error
from wordmill.cli.prompt import prompted, read_line
from wordmill.errors import CorpusError, MissingKeyError, ParameterError, counted
from wordmill.foreign import quoted
from wordmill.phrases import PhraseBook
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.pipes import is_standard_input

__all__ = ["answer_all", "open_vectors"]

Key = str | int


def open_vectors(path: Path, *, words: list[str] | None = None) -> KeyedVectors:
    """Load the vectors of a model directory or of a file, with a sign of life on a terminal.

    Without `words`, if they are given at all, standard input is to hold the queries, and cannot hold the vectors too.
    """
    if words == [] and is_standard_input(path):
        raise ParameterError("standard input holds the vectors, and cannot hold the words too: give them as arguments")
    with at_work(f"reading {path}"):
        return KeyedVectors.load(path)


def answer_all(
    vectors: KeyedVectors, words: list[str], size: int, answer: Callable[[list[Key]], None], *, what: str
) -> None:
    """Answer each query of `size` words.

    The arguments hold the queries one after the other. Without any, each line of standard input is a query, asked for
    by a prompt on a terminal; words that the model joins to a phrase are one there. A query that cannot be answered is
    said and passed over; off a prompt the exit code is then 1.
    """
    asking, failed = not words and sys.stdin.isatty(), False
    lines = prompted(vectors, what) if asking else _piped()
    read = (lambda line: line.split()) if vectors.phrases is None else partial(_joined, vectors.phrases)
    for query in _cut(words, size) if words else (query for line in lines for query in _cut(read(line), size)):
        try:
            answer(_checked_keys(vectors, query, size, what))
        except (MissingKeyError, ParameterError) as mistake:
            error(str(mistake))
            failed = not asking
    if failed:
        raise typer.Exit(1)


def _piped() -> Iterator[str]:
    """Yield the lines of standard input without the byte order mark that it may begin with; UTF-16 is an error."""
    for number, line in enumerate(iter(read_line, "")):
        if "\0" in line:
            begin = line.lstrip("\ufffd")
            name = "UTF-16" if begin != line else "UTF-16BE" if begin.startswith("\0") else "UTF-16LE"
            raise CorpusError(f"standard input is {name}, or no text: pipe it through iconv -f {name} -t UTF-8")
        yield line if number else line.removeprefix("\ufeff")


def _joined(phrases: PhraseBook, line: str) -> list[str]:
    return phrases.join_tokens(line.split())


def _cut(words: list[str], size: int) -> Iterator[list[str]]:
    for begin in range(0, len(words), size):
        yield words[begin : begin + size]


def _checked_keys(vectors: KeyedVectors, words: list[str], size: int, what: str) -> list[Key]:
    if len(words) != size:
        raise ParameterError(f"{quoted(' '.join(words))} has {counted(len(words), 'word')}, and a query is {what}")
    return [vectors.key_table.meant_by(word) for word in words]
