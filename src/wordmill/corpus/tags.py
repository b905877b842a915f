"""Tags: what documents are known by. A document has one or several, and documents may share them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.arrays import read_only
from wordmill.errors import CorpusError
from wordmill.foreign import quoted
from wordmill.key_index import KeyIndex
from wordmill.sources.no_keys import as_key, is_missing

__all__ = ["GatheredTags", "Tag", "Tags"]

Tag = str | int
Keys = list[str] | NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tags:
    """The tags of the sequences of a corpus. Immutable.

    Attributes
    ----------
    keys : list of str | (T,) int64
        The distinct tags, in the order in which they first occur.
    ids : (M,) int32
        Tags by their place among the keys, those of all sequences end to end.
    offsets : (S + 1,) int64
        Sequence s has `ids[offsets[s]:offsets[s + 1]]`, which are distinct.
    earlier : (T,) int64, optional
        Documents of earlier corpora that had each tag, where a model goes on.

    Raises
    ------
    CorpusError
        The arrays do not fit together.
    """

    keys: Keys
    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    earlier: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        """Check the arrays, which are held read-only."""
        if not isinstance(self.keys, list):
            object.__setattr__(self, "keys", read_only("the tags", self.keys, np.int64))
        for name, dtype in (("ids", np.int32), ("offsets", np.int64)):
            object.__setattr__(self, name, read_only(f"{name} of tags", getattr(self, name), dtype))
        if not len(self.offsets) or self.offsets[0] != 0 or self.offsets[-1] != len(self.ids):
            raise CorpusError("the offsets of the tags do not run from 0 to their number")
        if (np.diff(self.offsets) < 0).any():
            raise CorpusError("the offsets of the tags fall")
        if len(self.ids) and not 0 <= self.ids.min() <= self.ids.max() < len(self.keys):
            raise CorpusError("a document has a tag without a key")
        distinct = len(self.key_to_index if isinstance(self.keys, list) else np.unique(self.keys))
        if distinct != len(self.keys):
            raise CorpusError("a tag is there twice")

    @classmethod
    def numbered(cls, documents: int, start: int = 0) -> Tags:
        """Give each document its number as a tag, counted from `start`."""
        return cls(np.arange(start, start + documents), np.arange(documents, dtype=np.int32), np.arange(documents + 1))

    @classmethod
    def without_documents(cls, keys: Keys, earlier: NDArray[np.int64] | None = None) -> Tags:
        """Hold tags that no document has, or had in earlier corpora alone."""
        return cls(keys, np.empty(0, np.int32), np.zeros(1, np.int64), earlier)

    @classmethod
    def of(cls, tags: Iterable[Any]) -> Tags:
        """Take for each document its tag, or a list of its tags.

        Raises
        ------
        CorpusError
            One is missing, of another kind than the others, or twice in a document.
        """
        found = GatheredTags()
        for item in tags:
            found.add(item)
        return found.tags()

    @property
    def kind(self) -> Literal["str", "int"]:
        """Kind of the tags."""
        return "str" if isinstance(self.keys, list) else "int"

    @cached_property
    def key_to_index(self) -> dict[Tag, int]:
        """Place of each tag, read-only."""
        keys = self.keys if isinstance(self.keys, list) else self.keys.tolist()
        return KeyIndex(zip(keys, range(len(keys)), strict=True))

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(T,) documents that have each tag, or had it."""
        counts = np.bincount(self.ids, minlength=len(self.keys))
        return counts if self.earlier is None else counts + self.earlier

    @property
    def next_number(self) -> int:
        """The number after the greatest that is a tag; 0 where none is."""
        return 0 if isinstance(self.keys, list) or not len(self.keys) else int(self.keys.max()) + 1

    def __len__(self) -> int:
        """Count the distinct tags, T."""
        return len(self.keys)

    def of_sequences(self, sequences: NDArray[np.int64]) -> Tags:
        """Return those of some sequences, in this order; a tag stays though none has it."""
        sizes = np.diff(self.offsets)[sequences]
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
        return Tags(self.keys, self.ids[np.repeat(self.offsets[sequences], sizes) + within], offsets)

    def among(self, others: Tags) -> NDArray[np.int64]:
        """Return (T,) the place of each tag among others, -1 where it is new."""
        if self.keys is others.keys or (self.kind == others.kind == "int" and np.array_equal(self.keys, others.keys)):
            return np.arange(len(self))  # a dictionary of millions of numbers would outweigh their vectors
        return np.array([others.key_to_index.get(key, -1) for key in self.key_to_index], np.int64)

    def after(self, others: Tags) -> Tags:
        """Return the same by keys that begin with those of others, whose documents are counted too.

        Raises
        ------
        CorpusError
            The kinds differ.
        """
        if len(self) and len(others) and self.kind != others.kind:
            raise CorpusError(
                f"the tags of the documents are {self.kind}, those of the model {others.kind}: give tags of its kind"
            )
        places = dict(others.key_to_index)
        ids = np.array([places.setdefault(key, len(places)) for key in self.key_to_index], np.int32)
        earlier = np.zeros(len(places), np.int64)
        earlier[: len(others)] = others.counts
        return Tags(_keys(places), ids[self.ids], self.offsets, earlier)


class GatheredTags:
    """Tags that come document by document, each checked as it comes: a mistake is told before the rest is read."""

    def __init__(self) -> None:
        self._places: dict[Tag, int] = {}
        self._ids: list[int] = []
        self._ends = [0]

    def add(self, item: Any) -> None:
        """Take a document's tag, or a list of its tags; raises as `Tags.of`."""
        document, places = len(self._ends) - 1, self._places
        own = [places.setdefault(self._of_one_kind(document, tag), len(places)) for tag in _of_document(item)]
        if len(set(own)) < len(own):
            raise CorpusError(f"document {document:,} has a tag twice: {quoted(item)}")
        self._ids += own
        self._ends.append(len(self._ids))

    def tags(self) -> Tags:
        """Return what has been taken."""
        return Tags(_keys(self._places), np.array(self._ids, np.int32), np.array(self._ends, np.int64))

    def _of_one_kind(self, document: int, tag: Any) -> Tag:
        key = _checked(document, tag)
        first = next(iter(self._places), key)
        if type(first) is not type(key):
            text, number = (first, key) if isinstance(first, str) else (key, first)
            raise CorpusError(
                f"tags are of two kinds, text such as {quoted(text)} and integers such as {number}: make them all "
                "text, or all integers"
            )
        return key


def _checked(document: int, tag: Any) -> Tag:
    """Return a tag of a document as text or an integer; raises a `CorpusError` where it is neither."""
    if isinstance(tag, str) and tag:
        return _encodable(document, str(tag))  # NumPy has a kind of its own
    if isinstance(tag, int | np.integer) and not isinstance(tag, bool):
        if not -(2**63) <= tag < 2**63:
            raise CorpusError(f"document {document:,} has a tag that is an integer beyond 64 bits: make the tags text")
        return int(tag)
    if is_missing(tag) or (isinstance(tag, str) and not tag):
        raise CorpusError(f"document {document:,} has no tag: give one, or leave tags out, and documents are numbered")
    raise CorpusError(
        f"document {document:,} has a tag of type {type(tag).__name__} ({quoted(tag)}): tags are all text, or all "
        f"integers, several of a document in a list; {as_key(tag, 'tag')} makes one of it"
    )


def _encodable(document: int, tag: str) -> str:
    try:
        tag.encode()
    except UnicodeEncodeError:
        raise CorpusError(
            f"document {document:,} has the tag {quoted(tag)}, which holds half a surrogate pair: mend it"
        ) from None
    return tag


def _of_document(item: Any) -> Sequence[Any]:
    """Return the tags of a document as a list, whatever holds them."""
    if isinstance(item, np.ndarray) and item.ndim == 1:
        return list(item.tolist())
    if hasattr(item, "to_list"):  # a column of lists has columns
        item = item.to_list()
    return item if isinstance(item, list | tuple) else [item]


def _keys(places: dict[Tag, int]) -> Keys:
    """Return tags of one kind as a list of text, or as one array."""
    if isinstance(next(iter(places), None), str):
        return [*places]  # type: ignore[list-item]
    return np.fromiter(places, np.int64, len(places))
