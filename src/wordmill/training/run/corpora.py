"""What a run is trained on: stored ids, walks on a graph that are made as they are trained, or files on a cluster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.corpus import EncodedCorpus, Tags, Vocab
from wordmill.corpus.recode import recode
from wordmill.errors import CorpusError
from wordmill.graphs import Walks
from wordmill.training.backends import MadeTokens
from wordmill.training.backends.native import corpus_in_use, count_ids
from wordmill.training.cluster.corpus import ShardedCorpus

__all__ = [
    "TrainingCorpus",
    "beginning",
    "count",
    "held_bytes",
    "longest",
    "made_tokens",
    "positions",
    "recoded",
    "step_contexts",
    "stored",
    "tags_of",
]

TrainingCorpus = EncodedCorpus | Walks | ShardedCorpus


def positions(corpus: TrainingCorpus) -> int:
    """Return how many tokens an epoch has; walks that end before their time have positions without one."""
    if isinstance(corpus, ShardedCorpus):
        return corpus.tokens
    return corpus.positions if isinstance(corpus, Walks) else len(corpus.ids)


def stored(corpus: TrainingCorpus) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return ids (N,) and the bounds of sequences (S + 1,); of others nothing is stored here."""
    if isinstance(corpus, Walks | ShardedCorpus):
        return np.empty(0, np.int32), np.zeros(1, np.int64)
    return corpus.ids, corpus.offsets


def made_tokens(corpus: TrainingCorpus) -> MadeTokens | None:
    """Return what makes the tokens, where they are not stored."""
    return MadeTokens(corpus.maker, corpus.vocab.counts, len(corpus)) if isinstance(corpus, Walks) else None


def tags_of(corpus: TrainingCorpus) -> Tags | None:
    """Return what sequences are known by, where they are documents: walks are none."""
    return None if isinstance(corpus, Walks) else corpus.tags


def step_contexts(corpus: TrainingCorpus) -> int:
    """Return how many contexts a step of pairs takes where nobody says: walks hold the same few nodes for long."""
    return 1 if isinstance(corpus, Walks) else core.STEP_CONTEXTS


def held_bytes(corpus: TrainingCorpus) -> int:
    """Return how many bytes of this process a corpus is."""
    if isinstance(corpus, ShardedCorpus):
        return 0
    return corpus.nbytes if isinstance(corpus, Walks) else corpus.ids.nbytes


def recoded(corpus: TrainingCorpus, vocab: Vocab) -> TrainingCorpus:
    """Return the corpus in the ids of another vocabulary; `CorpusError` where they have nothing in common."""
    corpus = _here(corpus)
    return corpus.recoded(vocab) if isinstance(corpus, Walks) else recode(corpus, vocab)


def beginning(corpus: TrainingCorpus, tokens: int) -> TrainingCorpus:
    """Return the first tokens of a corpus, whose last sequence may be cut; of walks, whole ones."""
    corpus = _here(corpus)
    if isinstance(corpus, Walks):
        return corpus.beginning(tokens)
    tokens = min(tokens, len(corpus.ids))
    offsets = np.append(corpus.offsets[corpus.offsets < tokens], tokens).astype(np.int64)
    tags = None if corpus.tags is None else corpus.tags.of_sequences(np.arange(len(offsets) - 1))
    return replace(corpus, ids=corpus.ids[:tokens], offsets=offsets, tokens_read=tokens, file=None, tags=tags)


def _here(corpus: TrainingCorpus) -> EncodedCorpus | Walks:
    """Return a corpus whose tokens can be looked at in this process."""
    if isinstance(corpus, ShardedCorpus):
        raise CorpusError("the files of this corpus were read by workers of a cluster, and its tokens are not here")
    return corpus


def longest(corpus: TrainingCorpus, offsets: NDArray[np.int64]) -> int:
    """Return how many tokens the longest sequence has, of those between offsets."""
    return corpus.longest if isinstance(corpus, ShardedCorpus) else int(np.diff(offsets).max(initial=0))


def count(corpus: TrainingCorpus, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the keys of some stretches, (V,); of walks, which are others each epoch, what they have on average."""
    if not len(begins):
        return np.zeros(len(corpus.vocab), np.int64)
    corpus = _here(corpus)
    if isinstance(corpus, Walks):
        share = float((ends - begins).sum()) / corpus.positions
        return np.asarray(np.floor(corpus.vocab.counts * share), np.int64)
    stretches = [corpus.ids[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    with corpus_in_use(corpus.file):
        return count_ids(np.concatenate([np.empty(0, np.int32), *stretches]), len(corpus.vocab))
