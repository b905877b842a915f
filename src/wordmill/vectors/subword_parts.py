"""What the vector of a word is made of, and what n-grams can be done without."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wordmill.errors import MissingKeyError, ParameterError
from wordmill.foreign import quoted
from wordmill.vectors.matrix import Floats, row_norms
from wordmill.vectors.subwords import Subwords
from wordmill.vectors.table import VectorTable

__all__ = ["Part", "fewer_buckets", "parts_of"]

_WORDS = 4096  # looked at together


class Part(NamedTuple):
    """One of the rows whose mean is a word's vector."""

    piece: str  # an n-gram, or the word
    bucket: int | None  # None: the word's own row
    share: float  # of the vector, along it: all shares add up to 1
    vector: Floats  # (D,)


def parts_of(table: VectorTable, word: str) -> list[Part]:
    """Return the parts of a word's vector: its own row, where the model has seen it, and its n-grams that have one.

    Raises
    ------
    ParameterError
        There are no subwords.
    MissingKeyError
        The word is no key, and none of its n-grams has a row.
    """
    subwords = table.subwords
    if subwords is None:
        raise ParameterError("there are no subwords: train with subwords=(3, 6)")
    vector = table.vector(word).astype(np.float64)
    pieces = subwords.ngrams.pieces_of(word)
    buckets = [bucket for _, bucket in pieces]
    places = subwords.places_of(np.array(buckets, np.int64))
    known = [index for index, place in enumerate(places.tolist()) if place >= 0]
    rows = np.asarray(subwords.rows)[places[known]].astype(np.float64)
    size = len(known) + (word in table)
    if not size:
        raise MissingKeyError(f"no n-gram of {quoted(word)} has a vector")
    length = float(vector @ vector) or 1.0
    parts = [
        Part(pieces[index][0], buckets[index], float(row @ vector) / size / length, row)
        for index, row in zip(known, rows, strict=True)
    ]
    if word not in table:
        return parts
    own = vector * size - rows.sum(axis=0)
    return [Part(word, None, float(own @ vector) / size / length, own), *parts]


def fewer_buckets(table: VectorTable, most: int) -> tuple[Subwords, float]:
    """Return the n-grams that matter most, and how far words move that are made of them alone.

    What matters is a row's length times how many words have the n-gram. The keys keep their vectors.

    Returns
    -------
    Subwords
        At most so many buckets.
    float
        The mean cosine between the keys' vectors made of all n-grams and those made of the kept ones, 0 for a word that
        is left without any: what an unseen word of that kind loses.
    """
    subwords = table.subwords
    if subwords is None or most < 1:
        raise ParameterError(f"max_buckets={most} needs a model with subwords, and a number of at least 1")
    numbers = np.arange(len(subwords.rows)) if subwords.numbers is None else subwords.numbers
    users = np.zeros(len(numbers))
    for words in _words(table):
        users += np.bincount(subwords.rows_of(words)[0], minlength=len(numbers))
    matters = users * row_norms(np.asarray(subwords.rows))
    kept = np.sort(np.argsort(-matters, kind="stable")[:most])
    smaller = Subwords(subwords.ngrams, np.asarray(subwords.rows)[kept], numbers[kept])
    return smaller, _likeness(table, subwords, smaller)


def _words(table: VectorTable) -> list[list[bytes]]:
    keys = [str(key).encode("utf-8", "surrogatepass") for key in table.index_to_key]
    return [keys[first : first + _WORDS] for first in range(0, len(keys), _WORDS)]


def _likeness(table: VectorTable, whole: Subwords, part: Subwords) -> float:
    """Mean cosine between the keys as they would be unseen, by all n-grams and by a part of them."""
    cosines, words_seen = 0.0, 0
    for words in _words(table):
        means = [_means(subwords, words) for subwords in (whole, part)]
        lengths = np.prod([row_norms(mean) for mean in means], axis=0)
        products = np.einsum("ij,ij->i", *means)
        cosines += float(np.divide(products, lengths, out=np.zeros(len(words)), where=lengths > 0).sum())
        words_seen += len(words)
    return cosines / max(words_seen, 1)


def _means(subwords: Subwords, words: list[bytes]) -> Floats:
    rows, owners = subwords.rows_of(words)
    means = np.zeros((len(words), subwords.rows.shape[1]))
    np.add.at(means, owners, np.asarray(subwords.rows)[rows])
    return means / np.maximum(np.bincount(owners, minlength=len(words)), 1)[:, None]
