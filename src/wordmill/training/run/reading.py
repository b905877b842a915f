"""Corpora read by the settings of a run."""

from __future__ import annotations

from typing import Any

from wordmill.config import TrainConfig
from wordmill.corpus import EncodedCorpus, Phrases, Resources, TaggedSource, read_corpus
from wordmill.corpus.phrases.reading import Joining
from wordmill.corpus.reader import read_and_look
from wordmill.errors import CorpusError, ParameterError, VocabularyError, counted
from wordmill.graphs import Walks
from wordmill.phrases import PhraseBook
from wordmill.training.cluster.corpus import ShardedCorpus
from wordmill.training.run.corpora import TrainingCorpus, positions, recoded
from wordmill.training.run.on_cluster import read_on_cluster
from wordmill.training.run.state import Run

__all__ = ["read_more", "read_stored_corpus", "read_training_corpus", "read_validation_corpus"]


def read_training_corpus(source: Any, config: TrainConfig) -> TrainingCorpus:
    """Read a corpus by the settings, unless it is read already, and make sure that there is something to train on."""
    corpus = _read_whatever_it_is(source, config)
    if len(corpus.vocab) < 2:
        raise VocabularyError(
            f"the vocabulary has {counted(len(corpus.vocab), 'key')} and training needs two: encode the corpus again, "
            "with a lower min_count"
        )
    if not positions(corpus):
        raise CorpusError("the corpus has no token of the vocabulary")
    return corpus


def _read_whatever_it_is(source: Any, config: TrainConfig) -> TrainingCorpus:
    if isinstance(source, ShardedCorpus):
        return source
    if isinstance(source, Walks):
        return _walks(source, config.phrases)
    on_cluster = read_on_cluster(source, config) if config.backend == "ray" else None
    return on_cluster or _read_with_phrases(source, config)


def _walks(walks: Walks, phrases: object) -> Walks:
    """Take walks as they are; nodes do not make phrases."""
    if phrases:
        raise ParameterError("phrases are made of words, and walks on a graph have none: leave phrases out")
    return walks


def _read_with_phrases(source: Any, config: TrainConfig) -> EncodedCorpus:
    """Read a corpus and join phrases, before rare words are left out; one that has phrases stays as it is."""
    joining = Joining.of(config.phrases, config.min_count, config.max_final_vocab)
    if joining is None:
        return _read(source, config, config.min_count, config.max_final_vocab)
    everything = _read(source, config, 1, None)
    if everything.phrases is not None:
        return everything
    given = source.source if isinstance(source, TaggedSource) else source
    was_encoded = isinstance(given, EncodedCorpus) or everything.file is not None
    return joining.join(everything, Resources(threads=config.threads), thin_out=not was_encoded)


def read_more(
    source: Any, config: TrainConfig, phrases: PhraseBook | None, *, first_number: int | None = 0, silent: bool = False
) -> TrainingCorpus:
    """Read a corpus to go on with, all of its keys, with the phrases of a model; `silent` without warnings.

    Documents without tags are numbered from the first number on; None: they stay without.
    """
    if isinstance(source, Walks):
        return _walks(source, phrases)
    corpus = _read(source, config, 1, None, first_number=first_number, silent=silent)
    if phrases is None:
        return corpus
    if corpus.phrases is not None and not corpus.phrases.joins_like(phrases):
        raise CorpusError("the corpus has other phrases than the model: give the text, or join the model's, wv.phrases")
    return Phrases.of(phrases).join(corpus, resources=Resources(threads=config.threads))


def read_validation_corpus(run: Run, source: Any) -> TrainingCorpus:
    """Read a corpus in the vocabulary of a run; its documents have no other tags than they come with."""
    return recoded(read_more(source, run.config, run.phrases, first_number=None, silent=True), run.vocab)


def read_stored_corpus(run: Run, source: Any) -> EncodedCorpus:
    """Read a corpus in the vocabulary of a run, for what cannot be asked of walks."""
    corpus = read_validation_corpus(run, source)
    if not isinstance(corpus, EncodedCorpus):
        raise CorpusError("walks are made when they are trained, and are read by nothing else: pass list(walks)")
    return corpus


def _read(
    source: Any,
    config: TrainConfig,
    min_count: int,
    max_final_vocab: int | None,
    *,
    first_number: int | None = 0,
    silent: bool = False,
) -> EncodedCorpus:
    """Read a corpus by the settings; `silent` where what could be warned of was told of another part of the text."""
    documents = None
    if config.documents is not None:
        documents = source if isinstance(source, TaggedSource) else TaggedSource(source)
    corpus = (_read_silently if silent else read_corpus)(
        source if documents is None else documents.source,
        min_count=min_count,
        max_final_vocab=max_final_vocab,
        tokenizer=config.tokenizer,
        delimiter=config.delimiter,
        lowercase=config.lowercase,
        errors=config.errors,
        resources=Resources(threads=config.threads),
    )
    return corpus if documents is None else documents.tagged(corpus, first_number)


def _read_silently(source: Any, **settings: Any) -> EncodedCorpus:
    return read_and_look(source, **settings)[0]
