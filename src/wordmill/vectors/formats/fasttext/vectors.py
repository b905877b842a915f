"""fastText's models, `.bin` and quantised `.ftz`: words, made of their own rows and those of their n-grams."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError
from wordmill.vectors.formats.fasttext.content import read_content
from wordmill.vectors.formats.fasttext.model import FastTextModel, write_fasttext_model
from wordmill.vectors.formats.fasttext.settings import Architecture, FastTextSettings, Loss
from wordmill.vectors.formats.rows import ReadOptions, RowCollector
from wordmill.vectors.matrix import Floats, all_finite, spans
from wordmill.vectors.subwords import END_OF_SENTENCE, Ngrams, Subwords, ngrams_by_definition
from wordmill.vectors.table import VectorTable

__all__ = ["read_fasttext", "write_fasttext"]

_BYTES = 1 << 16  # of the words whose n-grams are taken at once
_NUMBERS = 1 << 22  # of rows that are added up at once
_NO_CHARACTER = re.compile(rb"[\x80-\xbf]{64}")  # bytes that go on with one, which has four at most


def read_fasttext(path: Path, options: ReadOptions) -> VectorTable:
    """Read the words' vectors, as fastText's own `.vec` file has them, and the rows of their n-grams, mapped.

    The labels of a classifier are passed over.
    """
    content = read_content(path)
    subwords, words, counts = content.subwords(), content.dictionary.words, content.dictionary.counts
    words = words[: options.limit or len(words)]
    whole = (END_OF_SENTENCE,) if content.version else ()  # files of before there was a version give it n-grams too
    collector = RowCollector(path, content.settings.dim, options, expected=len(words), encoding=options.encoding)
    with np.errstate(invalid="ignore", over="ignore"):  # the collector names rows that are not finite
        for begin, end in _blocks(words, max(1, _NUMBERS // content.settings.dim)):
            block = words[begin:end]
            if _NO_CHARACTER.search(b" ".join(block)):
                raise FormatError(f"{path}: one of words {begin} to {end - 1} is no text: fetch it again")
            sums, sizes = _sums(block, subwords, whole)
            sums += content.input[begin:end]
            sums /= (1 + sizes)[:, None]
            collector.add(block, sums, _Places(begin), counts=counts[begin:end])
    if not all_finite(subwords.rows):
        raise FormatError(f"{path}: the row of an n-gram holds NaN or infinity: fetch it again")
    made_of = subwords if subwords.ngrams.longest and len(subwords.rows) else None
    return collector.finish(subwords=made_of, files=(content.file,))


def write_fasttext(path: Path, keyed_vectors: VectorTable) -> None:
    """Write a model that gives words these vectors, with n-grams where there are any.

    What a word has beyond its n-grams is its own row. The output matrix is zeros, with which fastText begins.
    """
    if keyed_vectors.kind != "str":
        raise OutputError(f"{path}: fastText's words are text, the keys here are integers: choose another format")
    words, width = [str(key) for key in keyed_vectors], keyed_vectors.vector_size
    none = Subwords(Ngrams(0, 0, 0), np.empty((0, width), np.float32))
    subwords = keyed_vectors.subwords or none
    counts = np.arange(len(words), 0, -1) if keyed_vectors.counts is None else keyed_vectors.counts
    ngrams = subwords.ngrams
    settings = FastTextSettings(
        width, 5, 5, 1, 5, 1, Loss.NEGATIVE_SAMPLING, Architecture.SKIPGRAM,
        ngrams.buckets, ngrams.shortest, ngrams.longest, 100, 1e-4,
    )  # fmt: skip
    own = _own_rows(words, keyed_vectors.vectors, subwords)
    write_fasttext_model(path, FastTextModel(settings, words, counts, own, subwords))


def _own_rows(words: list[str], vectors: Floats, subwords: Subwords) -> Floats:
    """Rows (V, D) that make these vectors together with those of n-grams."""
    if not subwords.ngrams.longest or not len(subwords.rows):
        return vectors
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    own = np.empty(vectors.shape, dtype=np.float32)
    for begin, end in _blocks(encoded, max(1, _NUMBERS // vectors.shape[1])):
        sums, _ = _sums(encoded[begin:end], subwords, (END_OF_SENTENCE,))
        ends, _ = subwords.ngrams.bags_of(encoded[begin:end])  # fastText counts those that have no row too
        own[begin:end] = vectors[begin:end] * (1.0 + np.diff(ends))[:, None] - sums
    return own


def _sums(
    words: Sequence[bytes], subwords: Subwords, whole: tuple[bytes, ...]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum (n, D) of the rows of each word's n-grams, and how many these are; words that are `whole` have none."""
    ends, buckets = subwords.ngrams.bags_of(words) if whole else ngrams_by_definition(subwords.ngrams, words, whole=())
    places = subwords.places_of(buckets.astype(np.int64))
    owners = np.repeat(np.arange(len(words)), np.diff(ends))[places >= 0]
    sizes = np.bincount(owners, minlength=len(words))
    height, width = max(1, len(subwords.rows)), subwords.rows.shape[1]
    sums = np.zeros((len(words), width))
    pairs, times = np.unique(owners * height + places[places >= 0], return_counts=True)
    owners, rows = np.divmod(pairs, height)  # a word may have an n-gram many times: one look at its row
    for first, last in spans(0, len(pairs), max(1, _NUMBERS // width)):
        heads, starts = np.unique(owners[first:last], return_index=True)
        weighted = subwords.rows[rows[first:last]].astype(np.float64)
        weighted *= times[first:last, None]
        sums[heads] += np.add.reduceat(weighted, starts, axis=0)
    return sums, sizes


def _blocks(words: list[bytes], most: int) -> Iterator[tuple[int, int]]:
    """Cut the words into blocks of up to `most`, or of so many bytes that their n-grams fit into memory."""
    begin, size = 0, 0
    for index, word in enumerate(words):
        if index > begin and (size + len(word) > _BYTES or index - begin == most):
            yield begin, index
            begin, size = index, 0
        size += len(word)
    yield begin, len(words)


@dataclass(frozen=True)
class _Places:
    """Where the words of a block are, for messages."""

    begin: int

    def __call__(self, index: int) -> str:
        return f"word {self.begin + index}"
