"""A corpus whose files lie with the workers: here are its vocabulary, and which tokens each worker has."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import Vocab
from wordmill.corpus.encoded import fingerprint_of
from wordmill.corpus.shards import Counted, Reading
from wordmill.errors import CorpusError
from wordmill.sources.stretches import Stretches, shared_out
from wordmill.training.cluster.crew import RayCrew
from wordmill.training.cluster.worker import Sizes

__all__ = ["ShardedCorpus", "put_together", "read_shards", "reading_of"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ShardedCorpus:
    """A corpus that workers have read. Its tokens are numbered in the order of the files.

    Attributes
    ----------
    vocab : Vocab
    crew : RayCrew
        Who has read it.
    bounds : (workers + 1,) int64
        Which tokens each worker has.
    sequences, tokens_read : int
        Lines of the files; tokens, those of other keys included.
    longest : int
        Tokens of the longest sequence.
    tokenizer : str, optional
        Name of the tokenizer that cut the text.
    lowercase : bool
        Whether the text was put in lower case.
    name : str
        What the content is known by.
    """

    vocab: Vocab
    crew: RayCrew
    bounds: NDArray[np.int64]
    sequences: int
    tokens_read: int
    longest: int
    tokenizer: str | None
    lowercase: bool
    name: str

    phrases = None
    tags = None
    file = None

    @property
    def tokens(self) -> int:
        """Tokens in the vocabulary."""
        return int(self.bounds[-1])

    def __len__(self) -> int:
        return self.sequences

    def fingerprint(self) -> str:
        """Return a short name of the content, that which it would have in one process."""
        return self.name


def read_shards(paths: Sequence[Path], column: str | None, config: TrainConfig, crew: RayCrew) -> ShardedCorpus | None:
    """Let each worker read a part of files, where they lie; a `column` of theirs, where they are tables.

    None where there is nothing for one of them: one long line, or fewer compressed files than workers.

    Raises
    ------
    CorpusError
        A file is not there on the machine that reads it, or is no text.
    VocabularyError
        Too few keys are left.
    """
    shares = shared_out([path.resolve() for path in paths], len(crew), tables=column is not None)
    if not all(shares):
        return None
    own = [Stretches(tuple(share), column) for share in shares]
    reading = reading_of(config, crew)
    crew.teach(crew.tell("read_files", lambda worker: (reading, own[worker])))
    return put_together(config, crew, f"{paths[0]}{' and so on' if len(paths) > 1 else ''}", in_order=True)


def reading_of(config: TrainConfig, crew: RayCrew) -> Reading:
    """Return how workers read by the settings."""
    return Reading(config.tokenizer, config.delimiter, config.lowercase, config.errors, crew.threads)


def put_together(config: TrainConfig, crew: RayCrew, name: str, *, in_order: bool) -> ShardedCorpus:
    """Count what workers have read, and put it into the ids of one vocabulary.

    `name` is what messages call it; `in_order`, whether its order does not depend on the number of workers.
    """
    total = crew.persist(lambda: _count(crew))
    if not total.tokens_read:
        raise CorpusError(f"{name} holds no tokens: check that it is what you meant")
    if total.symptom is not None:
        logger.warning("%s: %s", name, total.symptom)
    if total.count_error:
        logger.warning("a worker met too many distinct words: counts may be short by up to %d", total.count_error)
    thresholds = {"min_count": config.min_count, "max_final_vocab": config.max_final_vocab}
    vocab = Vocab.from_counts(total.keys, total.counts, **thresholds)  # type: ignore[arg-type]
    sent = crew.put(vocab)
    sizes: list[Sizes] = crew.teach(crew.tell("encode", lambda _: (sent,)))
    bounds = np.cumsum([0, *(of_worker.tokens for of_worker in sizes)], dtype=np.int64)
    return ShardedCorpus(
        vocab,
        crew,
        bounds,
        total.sequences,
        total.tokens_read,
        max(of_worker.longest for of_worker in sizes),
        total.tokenizer,
        config.lowercase,
        _fingerprint(crew, vocab, total, sizes if in_order else None),
    )


def _fingerprint(crew: RayCrew, vocab: Vocab, total: Counted, sizes: list[Sizes] | None) -> str:
    """Return the fingerprint that the corpus would have in one process; without sizes, one of its counts alone."""
    tokens = int(vocab.counts.sum())
    shape = [tokens, total.sequences + 1, total.tokens_read, vocab.kind]
    if sizes is None:
        return fingerprint_of(shape, vocab, None, [])
    first = np.cumsum([0, *(of_worker.tokens for of_worker in sizes)]).tolist()
    ends = np.cumsum([1 + sizes[0].sequences, *(of_worker.sequences for of_worker in sizes[1:])])
    offsets = [0, *ends.tolist()]
    samples = crew.tell("samples", lambda worker: (first[worker], offsets[worker], tokens, total.sequences + 1))
    return fingerprint_of(shape, vocab, None, crew.persist(lambda: samples(range(len(crew)))))


def _count(crew: RayCrew) -> Counted:
    """Add up what the workers counted: in pairs, on them."""
    level: list[Any] = [crew.ask(worker, "counted") for worker in range(len(crew))]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [crew.ask(place % len(crew), "merge", *pair) for place, pair in enumerate(pairs)]
    counted: Counted = crew.get(level)[0]
    return counted
