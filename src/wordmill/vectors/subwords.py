"""Character n-grams of words: vectors for words that a model has not seen.

The n-grams of a word, its start and end marked, hash into buckets, each of which has a row.
Source: Bojanowski et al., "Enriching word vectors with subword information", 2017; fastText's `dictionary.cc`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wordmill.config import available_cores
from wordmill.vectors.matrix import Floats
from wordmill.vectors.optional_core import optional_core

__all__ = ["END_OF_SENTENCE", "Ngrams", "Subwords", "ngrams_by_definition"]

END_OF_SENTENCE = b"</s>"  # has no n-grams


@dataclass(frozen=True)
class Ngrams:
    """Which character n-grams a word has, and which bucket each of them hashes into.

    Attributes
    ----------
    shortest, longest : int
        Characters of an n-gram, the marks `<` and `>` of a word's start and end included; `longest` = 0: none.
    buckets : int
        How many there are; 0: there are no n-grams.
    """

    shortest: int
    longest: int
    buckets: int

    def are_those_of(self, other: Ngrams) -> bool:
        """Whether any word has the same n-grams in the same buckets; none is shorter than a character."""
        return replace(self, shortest=max(self.shortest, 1)) == replace(other, shortest=max(other.shortest, 1))

    def bags_of(self, words: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return where the n-grams of each word end, (n + 1,) from 0, and the buckets of all of them.

        Those of a word are in the order of where they start, then of length. One that a word has twice is there twice,
        a mark alone is none, and `</s>` has none. The core finds them where it is there, by all cores.
        """
        core = optional_core()
        if core is None or self.longest > core.core.LONGEST_NGRAM:
            return ngrams_by_definition(self, words)
        found: tuple[NDArray[np.int64], NDArray[np.int32]] = core.core.ngrams(
            list(words), self.shortest, self.longest, self.buckets, available_cores()
        )
        return found

    def buckets_of(self, words: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the buckets of all n-grams of some words, and which word each of them is of; as `bags_of`."""
        ends, buckets = self.bags_of(words)
        return buckets.astype(np.int64), np.repeat(np.arange(len(words)), np.diff(ends))

    def pieces_of(self, word: str) -> list[tuple[str, int]]:
        """Return the n-grams of one word as text, and the bucket of each, in the order of the word."""
        if not self.buckets or word == END_OF_SENTENCE.decode():
            return []
        marked = f"<{word}>"
        pieces = [
            marked[begin:end]
            for begin in range(len(marked))
            for end in range(begin + max(self.shortest, 1), min(begin + self.longest, len(marked)) + 1)
            if not (end - begin == 1 and begin in (0, len(marked) - 1))
        ]
        return [(piece, _fnv1a(piece.encode("utf-8", "surrogatepass")) % self.buckets) for piece in pieces]


def ngrams_by_definition(
    ngrams: Ngrams, words: Sequence[bytes], *, whole: Collection[bytes] = (END_OF_SENTENCE,)
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Find the n-grams of words as `Ngrams.bags_of` does, but of those that are `whole`: the definition, in NumPy."""
    if not ngrams.buckets or ngrams.longest < max(ngrams.shortest, 1) or not words:
        return np.zeros(len(words) + 1, dtype=np.int64), np.empty(0, dtype=np.int32)
    marked = [b"" if word in whole else b"<" + word + b">" for word in words]
    text = np.frombuffer(b"".join(marked), dtype=np.uint8)
    ends = np.cumsum([len(word) for word in marked])
    starts = np.append(np.flatnonzero((text & 0xC0) != 0x80), len(text))  # where characters begin
    owner = np.searchsorted(ends, starts[:-1], side="right")  # the word of each character
    found: list[tuple[NDArray[np.int64], NDArray[np.uint32]]] = []
    first, hashes = np.arange(len(starts) - 1), np.full(len(starts) - 1, 2_166_136_261, dtype=np.uint32)
    for length in range(1, ngrams.longest + 1):  # each n-gram goes on from the one that is a character shorter
        within = first + length < len(starts)
        first, hashes = first[within], hashes[within]
        within = owner[first] == owner[first + length - 1]
        first, hashes = first[within], hashes[within]
        _hash_on(hashes, text, starts[first + length - 1], starts[first + length])
        if length >= ngrams.shortest:
            marks = [0, *ends, *(ends - 1)] if length == 1 else []  # alone they are no n-grams
            taken = ~np.isin(starts[first], marks)
            found.append((first[taken], hashes[taken]))
    begins = np.concatenate([places for places, _ in found])
    hashes = np.concatenate([values for _, values in found])[np.argsort(begins, kind="stable")]
    counts = np.bincount(owner[begins], minlength=len(words))
    return np.cumsum([0, *counts], dtype=np.int64), (hashes % np.uint32(ngrams.buckets)).astype(np.int32)


class Subwords:
    """Rows of n-grams: a vector for any word that has one of them.

    Parameters
    ----------
    ngrams
        The n-grams of words.
    rows
        (B, D), one for each bucket of `numbers`.
    numbers
        (B,) buckets, rising; None: all, in order.
    """

    def __init__(self, ngrams: Ngrams, rows: Floats, numbers: NDArray[np.int64] | None = None) -> None:
        self.ngrams, self.rows, self.numbers = ngrams, rows, numbers

    def vector(self, word: str) -> Floats | None:
        """Vector (D,) of a word that the model has not seen: the mean of its n-grams' rows; None if it has none."""
        rows, _ = self.rows_of([word.encode(errors="surrogatepass")])
        if not len(rows):
            return None
        mean: Floats = self.rows[rows].mean(axis=0, dtype=np.float64).astype(np.float32)
        return mean

    def rows_of(self, words: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows of all n-grams of some words that have one, and which word each of them is of."""
        buckets, owners = self.ngrams.buckets_of(words)
        places = self.places_of(buckets)
        return places[places >= 0], owners[places >= 0]

    def places_of(self, buckets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each bucket, (n,); -1 where it has none."""
        if self.numbers is None:
            return buckets
        if not len(self.numbers):
            return np.full(len(buckets), -1)
        places = np.searchsorted(self.numbers, buckets).clip(max=len(self.numbers) - 1)
        return np.where(self.numbers[places] == buckets, places, -1)


def _fnv1a(text: bytes) -> int:
    """Hash bytes as fastText does: signed ones, so that those above 127 change the upper bits too."""
    hashed = 2_166_136_261
    for byte in text:
        hashed = ((hashed ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16_777_619) & 0xFFFFFFFF
    return hashed


def _hash_on(
    hashes: NDArray[np.uint32], text: NDArray[np.uint8], begins: NDArray[np.int64], ends: NDArray[np.int64]
) -> None:
    """Take the bytes of another character each into FNV-1a, as signed ones, as fastText has it."""
    going, step = np.arange(len(begins)), 0
    while len(going):
        signed = text[begins[going] + step].view(np.int8).astype(np.int32).view(np.uint32)
        hashes[going] = (hashes[going] ^ signed) * np.uint32(16_777_619)
        step += 1
        going = going[begins[going] + step < ends[going]]
