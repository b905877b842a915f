"""Models whole: what fastText needs to go on with one, read and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError, counted
from wordmill.foreign import quoted
from wordmill.mapped import MappedFile
from wordmill.vectors.formats.fasttext.content import read_content
from wordmill.vectors.formats.fasttext.dictionary import Dictionary, pack_dictionary
from wordmill.vectors.formats.fasttext.matrices import pack_buckets, pack_rows, pack_shape, pack_zeros
from wordmill.vectors.formats.fasttext.settings import Architecture, FastTextSettings, Loss, pack_head
from wordmill.vectors.formats.streams import open_output
from wordmill.vectors.matrix import Floats
from wordmill.vectors.subwords import Subwords

__all__ = ["FastTextModel", "read_fasttext_model", "write_fasttext_model"]

_NO_COUNTS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class FastTextModel:
    """A model of V words, whose vectors are means of their own row and the rows of their n-grams.

    Attributes
    ----------
    settings
        fastText's arguments.
    words, counts
        V words, the most frequent first, and how often each was seen. Bytes that are not UTF-8 are in the words as
        "surrogateescape" has them, where that was asked for.
    word_rows
        (V, D) float32, the words' own rows.
    subwords
        The rows of n-grams. Written, buckets without a row are zeros (fastText leaves small random numbers there), and
        count in fastText's means of unseen words: these are shorter by that, and point the same way.
    output
        (V, D) float32; of a supervised model (L, D). With hierarchical softmax row i is that of inner node i, the last
        is not used and may be left out, and yes is right where word2vec asks for no: its rows have the other sign.
        None: there is none; written, it is zeros, with which fastText begins.
    labels, label_counts
        Of a supervised model, its L labels.
    tokens
        Of the corpus, rare words included; None: the sum of the counts.
    pruned
        Whether it is a quantised model from which n-grams were taken out, which are left out of means then.
    files
        What the rows are mapped from.
    """

    settings: FastTextSettings
    words: Sequence[str]
    counts: NDArray[np.int64]
    word_rows: Floats
    subwords: Subwords
    output: Floats | None = None
    labels: Sequence[str] = ()
    label_counts: NDArray[np.int64] = field(default_factory=_NO_COUNTS.copy)
    tokens: int | None = None
    pruned: bool = False
    files: tuple[MappedFile, ...] = ()


def read_fasttext_model(path: Path, *, errors: str = "strict") -> FastTextModel:
    """Read a model whole. What is not quantised stays on disk; what is becomes float32.

    Parameters
    ----------
    path
        A `.bin` or `.ftz` file.
    errors
        What to do with words that are not UTF-8: "strict", "replace", or "surrogateescape", by which they are written
        again as they are.
    """
    content = read_content(path)
    dictionary, count = content.dictionary, len(content.dictionary.words)
    return FastTextModel(
        content.settings,
        _decoded(path, dictionary.words, errors),
        dictionary.counts[:count],
        content.input[:count],
        content.subwords(),
        None if content.output is None else content.output[:],
        _decoded(path, dictionary.labels, errors),
        dictionary.counts[count:],
        dictionary.tokens,
        pruned=dictionary.pruned is not None,
        files=(content.file,),
    )


def write_fasttext_model(path: Path, model: FastTextModel) -> None:
    """Write a model as fastText's `.bin` of version 12, which appears whole or not at all.

    Raises
    ------
    OutputError
        Parts of the model that do not fit each other, a word that the format cannot hold, or a pruned model.
    """
    dictionary, width = _dictionary(path, model), model.settings.dim
    _check(path, model)
    output = np.empty((0, width), np.float32) if model.output is None else model.output
    with open_output(path) as file:
        file.write(pack_head(model.settings))
        file.writelines(pack_dictionary(dictionary))
        file.write(b"\0" + pack_shape(len(model.words) + model.subwords.ngrams.buckets, width))
        file.writelines(pack_rows(model.word_rows))
        file.writelines(pack_buckets(model.subwords))
        file.write(b"\0" + pack_shape(_asked(model), width))
        file.writelines(pack_rows(output))
        file.writelines(pack_zeros(_asked(model) - len(output), width))


def _asked(model: FastTextModel) -> int:
    """Rows of the output matrix."""
    return len(model.labels if model.settings.model == Architecture.SUPERVISED else model.words)


def _decoded(path: Path, words: list[bytes], errors: str) -> list[str]:
    """Words as text."""
    together = b"\0".join(words)
    try:
        return together.decode("utf-8", errors).split("\0") if words else []
    except UnicodeDecodeError as error:
        index = together[: error.start].count(b"\0")
        raise FormatError(
            f"{path}: word {index}, {quoted(words[index])}, is not UTF-8 ({error.reason}): read it with "
            "errors='surrogateescape' to write it again as it is, or with errors='replace'"
        ) from None


def _dictionary(path: Path, model: FastTextModel) -> Dictionary:
    """Words, labels and counts as bytes, checked."""
    encoded = []
    for words in (model.words, model.labels):
        for word in words:
            try:
                encoded.append(word.encode("utf-8", "surrogateescape"))
            except UnicodeEncodeError:
                raise OutputError(f"{path}: the word {quoted(word)} holds half a character: leave it out") from None
            if b"\0" in encoded[-1]:
                raise OutputError(f"{path}: the word {quoted(word)} holds a zero, which ends words there: leave it out")
    if len(set(encoded)) < len(encoded):
        raise OutputError(f"{path}: a word is there twice, or is a label too: leave one out")
    counts = np.concatenate([model.counts, model.label_counts]).astype(np.int64)
    if len(counts) != len(encoded) or len(model.counts) != len(model.words) or counts.min(initial=0) < 0:
        raise OutputError(f"{path}: {counted(len(encoded), 'word')} but {len(counts)} counts, from 0, are needed")
    tokens = int(counts.sum()) if model.tokens is None else model.tokens
    return Dictionary(encoded[: len(model.words)], encoded[len(model.words) :], counts, tokens)


def _check(path: Path, model: FastTextModel) -> None:
    """Raise `OutputError` where what the model holds does not fit together."""
    if model.pruned:
        raise OutputError(
            f"{path}: n-grams were taken out of this model, so it cannot be written: take the .bin that it was made of"
        )
    settings, subwords, asked = model.settings, model.subwords, _asked(model)
    ngrams, numbers = subwords.ngrams, subwords.numbers
    unused = int(settings.loss == Loss.HIERARCHICAL_SOFTMAX)
    fits = (
        settings.are_believable()
        and len(model.word_rows) == len(model.words) > 0
        and (ngrams.shortest, ngrams.longest) == (settings.minn, settings.maxn)
        and (ngrams.buckets == settings.bucket or not settings.maxn)
        and len(subwords.rows) == (ngrams.buckets if numbers is None else len(numbers))
        and (numbers is None or _rise(numbers, ngrams.buckets))
        and (model.output is None or asked - unused <= len(model.output) <= asked)
    )
    shapes = [part.shape for part in (model.word_rows, subwords.rows, model.output) if part is not None]
    if not fits or {width for _, width in shapes} != {settings.dim}:
        raise OutputError(
            f"{path}: matrices {shapes} and {ngrams} do not fit {counted(len(model.words), 'word')} and {settings}"
        )


def _rise(numbers: NDArray[np.int64], most: int) -> bool:
    return not len(numbers) or bool(numbers[0] >= 0 and numbers[-1] < most and (np.diff(numbers) > 0).all())
