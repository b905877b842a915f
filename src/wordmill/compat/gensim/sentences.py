"""gensim's readers of text files as token lists, and how whatever it takes for a corpus is read here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import quoted
from wordmill.sources.files import read_chunks, read_lines
from wordmill.text import split_whitespace

__all__ = ["MAX_WORDS_IN_BATCH", "LineSentence", "PathLineSentences", "Text8Corpus", "Tokens", "as_source", "lines_of"]

MAX_WORDS_IN_BATCH = 10_000
_CHUNK = 1 << 20  # bytes

Tokens = list[str]


class LineSentence:
    """The lines of a text file, also a compressed one, as token lists of at most `max_sentence_length` tokens.

    `source` is a path or an open file; `limit` reads only so many lines.
    """

    def __init__(self, source: Any, max_sentence_length: int = MAX_WORDS_IN_BATCH, limit: int | None = None) -> None:
        self.source = source
        self.max_sentence_length = max_sentence_length
        self.limit = limit

    def __iter__(self) -> Iterator[Tokens]:
        for line in islice(lines_of(self.source), self.limit):
            yield from _pieces(split_whitespace(line), self.max_sentence_length)


class PathLineSentences:
    """The lines of all files of a directory, in alphabetical order, each as `LineSentence` reads it."""

    def __init__(
        self,
        source: str | os.PathLike[str],
        max_sentence_length: int = MAX_WORDS_IN_BATCH,
        limit: int | None = None,
    ) -> None:
        path = Path(source)
        if not path.exists():
            raise CorpusError(f"{path} is neither a file nor a directory: check the path")
        self.source = source
        self.max_sentence_length = max_sentence_length
        self.limit = limit
        self.input_files = [str(file) for file in sorted(path.iterdir()) if file.is_file()] if path.is_dir() else [path]

    def __iter__(self) -> Iterator[Tokens]:
        for file in self.input_files:
            yield from LineSentence(file, self.max_sentence_length, self.limit)


class Text8Corpus:
    """The tokens of a file, whatever its lines, cut into lists of `max_sentence_length`."""

    def __init__(self, fname: str | os.PathLike[str], max_sentence_length: int = MAX_WORDS_IN_BATCH) -> None:
        self.fname = fname
        self.max_sentence_length = max_sentence_length

    def __iter__(self) -> Iterator[Tokens]:
        tokens: Tokens = []
        for part in _parts(Path(self.fname)):
            tokens += split_whitespace(part)
            whole = len(tokens) - len(tokens) % self.max_sentence_length
            yield from _pieces(tokens[:whole], self.max_sentence_length)
            del tokens[:whole]
        if tokens:
            yield tokens


def as_source(sentences: Any, corpus_file: str | os.PathLike[str] | None) -> Any:
    """Return a source for `read_corpus`; a file that would be read whole lines at a time is read by the core.

    Raises
    ------
    TypeError
        Both are given, or none.
    """
    if (sentences is None) == (corpus_file is None):
        raise TypeError("give either token lists or corpus_file, not both or none")
    if corpus_file is not None:
        return Path(corpus_file)
    if isinstance(sentences, LineSentence | PathLineSentences):
        paths = sentences.input_files if isinstance(sentences, PathLineSentences) else [sentences.source]
        whole = sentences.limit is None and sentences.max_sentence_length == MAX_WORDS_IN_BATCH
        if whole and all(isinstance(path, str | os.PathLike) for path in paths):
            return [Path(path) for path in paths]
    if not isinstance(sentences, Iterable):
        raise TypeError(f"sentences must be an iterable of token lists, not a {type(sentences).__name__}")
    return lambda: map(_token_list, sentences)


def _token_list(sentence: Any) -> Any:
    if isinstance(sentence, str):
        raise CorpusError(
            f"a sentence is the string {quoted(sentence[:40])}, whose letters gensim would take for words: "
            f"pass lists of "
            "tokens, text.split() or list(text)"
        )
    return sentence


def _pieces(tokens: Tokens, size: int) -> Iterator[Tokens]:
    if size < 1:
        raise ParameterError(f"max_sentence_length={size}: at least 1 is needed")
    for begin in range(0, len(tokens), size):
        yield tokens[begin : begin + size]


def lines_of(source: Any) -> Iterator[str]:
    """Yield the lines of a path or of an open file, from its start."""
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        yield from read_lines(path, _CHUNK, may_replace=False)
        return
    source.seek(0)
    for line in source:
        yield line.decode("utf-8") if isinstance(line, bytes) else line


def _parts(path: Path) -> Iterator[str]:
    """Yield the text of a file in parts that end at a space or a line."""
    rest = b""
    for chunk in read_chunks(path, _CHUNK):
        block = rest + chunk.tobytes()
        cut = max(block.rfind(b" "), block.rfind(b"\n")) + 1
        yield _decoded(path, block[:cut])
        rest = block[cut:]
    yield _decoded(path, rest)


def _decoded(path: Path, text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        around = text[max(0, error.start - 20) : error.start + 20]
        raise CorpusError(
            f"{path}: {quoted(around)} is not UTF-8: convert the file, e.g. iconv -f latin1 -t utf-8"
        ) from None
