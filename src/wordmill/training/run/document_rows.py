"""Rows of documents: one a tag, behind those that words are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus import Tags, Vocab
from wordmill.training.backends import Bags, Documents
from wordmill.training.run.rows import Rows
from wordmill.vectors import KeyedVectors
from wordmill.vectors.subwords import Subwords

__all__ = ["DocumentRows"]

Matrix = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class DocumentRows:
    """The rows of words, then one for each tag of a document: R = rows of words + T.

    Attributes
    ----------
    words : Rows
        What the rows of words are.
    tags : Tags
        The tags, with the documents of the corpus that have them.
    """

    words: Rows
    tags: Tags

    @property
    def vocab(self) -> Vocab:
        """The words, with their counts."""
        return self.words.vocab

    @property
    def bags(self) -> Bags | None:
        """What words are made of; None: each is its own row."""
        return self.words.bags

    @property
    def buckets(self) -> NDArray[np.int64]:
        """Buckets of n-grams that have rows, behind the words' own."""
        return self.words.buckets

    def __len__(self) -> int:
        return len(self.words) + len(self.tags)

    def vectors(self, rows: Matrix) -> Matrix:
        """Return the words' vectors (V, D)."""
        return self.words.vectors(rows[: len(self.words)])

    def documents(self, rows: Matrix) -> KeyedVectors:
        """Return the tags with their vectors: the rows themselves, no copy. A tag's count is that of its documents."""
        return KeyedVectors(self.tags.keys, rows[len(self.words) :], counts=self.tags.counts, tokenizer=None)

    def subwords(self, rows: Matrix) -> Subwords | None:
        """Return what makes vectors of other words, if anything does."""
        return self.words.subwords(rows[: len(self.words)])

    def assign(
        self, rows: Matrix, words: NDArray[np.bool_], vectors: Matrix, subwords: Subwords | None = None
    ) -> NDArray[np.int64]:
        """Let some words, (V,), begin with these vectors, one each; returns which rows begin as `subwords`."""
        return self.words.assign(rows[: len(self.words)], words, vectors, subwords)

    def of(self, words: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return (R,) which rows some words, (V,), are made of: no document's."""
        return np.concatenate([self.words.of(words), np.zeros(len(self.tags), np.bool_)])

    def places_in(self, others: Rows) -> NDArray[np.int64]:
        """Return (R,) where each row is among others, -1 where it is new."""
        if not isinstance(others, DocumentRows):
            return np.concatenate([self.words.places_in(others), np.full(len(self.tags), -1)])
        tags = self.tags.among(others.tags)
        return np.concatenate([self.words.places_in(others.words), np.where(tags < 0, -1, len(others.words) + tags)])

    def name(self, row: int) -> str:
        """Return the word's, or the tag behind characters that no word and no bucket begins with."""
        words = len(self.words)
        return self.words.name(row) if row < words else f"  {self.tags.keys[row - words]}"

    def held_bytes(self, row_bytes: int) -> int:
        """Count bytes that are held beside the rows, of so many each."""
        return self.words.held_bytes(row_bytes)

    def of_sequences(self, tags: Tags, sequences: NDArray[np.int64]) -> Documents:
        """Return the rows of some documents of a corpus with these tags; a tag that has no row is passed over."""
        some = tags.of_sequences(sequences)
        places = some.among(self.tags)[some.ids]
        known = np.concatenate([[0], np.cumsum(places >= 0)])[some.offsets]
        return Documents(known, (len(self.words) + places[places >= 0]).astype(np.int32))
