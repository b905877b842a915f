"""Character n-grams of words: vectors for words that a model has not seen.

The n-grams of a word, its begin and end marked, hash into buckets, each of which has a row.
Source: Bojanowski et al., "Enriching word vectors with subword information", 2017; fastText's `dictionary.cc`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wordmill.vectors.matrix import Floats

__all__ = ["Subwords"]


class Subwords:
    """The n-gram rows of a model, memory-mapped: a vector for any word.

    Parameters
    ----------
    matrix
        (words + buckets, D).
    words
        How many rows belong to words.
    shortest, longest
        Characters of an n-gram, the marks of a word's begin and end included; `longest` = 0: there are none.
    """

    def __init__(self, matrix: Floats, words: int, shortest: int, longest: int) -> None:
        self.matrix, self.words = matrix, words
        self.shortest, self.longest = shortest, longest

    def vector(self, word: str) -> Floats:
        """Vector (D,) of a word that the model has not seen: the mean of its n-grams, zeros if it has none."""
        rows, _ = self.rows_of([word.encode()])
        if not len(rows):
            return np.zeros(self.matrix.shape[1], dtype=np.float32)
        mean: Floats = self.matrix[rows].mean(axis=0, dtype=np.float64).astype(np.float32)
        return mean

    def rows_of(self, words: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the n-grams of each word, and which word each of them belongs to."""
        buckets = len(self.matrix) - self.words
        if not buckets or not self.longest or not words:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        text = np.frombuffer(b"".join([b"<" + word + b">" for word in words]), dtype=np.uint8)
        ends = np.cumsum([len(word) + 2 for word in words])
        starts = np.append(np.flatnonzero((text & 0xC0) != 0x80), len(text))  # where characters begin
        owner = np.searchsorted(ends, starts[:-1], side="right")  # the word of each character
        rows: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
        owners: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
        first, hashes = np.arange(len(starts) - 1), np.full(len(starts) - 1, 2_166_136_261, dtype=np.uint32)
        for length in range(1, self.longest + 1):  # each n-gram goes on from the one that is a character shorter
            within = first + length < len(starts)
            first, hashes = first[within], hashes[within]
            within = owner[first] == owner[first + length - 1]
            first, hashes = first[within], hashes[within]
            if not len(first):
                break
            _hash_on(hashes, text, starts[first + length - 1], starts[first + length])
            if length >= self.shortest:
                marks = [0, *ends, *(ends - 1)] if length == 1 else []  # alone they are no n-grams
                taken = ~np.isin(starts[first], marks)
                rows.append(self.words + hashes[taken].astype(np.int64) % buckets)
                owners.append(owner[first[taken]])
        return np.concatenate(rows), np.concatenate(owners)


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
