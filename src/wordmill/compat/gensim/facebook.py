"""fastText's own files in gensim's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

import wordmill
from wordmill.compat.gensim.files import check_encoding
from wordmill.corpus import Vocab
from wordmill.errors import FormatError, ParameterError
from wordmill.vectors.formats.fasttext import FastTextModel, read_fasttext_model, write_fasttext_model
from wordmill.vectors.formats.fasttext.settings import Architecture, FastTextSettings, Loss
from wordmill.vectors.matrix import Floats
from wordmill.vectors.subwords import Ngrams, Subwords

__all__ = ["read_model", "read_vectors", "write_model"]


class Model(Protocol):
    """What is asked of gensim's FastText here."""

    vector_size: int
    window: int
    epochs: int
    min_count: int
    negative: int
    hs: int
    sg: int
    sample: float
    corpus_total_words: int


def read_vectors(
    path: Path, encoding: str, errors: Literal["strict", "replace"]
) -> tuple[wordmill.KeyedVectors, Floats | None]:
    """Read words and n-grams, and the words' own rows where these are of the same words.

    Of words that are the same where bytes that are no text are replaced, the first one counts.
    """
    vectors = wordmill.KeyedVectors.load(path, format="fasttext", encoding=encoding, errors=errors, duplicates="first")
    own_rows = read_fasttext_model(path, errors="surrogateescape").word_rows
    return vectors, own_rows if len(own_rows) == len(vectors) else None


def read_model(path: Path, encoding: str) -> tuple[dict[str, Any], int, NDArray[np.floating[Any]] | None]:
    """Read the settings of a model that can be trained on, as gensim's parameters, its tokens and output vectors."""
    check_encoding(encoding)
    model = read_fasttext_model(path, errors="surrogateescape")  # words are read with their vectors
    settings = model.settings
    hs = settings.loss == Loss.HIERARCHICAL_SOFTMAX
    if settings.model == Architecture.SUPERVISED or not (hs or settings.loss == Loss.NEGATIVE_SAMPLING):
        raise FormatError(
            f"{path} was trained as a classifier, or by a softmax over all words, which is not there: "
            "read it with load_facebook_vectors"
        )
    if model.pruned:
        raise FormatError(f"{path}: n-grams were taken out of this model: read it with load_facebook_vectors")
    output = model.output
    if output is not None and hs:  # fastText says yes where word2vec says no, and has a row too many
        output = -output[: len(model.words) - 1]
    options = {
        "sg": int(settings.model == Architecture.SKIPGRAM),
        "hs": int(hs),
        "negative": 0 if hs else settings.neg,
        "vector_size": settings.dim,
        "window": settings.ws,
        "epochs": settings.epoch,
        "min_count": settings.min_count,
        "sample": settings.t,
        "min_n": settings.minn,
        "max_n": settings.maxn,
        "bucket": settings.bucket,
    }
    return options, int(model.counts.sum()) if model.tokens is None else model.tokens, output


def write_model(
    path: Path,
    model: Model,
    vocab: Vocab,
    ngrams: Ngrams,
    rows: tuple[Floats, Subwords | None, Floats],
    lr_update_rate: int,
    word_ngrams: int,
) -> None:
    """Write a model: the words' own rows, those of n-grams, and output vectors."""
    own_rows, subwords, output = rows
    if vocab.kind != "str":
        raise ParameterError("fastText's words are text, and the keys of this model are integers")
    settings = FastTextSettings(
        dim=model.vector_size,
        ws=model.window,
        epoch=model.epochs,
        min_count=model.min_count,
        neg=model.negative,
        word_ngrams=word_ngrams,
        loss=Loss.HIERARCHICAL_SOFTMAX if model.hs else Loss.NEGATIVE_SAMPLING,
        model=Architecture.SKIPGRAM if model.sg else Architecture.CBOW,
        bucket=ngrams.buckets,
        minn=ngrams.shortest,
        maxn=ngrams.longest,
        lr_update_rate=lr_update_rate,
        t=model.sample,
    )
    none = Subwords(ngrams, np.empty((0, model.vector_size), np.float32))
    write_fasttext_model(
        path,
        FastTextModel(
            settings,
            [str(key) for key in vocab],
            vocab.counts,
            own_rows,
            subwords or none,
            -output if model.hs else output,
            tokens=max(vocab.total, model.corpus_total_words),
        ),
    )
