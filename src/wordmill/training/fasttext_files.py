"""fastText's models as ours: read to go on where fastText stopped, written so that others go on from ours."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import Vocab
from wordmill.errors import FormatError, NotFittedError, OutputError, WordmillError, misfit
from wordmill.training.run.trained import Trained
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.fasttext import (
    Architecture,
    FastTextModel,
    FastTextSettings,
    Loss,
    read_fasttext_model,
    write_fasttext_model,
)
from wordmill.vectors.matrix import Floats, all_finite
from wordmill.vectors.subwords import Ngrams, Subwords

__all__ = ["as_fasttext", "output_vectors", "read_trained", "why_not_trainable", "write_trained"]

logger = logging.getLogger(__name__)

_WINDOW = 5  # fastText's own, for a model whose windows were whole sequences


def read_trained(path: Path) -> Trained:
    """Read a `.bin` file with all that training on needs; its matrices stay on disk.

    Raises
    ------
    FormatError
        It is no model that can be trained on, or no fastText model at all; the message says what reads it.
    """
    model = read_fasttext_model(path)
    vectors = KeyedVectors.load(path, format="fasttext")
    reason = why_not_trainable(model)
    try:
        config, _ = _config(model.settings), Vocab(vectors.keys, model.counts)
    except WordmillError as error:
        reason = reason or misfit(error)
    if reason:
        raise FormatError(f"{path} cannot be trained on, {reason}: KeyedVectors.load reads its vectors")
    own_rows = None if vectors.subwords is None else model.word_rows
    return Trained(config, vectors, own_rows, output_vectors(model), [], "", {}, "")


def write_trained(path: Path, trained: Trained) -> None:
    """Write a model as fastText's `.bin`, with its output matrix."""
    vectors, output = trained.keyed_vectors, trained.output_vectors
    vectors.check_files()
    if vectors.kind != "str":
        raise OutputError(f"{path}: fastText's words are text, the keys here are integers: choose another format")
    if output is None:
        raise NotFittedError(
            "this model was saved without its output vectors: wv.save(path, format='fasttext') writes its vectors alone"
        )
    rows = vectors.vectors if trained.own_rows is None else trained.own_rows
    if trained.config.window == "sequence":
        logger.warning("fastText has no windows of whole sequences: window=%d is written", _WINDOW)
    write_fasttext_model(path, as_fasttext(trained.config, trained.vocab(), rows, vectors.subwords, output))


def why_not_trainable(model: FastTextModel) -> str | None:
    """Say why a model cannot be trained on; None where it can."""
    if model.settings.model == Architecture.SUPERVISED:
        return "it is a classifier"
    if model.settings.loss not in (Loss.NEGATIVE_SAMPLING, Loss.HIERARCHICAL_SOFTMAX):
        return "it was trained by a softmax over all words, which is not there"
    if model.pruned:
        return "n-grams were taken out of it"
    if model.output is not None and not all_finite(model.output):
        return "its output matrix holds NaN or infinity"
    return None


def output_vectors(model: FastTextModel) -> NDArray[np.floating[Any]] | None:
    """Return the output matrix as training here has it.

    With hierarchical softmax fastText says yes where word2vec says no, and has a row too many.
    """
    if model.output is None or model.settings.loss != Loss.HIERARCHICAL_SOFTMAX:
        return model.output
    return -model.output[: len(model.words) - 1]


def as_fasttext(
    config: TrainConfig,
    vocab: Vocab,
    word_rows: Floats,
    subwords: Subwords | None,
    output: Floats,
    *,
    tokens: int | None = None,
    lr_update_rate: int = 100,
    word_ngrams: int = 1,
) -> FastTextModel:
    """Put a model into fastText's words; `output` is as training here has it."""
    subwords = subwords or Subwords(Ngrams(0, 0, 0), np.empty((0, config.vector_size), np.float32))
    tree = config.objective == "hierarchical_softmax"
    settings = FastTextSettings(
        dim=config.vector_size,
        ws=_WINDOW if config.window == "sequence" else config.window,
        epoch=config.epochs,
        min_count=min(config.min_count, np.iinfo(np.int32).max),
        neg=0 if tree else config.negative,
        word_ngrams=word_ngrams,
        loss=Loss.HIERARCHICAL_SOFTMAX if tree else Loss.NEGATIVE_SAMPLING,
        model=Architecture.SKIPGRAM if config.architecture == "skipgram" else Architecture.CBOW,
        bucket=subwords.ngrams.buckets,
        minn=subwords.ngrams.shortest,
        maxn=subwords.ngrams.longest,
        lr_update_rate=lr_update_rate,
        t=config.sample,
    )
    words = [str(key) for key in vocab]
    return FastTextModel(settings, words, vocab.counts, word_rows, subwords, -output if tree else output, tokens=tokens)


def _config(settings: FastTextSettings) -> TrainConfig:
    """Return the parameters that a model was trained by; what its file does not say is as fastText has it."""
    known: dict[str, Any] = {"cbow_update": "word2vec", "ns_exponent": 0.5, "alpha": 0.05}
    if settings.neg and settings.loss == Loss.NEGATIVE_SAMPLING:
        known["negative"] = settings.neg
    if settings.bucket and settings.maxn >= max(settings.minn, 1):
        known |= {"subwords": (max(settings.minn, 1), settings.maxn), "buckets": settings.bucket}
    return TrainConfig(
        architecture="skipgram" if settings.model == Architecture.SKIPGRAM else "cbow",
        objective="hierarchical_softmax" if settings.loss == Loss.HIERARCHICAL_SOFTMAX else "negative_sampling",
        vector_size=settings.dim,
        window=settings.ws,
        epochs=max(settings.epoch, 1),
        min_count=max(settings.min_count, 1),
        sample=settings.t,
        **known,
    )
