"""Corpora read by the settings of a run."""

from __future__ import annotations

from typing import Any

from wordmill.config import TrainConfig
from wordmill.corpus import EncodedCorpus, Phrases, Resources, read_corpus
from wordmill.corpus.phrases.reading import Joining
from wordmill.corpus.reader import read_and_look
from wordmill.corpus.recode import recode
from wordmill.errors import CorpusError, VocabularyError, counted
from wordmill.training.run.state import Run

__all__ = ["read_more", "read_training_corpus", "read_validation_corpus", "read_with_phrases", "read_with_same_phrases"]


def read_training_corpus(source: Any, config: TrainConfig) -> EncodedCorpus:
    """Read a corpus by the settings, unless it is read already, and make sure that there is something to train on."""
    corpus = _read(source, config, config.min_count, config.max_final_vocab)
    if len(corpus.vocab) < 2:
        raise VocabularyError(
            f"the vocabulary has {counted(len(corpus.vocab), 'key')} and training needs two: encode the corpus again, "
            "with a lower min_count"
        )
    if not len(corpus.ids):
        raise CorpusError("the corpus has no token of the vocabulary")
    return corpus


def read_with_phrases(source: Any, config: TrainConfig, phrases: int | Phrases) -> tuple[EncodedCorpus, Phrases | None]:
    """Read a corpus by the settings and join phrases, found in it where they are a number of passes; 0: none."""
    joining = Joining.of(phrases, config.min_count, config.max_final_vocab)
    if joining is None:
        return _read(source, config, config.min_count, config.max_final_vocab), None
    everything = _read(source, config, 1, None)
    was_encoded = everything is source or everything.file is not None
    return joining.join(everything, Resources(threads=config.threads), thin_out=not was_encoded)


def read_with_same_phrases(source: Any, config: TrainConfig, phrases: Phrases) -> EncodedCorpus:
    """Read another corpus by the settings and join phrases."""
    return phrases.join(_read(source, config, 1, None, silent=True), resources=Resources(threads=config.threads))


def read_more(source: Any, config: TrainConfig) -> EncodedCorpus:
    """Read a corpus to go on with, all of its keys."""
    return _read(source, config, 1, None)


def read_validation_corpus(run: Run, source: Any) -> EncodedCorpus:
    """Read a corpus in the vocabulary of a run."""
    return recode(_read(source, run.config, 1, None, silent=True), run.vocab)


def _read(
    source: Any, config: TrainConfig, min_count: int, max_final_vocab: int | None, *, silent: bool = False
) -> EncodedCorpus:
    """Read a corpus by the settings; `silent` where what could be warned of was told of another part of the text."""
    return (_read_silently if silent else read_corpus)(
        source,
        min_count=min_count,
        max_final_vocab=max_final_vocab,
        tokenizer=config.tokenizer,
        delimiter=config.delimiter,
        lowercase=config.lowercase,
        errors=config.errors,
        resources=Resources(threads=config.threads),
    )


def _read_silently(source: Any, **settings: Any) -> EncodedCorpus:
    return read_and_look(source, **settings)[0]
