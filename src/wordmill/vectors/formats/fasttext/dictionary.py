"""The dictionary: words, then labels, with their counts; which buckets have a row where n-grams were pruned."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError
from wordmill.vectors.formats.fasttext.cursor import Cursor

__all__ = ["Dictionary", "pack_dictionary", "read_dictionary"]

_LONGEST_WORD = 1 << 16  # bytes
_ENTRIES = 1 << 12  # packed at once


@dataclass(frozen=True)
class Dictionary:
    """V words and labels, as bytes.

    Attributes
    ----------
    counts
        Of the words (V,), and of the labels after them.
    tokens
        Of the whole corpus, rare words included.
    pruned
        (n, 2) of a model whose n-grams were pruned: buckets that have a row, and which of those after the words' it is.
    """

    words: list[bytes]
    labels: list[bytes]
    counts: NDArray[np.int64]
    tokens: int
    pruned: NDArray[np.int32] | None = None


def read_dictionary(cursor: Cursor, *, versioned: bool) -> Dictionary:
    """Read the dictionary; files of before there was a version know of no pruning."""
    path = cursor.path
    size, words, labels, tokens = cursor.take("<3iq")
    (pruned,) = cursor.take("<q") if versioned else (-1,)
    if size != words + labels or words < 1 or labels < 0 or 10 * size > cursor.left:
        raise FormatError(f"{path} claims {size} entries, {words} words and {labels} labels: fetch it again")
    found, counts = [], np.empty(size, dtype=np.int64)
    for index in range(size):
        begin = cursor.position
        word = cursor.word(_LONGEST_WORD)
        if word is None:
            over = f"is longer than {_LONGEST_WORD} bytes" if cursor.left > _LONGEST_WORD else "does not end"
            raise FormatError(f"{path}: word {index} (byte {begin}) {over}: fetch it again")
        counts[index], kind = cursor.take("<qb")
        if kind != (index >= words):
            raise FormatError(f"{path}: entry {index} (byte {begin}) is of kind {kind}: fetch it again")
        found.append(word)
    if counts.min() < 0:
        raise FormatError(f"{path}: the count of word {counts.argmin()} is {counts.min()}: fetch it again")
    index_of_pruned = None if pruned < 0 else cursor.array(2 * pruned, "<i4").reshape(-1, 2)
    return Dictionary(found[:words], found[words:], counts, tokens, index_of_pruned)


def pack_dictionary(dictionary: Dictionary) -> Iterator[bytes]:
    """Yield the dictionary of a model that is not pruned."""
    words, labels = len(dictionary.words), len(dictionary.labels)
    yield struct.pack("<3iqq", words + labels, words, labels, dictionary.tokens, -1)
    pack, entries = struct.Struct("<bqb").pack, [*dictionary.words, *dictionary.labels]
    for begin in range(0, len(entries), _ENTRIES):
        block = slice(begin, begin + _ENTRIES)
        kinds = [index >= words for index in range(len(entries))[block]]
        packed = zip(entries[block], dictionary.counts[block].tolist(), kinds, strict=True)
        yield b"".join([word + pack(0, count, kind) for word, count, kind in packed])
