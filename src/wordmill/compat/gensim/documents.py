"""gensim's documents: words with their tags, and the rows that it gives to tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wordmill.compat.gensim.sentences import lines_of
from wordmill.corpus import EncodedCorpus, Tags
from wordmill.corpus.tags import Tag
from wordmill.errors import CorpusError
from wordmill.foreign import quoted
from wordmill.sources.no_keys import as_key
from wordmill.text import split_whitespace

__all__ = ["DocumentSource", "TaggedDocument", "TaggedLineDocument"]

_MOST_GAPS = 1_000_000  # rows without a document that numbers as tags may leave


class TaggedDocument(NamedTuple):
    """The words of a document, and the list of its tags."""

    words: Sequence[str] | Sequence[int]
    tags: Sequence[str | int]

    def __str__(self) -> str:
        return f"{type(self).__name__}<{self.words}, {self.tags}>"


class TaggedLineDocument:
    """The lines of a text file, also a compressed one, as documents whose tags are their numbers from 0.

    `source` is a path or an open file.
    """

    def __init__(self, source: Any) -> None:
        self.source = source

    def __iter__(self) -> Iterator[TaggedDocument]:
        for number, line in enumerate(lines_of(self.source)):
            yield TaggedDocument(split_whitespace(line), [number])


class DocumentSource:
    """Documents while they are read: their words, as wordmill reads them, and the tags that come by on the way.

    Attributes
    ----------
    words
        What `read_corpus` takes.
    """

    def __init__(self, documents: Any, corpus_file: str | PathLike[str] | None) -> None:
        if (documents is None) == (corpus_file is None):
            raise TypeError("give either tagged documents or corpus_file, not both or none")
        if isinstance(documents, TaggedLineDocument) and isinstance(documents.source, str | PathLike):
            corpus_file = documents.source
        self._tags: list[Sequence[Tag]] | None = None if corpus_file is not None else []
        if corpus_file is None and not isinstance(documents, Iterable):
            raise TypeError(f"documents must be an iterable of TaggedDocument, not a {type(documents).__name__}")
        self.words: Any = (lambda: self._read(documents)) if corpus_file is None else Path(corpus_file)

    def _read(self, documents: Iterable[Any]) -> Iterator[list[Any]]:
        tags: list[Sequence[Tag]] = []
        self._tags = tags
        for number, document in enumerate(documents):
            words, own = getattr(document, "words", None), getattr(document, "tags", None)
            if words is None or own is None:
                raise CorpusError(
                    f"document {number:,} is {quoted(document)}, without words and tags: give "
                    "TaggedDocument(words, tags)"
                )
            for name, value in (("words", words), ("tags", own)):
                if isinstance(value, str) or not isinstance(value, Iterable):
                    raise CorpusError(f"the {name} of document {number:,} are {quoted(value)}: give a list")
            tags.append([*dict.fromkeys(_checked(number, tag) for tag in own)])
            yield [*words]

    def tagged(self, corpus: EncodedCorpus) -> EncodedCorpus:
        """Return what was read with its tags: those of lines are their numbers."""
        return replace(corpus, tags=Tags.numbered(len(corpus)) if self._tags is None else _in_rows(self._tags))


def _checked(document: int, tag: Any) -> Tag:
    if isinstance(tag, str):
        return tag
    if isinstance(tag, int | np.integer) and not isinstance(tag, bool) and tag >= 0:
        return int(tag)
    raise CorpusError(
        f"document {document:,} has the tag {quoted(tag)}, which is neither text nor a number from 0: "
        f"{as_key(tag, 'tag')} makes one of it"
    )


def _in_rows(tags: Sequence[Sequence[Tag]]) -> Tags:
    """Give tags the rows that gensim gives them: a number is its row, text follows in the order of its coming.

    Where there are both, numbers become text; a row number stands for its key in gensim's vectors.
    """
    found = dict.fromkeys(tag for own in tags for tag in own)
    texts = [tag for tag in found if isinstance(tag, str)]
    numbers = [tag for tag in found if not isinstance(tag, str)]
    rows = max(map(int, numbers), default=-1) + 1
    if rows > 10 * len(found) + _MOST_GAPS:
        raise CorpusError(
            f"the tag {rows - 1:,} would make as many rows, of {len(found):,} tags: number documents from 0, or make "
            "tags text by str(tag)"
        )
    keys: Any = [*map(str, range(rows)), *texts] if texts else np.arange(rows)
    if len(set(keys)) < len(keys):
        raise CorpusError("a tag is there as a number and as text: make all tags text, or all numbers")
    row_of = dict(zip(texts, range(rows, rows + len(texts)), strict=True))
    ids = [row_of[tag] if isinstance(tag, str) else int(tag) for own in tags for tag in own]
    return Tags(keys, np.array(ids, np.int32), np.cumsum([0, *map(len, tags)], dtype=np.int64))
