"""fastText's `.bin` models, read: words, their counts, and the vectors of their character n-grams.

The vector of a word is the mean of its own row and the rows of its n-grams, which hash into buckets; the same n-grams
give vectors to words that the model has never seen. Versions 11 and 12 are read, and the files of before there was a
version number; quantised models (`.ftz`) are refused.
Source: Bojanowski et al., "Enriching word vectors with subword information", 2017; fastText's `dictionary.cc`.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError
from wordmill.vectors.formats.rows import MOST_DIMENSIONS, ReadOptions, RowCollector
from wordmill.vectors.formats.streams import open_input
from wordmill.vectors.matrix import Floats, spans
from wordmill.vectors.subwords import END_OF_SENTENCE, Ngrams, Subwords
from wordmill.vectors.table import VectorTable

__all__ = ["FastText", "looks_like_fasttext", "read_fasttext", "read_fasttext_model"]

MAGIC = 793_712_314
_VERSIONS = (11, 12)
_SUPERVISED = 3
_LONGEST_NGRAM = 64  # characters: the n-grams of a file are so many times its bytes at most
_LONGEST_WORD = 1 << 16  # bytes
_BYTES = 1 << 16  # of the words whose n-grams are taken at once
_NUMBERS = 1 << 22  # of rows that are added up at once
_NO_CHARACTER = re.compile(rb"[\x80-\xbf]{64}")  # bytes that go on with one, which has four at most
_PRUNED = "holds pruned n-grams, as quantised models do"
_QUANTISED = "is quantised (.ftz)"


class _Settings(NamedTuple):
    """fastText's arguments, in the order of the file (12 int32, then a double that is not needed)."""

    dimensions: int
    window: int
    epochs: int
    min_count: int
    negative: int
    word_ngrams: int
    loss: int
    model: int
    buckets: int
    shortest: int
    longest: int
    update_rate: int

    def are_believable(self) -> bool:
        """Whether these can be the settings of a model."""
        return (
            0 < self.dimensions <= MOST_DIMENSIONS
            and 1 <= self.loss <= 4
            and 1 <= self.model <= _SUPERVISED
            and self.buckets >= 0
            and 0 <= self.shortest <= _LONGEST_NGRAM
            and 0 <= self.longest <= _LONGEST_NGRAM
            and min(self.window, self.epochs, self.min_count, self.negative, self.word_ngrams) >= 0
        )


class FastText(NamedTuple):
    """What a `.bin` file holds."""

    table: VectorTable
    subwords: Subwords


def read_fasttext(path: Path, options: ReadOptions) -> VectorTable:
    """Read the words' vectors, as fastText's own `.vec` file has them."""
    return read_fasttext_model(path, options).table


def read_fasttext_model(path: Path, options: ReadOptions | None = None) -> FastText:
    """Read the words' vectors, and the n-gram rows for words that are not among them."""
    options = options or ReadOptions()
    try:
        with open_input(path) as source, path.open("rb") as file:
            if source.size is None:
                raise FormatError(f"{path} is compressed: unpack it first, so that it can be mapped into memory")
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError as error:
        raise FormatError(f"{path} cannot be read: {error}") from error
    with content:
        try:
            settings, version, position = _read_settings(path, content)
            words, counts, position = _read_words(path, content, position, versioned=version > 0)
            rows, position = _read_shape(path, content, position, settings, versioned=version > 0)
        except struct.error:
            raise FormatError(f"{path} is cut short: fetch it again") from None
    longest = 0 if settings.model == _SUPERVISED and version < 12 else settings.longest
    if rows < len(words) or (longest and rows != len(words) + settings.buckets):
        raise FormatError(f"{path}: {rows} rows for {len(words)} words and {settings.buckets} buckets: fetch it again")
    shape = (rows, settings.dimensions)
    matrix = np.asarray(np.memmap(path, dtype="<f4", mode="r", offset=position, shape=shape))
    ngrams = Ngrams(settings.shortest, longest, rows - len(words))
    with np.errstate(invalid="ignore", over="ignore"):  # the collector names rows that are not finite
        whole = {END_OF_SENTENCE} if version else set()  # files of before there was a version give it n-grams too
        table = _collect(path, options, words, counts, matrix, ngrams, whole)
    return FastText(table, Subwords(ngrams, matrix[len(words) :]))


def looks_like_fasttext(head: bytes) -> bool:
    """Whether a file begins as a fastText model does, with the magic number or without (before version 11)."""
    if len(head) < 56:
        return False
    if struct.unpack_from("<i", head)[0] == MAGIC:
        return True
    size, words, labels = struct.unpack_from("<3i", head, 56) if len(head) >= 68 else (0, 0, 0)
    return _Settings._make(struct.unpack_from("<12i", head)).are_believable() and 0 < size == words + labels


def _read_settings(path: Path, content: mmap.mmap) -> tuple[_Settings, int, int]:
    """Read the settings; returns them, the version (0 if there is none), and where the file goes on."""
    magic, version = struct.unpack_from("<2i", content)
    if magic != MAGIC:
        version = 0
    elif version not in _VERSIONS:
        raise FormatError(f"{path}: version {version} of fastText's format is not known, only {_VERSIONS}")
    begin = 8 if version else 0
    settings = _Settings._make(struct.unpack_from("<12i", content, begin))
    if not settings.are_believable():
        raise FormatError(f"{path} is not a fastText model: its settings are {tuple(settings)}")
    return settings, version, begin + 56


def _read_words(
    path: Path, content: mmap.mmap, position: int, *, versioned: bool
) -> tuple[list[bytes], NDArray[np.int64], int]:
    """Words and their counts (labels of a classifier are passed over), and where the file goes on."""
    size, words, labels, _ = struct.unpack_from("<3iq", content, position)
    position += 20
    pruned = 0
    if versioned:
        (pruned,) = struct.unpack_from("<q", content, position)
        position += 8
    if pruned > 0:
        raise FormatError(f"{path} {_PRUNED}: only models that are not quantised are read, use the .bin file")
    if size != words + labels or words < 1 or labels < 0 or 10 * size > len(content):
        raise FormatError(f"{path} claims {size} entries, {words} words and {labels} labels: fetch it again")
    found, counts = [], np.empty(size, dtype=np.int64)
    for index in range(size):
        end = content.find(b"\0", position)
        if end < 0:
            raise FormatError(f"{path} ends inside word {index}: fetch it again")
        if end - position > _LONGEST_WORD:
            raise FormatError(f"{path}: word {index} is longer than {_LONGEST_WORD} bytes: fetch it again")
        counts[index], kind = struct.unpack_from("<qb", content, end + 1)
        if kind != (index >= words):
            raise FormatError(f"{path}: entry {index} (byte {position}) is of kind {kind}: fetch it again")
        found.append(content[position:end])
        position = end + 10
    return found[:words], counts[:words], position


def _read_shape(
    path: Path, content: mmap.mmap, position: int, settings: _Settings, *, versioned: bool
) -> tuple[int, int]:
    """Rows of the input matrix, checked against the size of the file, and where its numbers begin."""
    if versioned:
        if content[position : position + 1] != b"\0":
            raise FormatError(f"{path} {_QUANTISED}: only models that are not quantised are read, use the .bin file")
        position += 1
    rows, columns = struct.unpack_from("<2q", content, position)
    position += 16
    if columns != settings.dimensions or rows < 1 or 4 * rows * columns > len(content) - position:
        raise FormatError(
            f"{path} claims {rows} rows of {columns} numbers, but {len(content) - position} bytes follow and "
            f"the settings say {settings.dimensions}: fetch it again"
        )
    return rows, position


def _collect(
    path: Path,
    options: ReadOptions,
    words: list[bytes],
    counts: NDArray[np.int64],
    matrix: Floats,
    ngrams: Ngrams,
    whole: set[bytes],
) -> VectorTable:
    """Vectors of the words, some at a time; words in `whole` have no n-grams."""
    count = min(len(words), options.limit or len(words))
    collector = RowCollector(path, matrix.shape[1], options, expected=count, encoding=options.encoding)
    for begin, end in _blocks(words[:count], max(1, _NUMBERS // matrix.shape[1])):
        block = words[begin:end]
        if _NO_CHARACTER.search(b" ".join(block)):
            raise FormatError(f"{path}: one of words {begin} to {end - 1} is no text: fetch it again")
        own = matrix[begin:end].astype(np.float64)
        collector.add(
            block, _means(block, own, matrix[len(words) :], ngrams, whole), _Places(begin), counts=counts[begin:end]
        )
    return collector.finish()


def _blocks(words: list[bytes], most: int) -> Iterator[tuple[int, int]]:
    """Cut the words into blocks of up to `most`, or of so many bytes that their n-grams fit into memory."""
    begin, size = 0, 0
    for index, word in enumerate(words):
        if index > begin and (size + len(word) > _BYTES or index - begin == most):
            yield begin, index
            begin, size = index, 0
        size += len(word)
    yield begin, len(words)


def _means(
    words: list[bytes], sums: NDArray[np.float64], rows_of_buckets: Floats, ngrams: Ngrams, whole: set[bytes]
) -> NDArray[np.float64]:
    """Mean (n, D) of each word's own row, in `sums`, and the rows of its n-grams."""
    rows, owners = ngrams.buckets_of(words)
    kept = ~np.isin(owners, [index for index, word in enumerate(words) if word in whole])
    pairs, times = np.unique(owners[kept] * max(ngrams.buckets, 1) + rows[kept], return_counts=True)
    owners, rows = np.divmod(pairs, max(ngrams.buckets, 1))  # a word may have an n-gram many times: one look at its row
    for first, last in spans(0, len(pairs), max(1, _NUMBERS // rows_of_buckets.shape[1])):
        heads, places = np.unique(owners[first:last], return_index=True)
        weighted = rows_of_buckets[rows[first:last]].astype(np.float64)
        weighted *= times[first:last, None]
        sums[heads] += np.add.reduceat(weighted, places, axis=0)
    lengths = np.bincount(owners, weights=times, minlength=len(words))
    means: NDArray[np.float64] = sums / (1 + lengths)[:, None]
    return means


@dataclass(frozen=True)
class _Places:
    """Where the words of a block are, for messages."""

    begin: int

    def __call__(self, index: int) -> str:
        return f"word {self.begin + index}"
