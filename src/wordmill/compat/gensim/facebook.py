"""fastText's own files in gensim's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import wordmill
from wordmill.compat.gensim.caught import caught_as
from wordmill.compat.gensim.files import check_encoding
from wordmill.errors import FormatError
from wordmill.training.fasttext_files import output_vectors, why_not_trainable
from wordmill.vectors.formats.fasttext import Architecture, Loss, read_fasttext_model
from wordmill.vectors.matrix import Floats

__all__ = ["read_model", "read_vectors"]


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
    check_encoding(encoding, "n-grams are cut from UTF-8 in training; load_facebook_vectors reads the vectors")
    model = read_fasttext_model(path, errors="surrogateescape")  # words are read with their vectors
    if reason := why_not_trainable(model):
        with caught_as(NotImplementedError, FormatError):
            raise FormatError(f"{path} cannot be trained on, {reason}: read it with load_facebook_vectors")
    settings = model.settings
    hs = settings.loss == Loss.HIERARCHICAL_SOFTMAX
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
    tokens = int(model.counts.sum()) if model.tokens is None else model.tokens
    return options, tokens, output_vectors(model)
