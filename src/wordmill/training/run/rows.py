"""What the rows of the input vectors are, and how the vectors that users see are made from them.

Everything else in a run (first values, frozen rows, checkpoints, slices, backends) knows rows and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus import Tags, Vocab
from wordmill.errors import ParameterError
from wordmill.training.backends import Bags
from wordmill.vectors.subwords import Ngrams, Subwords

__all__ = ["Rows", "SubwordRows", "WordRows"]

Matrix = NDArray[np.floating[Any]]
_WORDS = 512  # whose rows are gathered at once


class Rows(Protocol):
    """What the R rows of the input vectors are; the first V are the words' own."""

    @property
    def vocab(self) -> Vocab:
        """The words, with their counts."""

    @property
    def bags(self) -> Bags | None:
        """What words are made of; None: each is its own row."""

    @property
    def buckets(self) -> NDArray[np.int64]:
        """Buckets that the rows behind the words' own are of, rising; (R - V,)."""

    @property
    def tags(self) -> Tags | None:
        """The tags that have a row each, the last ones; None: there are no documents."""

    def __len__(self) -> int:
        """Rows, R."""

    def vectors(self, rows: Matrix) -> Matrix:
        """Return the words' vectors (V, D), made from rows (R, D)."""

    def subwords(self, rows: Matrix) -> Subwords | None:
        """Return what makes vectors of other words, if anything does."""

    def assign(
        self, rows: Matrix, words: NDArray[np.bool_], vectors: Matrix, subwords: Subwords | None = None
    ) -> NDArray[np.int64]:
        """Let some words, (V,), begin with these vectors, one each; returns which rows of n-grams begin as `subwords`.

        These come first, so that words have the vectors in any case.
        """

    def of(self, words: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return (R,) which rows some words, (V,), are made of."""

    def places_in(self, others: Rows) -> NDArray[np.int64]:
        """Return (R,) where each row is among others, -1 where it is new."""

    def name(self, row: int) -> str:
        """Return what a row is called, whatever the rest of the vocabulary."""

    def held_bytes(self, row_bytes: int) -> int:
        """Count bytes that are held beside the rows, of so many each."""


@dataclass(frozen=True)
class WordRows:
    """A row a word, in the order of the vocabulary: R = V. The vectors are the rows themselves, no copy."""

    vocab: Vocab

    @property
    def bags(self) -> None:
        """Each word is its own row."""
        return

    @property
    def buckets(self) -> NDArray[np.int64]:
        """There are none."""
        return np.empty(0, np.int64)

    @property
    def tags(self) -> None:
        """There are no documents."""
        return

    def __len__(self) -> int:
        return len(self.vocab)

    def vectors(self, rows: Matrix) -> Matrix:
        """Return the rows."""
        return rows

    def subwords(self, rows: Matrix) -> None:  # noqa: ARG002
        """Other words have no vector."""
        return

    def assign(
        self,
        rows: Matrix,
        words: NDArray[np.bool_],
        vectors: Matrix,
        subwords: Subwords | None = None,  # noqa: ARG002
    ) -> NDArray[np.int64]:
        """Let some words, (V,), begin with these vectors, one each."""
        rows[words] = vectors
        return np.empty(0, np.int64)

    def of(self, words: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the words."""
        return words

    def places_in(self, others: Rows) -> NDArray[np.int64]:
        """Return (V,) where each word is among others, -1 where it is new."""
        return _word_places(self.vocab, others.vocab)

    def name(self, row: int) -> str:
        """Return the word."""
        return str(self.vocab.keys[row])

    def held_bytes(self, row_bytes: int) -> int:  # noqa: ARG002
        """Count nothing."""
        return 0


@dataclass(frozen=True, eq=False)
class SubwordRows:
    """A row a word, then one for each bucket that an n-gram of some word hashes into: R = V + B.

    Attributes
    ----------
    vocab : Vocab
        The words, with their counts.
    ngrams : Ngrams
        Which n-grams words have.
    buckets : (B,) int64
        The buckets, rising: of 2,000,000 only those that are in use have a row.
    bags : Bags
        Each word's own row and those of its n-grams, whose mean it is.
    """

    vocab: Vocab
    ngrams: Ngrams
    buckets: NDArray[np.int64]
    bags: Bags

    @classmethod
    def of_vocabulary(cls, vocab: Vocab, ngrams: Ngrams) -> Self:
        """Find out which n-grams the words have.

        Raises
        ------
        ParameterError
            The keys are integers, which have no letters.
        """
        if vocab.kind != "str":
            raise ParameterError("subwords are of text, and the keys of this corpus are integers: leave subwords out")
        keys: Any = vocab.keys
        of_words, hashed = ngrams.bags_of([key.encode("utf-8", "surrogatepass") for key in keys])
        buckets = np.unique(hashed).astype(np.int64)
        ends = of_words + np.arange(len(vocab) + 1)  # with the word's own row before its n-grams'
        rows = np.empty(ends[-1], np.int32)
        own = np.zeros(ends[-1], np.bool_)
        own[ends[:-1]] = True
        rows[own] = np.arange(len(vocab))
        rows[~own] = len(vocab) + np.searchsorted(buckets, hashed)
        return cls(vocab, ngrams, buckets, Bags(ends, rows))

    @property
    def tags(self) -> None:
        """There are no documents."""
        return

    def __len__(self) -> int:
        return len(self.vocab) + len(self.buckets)

    def vectors(self, rows: Matrix) -> Matrix:
        """Return the words' vectors (V, D): each the mean of its rows."""
        made = np.empty((len(self.vocab), rows.shape[1]), rows.dtype)
        for words, starts, gathered in self._some(rows):
            sums = np.add.reduceat(gathered, starts, axis=0, dtype=np.float64)  # finite, however large the rows
            made[words] = sums / np.diff(self.bags.ends)[words, None].astype(rows.dtype)
        return made

    def subwords(self, rows: Matrix) -> Subwords:
        """Return the rows of n-grams."""
        return Subwords(self.ngrams, rows[len(self.vocab) :], self.buckets)

    def assign(
        self, rows: Matrix, words: NDArray[np.bool_], vectors: Matrix, subwords: Subwords | None = None
    ) -> NDArray[np.int64]:
        """Let some words, (V,), begin with these vectors: their own rows make up for those that they share."""
        begun = np.empty(0, np.int64)
        if subwords is not None and subwords.ngrams.are_those_of(self.ngrams):
            places = subwords.places_of(self.buckets)
            begun = len(self.vocab) + np.flatnonzero(places >= 0)
            rows[begun] = subwords.rows[places[places >= 0]]
        sizes = np.diff(self.bags.ends)[words, None].astype(rows.dtype)
        missing = (vectors - self.vectors(rows)[words]) * sizes
        rows[np.flatnonzero(words)] += missing
        return begun

    def of(self, words: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return (R,) which rows some words, (V,), are made of."""
        used = np.zeros(len(self), np.bool_)
        used[self.bags.rows[np.repeat(words, np.diff(self.bags.ends))]] = True
        return used

    def places_in(self, others: Rows) -> NDArray[np.int64]:
        """Return (R,) where each row is among others, -1 where it is new."""
        words = _word_places(self.vocab, others.vocab)
        if not isinstance(others, SubwordRows) or others.ngrams != self.ngrams:
            return np.concatenate([words, np.full(len(self.buckets), -1)])
        places = np.searchsorted(others.buckets, self.buckets).clip(max=max(len(others.buckets) - 1, 0))
        known = others.buckets[places] == self.buckets if len(others.buckets) else np.zeros(len(places), np.bool_)
        return np.concatenate([words, np.where(known, len(others.vocab) + places, -1)])

    def name(self, row: int) -> str:
        """Return the word, or the number of the bucket behind a character that no word has."""
        words = len(self.vocab)
        return str(self.vocab.keys[row]) if row < words else f" {self.buckets[row - words]}"

    def held_bytes(self, row_bytes: int) -> int:
        """Count the bags, and the words' vectors that are made of them."""
        return self.bags.ends.nbytes + self.bags.rows.nbytes + len(self.vocab) * row_bytes

    def _some(self, rows: Matrix) -> Iterator[tuple[slice, NDArray[np.int64], Matrix]]:
        """Yield some words at a time, where their rows begin among those gathered, and these."""
        ends = self.bags.ends
        for first in range(0, len(self.vocab), _WORDS):
            last = min(first + _WORDS, len(self.vocab))
            yield slice(first, last), ends[first:last] - ends[first], rows[self.bags.rows[ends[first] : ends[last]]]


def _word_places(vocab: Vocab, others: Vocab) -> NDArray[np.int64]:
    return np.array([others.key_to_index.get(key, -1) for key in vocab], np.int64)
