"""Documents: a corpus whose sequences are known by their tags."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from typing import Any

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.reading import read_corpus
from wordmill.corpus.tags import GatheredTags, Tags
from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import listed, quoted
from wordmill.paths import checked_path
from wordmill.sources.column_names import place_of
from wordmill.sources.columns import is_table, refuse_table
from wordmill.sources.opening import Sequences, open_source
from wordmill.sources.table_files import read_table_file
from wordmill.sources.tagged import TaggedItems

__all__ = ["TaggedSource", "read_documents", "without_tags"]


def read_documents(source: Any, tags: Any = None, *, text: str | None = None, **settings: Any) -> EncodedCorpus:
    """Read documents with their tags, as `read_corpus` reads sequences.

    Parameters
    ----------
    source
        What `read_corpus` takes: each sequence is a document. Also pairs (tuples) of a tag, or a list of tags, and a
        document; objects with `words` and `tags`; or a table, or the path of one (JSON lines, CSV, Parquet, Arrow), of
        which `text` names a column.
    tags : iterable or str, optional
        A tag, or a list of tags, for each document: text, or integers. Documents may share tags. Of a table, the name
        of a column. Left out: those that documents come with, else their numbers from 0.
    text : str, optional
        The column of a table that holds the documents.
    settings
        Those of `read_corpus`.

    Raises
    ------
    CorpusError
        As `read_corpus`; or a tag is missing, of another kind than the others, or twice in a document.
    """
    documents = TaggedSource(source, tags, text)
    return documents.tagged(read_corpus(documents.source, **settings))


class TaggedSource:
    """A source of documents, with their tags: see `read_documents`.

    Tags that are given are checked at once, those that documents come with one by one as they are read.

    Attributes
    ----------
    source
        The documents alone, as `read_corpus` takes them.
    """

    def __init__(self, source: Any, tags: Any = None, text: str | None = None) -> None:
        if text is not None and isinstance(source, str | os.PathLike):
            others = [tags] if isinstance(tags, str) else []
            source = read_table_file(checked_path(source), text, others)
        if is_table(source):
            source, tags = _columns(source, tags, text)
        elif text is not None:
            raise ParameterError(f"text={quoted(text)} names a column, and the source is no table: leave it out")
        if isinstance(tags, str):
            raise ParameterError(f"tags={quoted(tags)} is one text: give a tag for each document, in a list")
        self._given = None if tags is None else Tags.of(_listed(tags))
        self._own = GatheredTags()
        self._items, self.source = _parted(source, self._own.add)

    def tagged(self, corpus: EncodedCorpus, first_number: int | None = 0) -> EncodedCorpus:
        """Return what was read from the source with its tags, or numbered from the first number on; None: neither."""
        own = self._own.tags() if self._items is not None and self._items.tagged else None
        if own is not None and self._given is not None:
            raise ParameterError("tags are given, and the documents come with tags of their own: leave one out")
        tags = self._given if own is None else own
        if tags is not None:
            if not len(tags):
                raise CorpusError("no document has a tag: give some, or leave tags out, and documents are numbered")
            return replace(corpus, tags=tags)
        if corpus.tags is not None or first_number is None:
            return corpus
        return replace(corpus, tags=Tags.numbered(len(corpus), first_number))


def without_tags(source: Any) -> Any:
    """Return documents alone, as `read_corpus` takes them; an iterator will do, and tags may be anything."""
    return _parted(source, lambda _: None, once=True)[1]


def _parted(source: Any, take: Callable[[Any], object], *, once: bool = False) -> tuple[TaggedItems | None, Any]:
    """Return the items of a source if it has some, and the source of its documents alone."""
    opened = open_source(source, once=once)
    if not isinstance(opened, Sequences):
        return None, source
    items = TaggedItems(opened.items, take)
    return items, Sequences(items)


def _columns(table: Any, tags: Any, text: str | None) -> tuple[Any, Any]:
    """Return the columns of a table that hold documents and tags."""
    if hasattr(table, "collect_schema") and hasattr(table, "collect"):
        refuse_table(table)
    names = [*(table.column_names if hasattr(table, "column_names") else table.columns)]
    if text is None:
        raise CorpusError(f"a table has several columns, {listed(names)}: name that of the documents, text=...")
    for name in (text, tags):
        if isinstance(name, str):
            place_of(name, names, "the table")
    return table[text], table[tags] if isinstance(tags, str) else tags


def _listed(tags: Any) -> Iterable[Any]:
    """Return tags as something to iterate over."""
    for as_list in ("to_pylist", "to_list"):  # of Arrow, pandas and Polars, whose own items may be no Python objects
        if hasattr(tags, as_list):
            return list(getattr(tags, as_list)())
    if isinstance(tags, Set | Mapping) or not isinstance(tags, Iterable):
        raise ParameterError(f"tags={quoted(tags)}: give a tag, or a list of tags, for each document")
    return tags
