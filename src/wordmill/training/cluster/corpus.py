"""A corpus whose files lie with the workers: here are its vocabulary, and which tokens each worker has."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import Vocab
from wordmill.corpus.shards import Counted, Reading
from wordmill.errors import CorpusError
from wordmill.training.cluster.crew import RayCrew

__all__ = ["ShardedCorpus", "read_shards"]

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
        """Return a short name of the content: of keys, counts, and a sample of each file's tokens."""
        return self.name


def read_shards(paths: Sequence[Path], config: TrainConfig, crew: RayCrew) -> ShardedCorpus:
    """Let each worker read some of the files that follow each other, about as many bytes as the others.

    Raises
    ------
    CorpusError
        A file is not there on the machine that reads it, or is no text.
    VocabularyError
        Too few keys are left.
    """
    files = _shared_out(paths, len(crew))
    reading = Reading(config.tokenizer, config.delimiter, config.lowercase, config.errors, crew.threads)
    names = crew.teach(lambda worker: ("read", files[worker], reading))
    total = crew.persist(lambda: _count(crew))
    if not total.tokens_read:
        raise CorpusError(f"{paths[0]} and so on hold no tokens: check that they are what you meant")
    if total.symptom is not None:
        logger.warning("%s and so on: %s", paths[0], total.symptom)
    if total.count_error:
        logger.warning("a worker met too many distinct words: counts may be short by up to %d", total.count_error)
    thresholds = {"min_count": config.min_count, "max_final_vocab": config.max_final_vocab}
    vocab = Vocab.from_counts(total.keys, total.counts, **thresholds)  # type: ignore[arg-type]
    sent = crew.put(vocab)
    sizes = crew.teach(lambda _: ("encode", sent))
    named = not callable(config.tokenizer) and config.delimiter is None
    return ShardedCorpus(
        vocab,
        crew,
        np.cumsum([0, *(of_worker.tokens for of_worker in sizes)], dtype=np.int64),
        total.sequences,
        total.tokens_read,
        max(of_worker.longest for of_worker in sizes),
        str(config.tokenizer) if named else None,
        config.lowercase,
        _name(vocab, [name for of_worker in names for name in of_worker]),
    )


def _shared_out(paths: Sequence[Path], workers: int) -> list[list[str]]:
    """Cut a list of files into as many lists as there are workers, none of them empty, of about as many bytes each."""
    sizes = np.array([path.stat().st_size if path.exists() else 0 for path in paths], np.float64)
    ends = np.cumsum(sizes + 1)
    edges = [0]
    for worker in range(1, workers):
        fair = int(np.searchsorted(ends, ends[-1] * worker / workers)) + 1
        edges.append(min(max(fair, edges[-1] + 1), len(paths) - (workers - worker)))
    edges.append(len(paths))
    return [[str(path.resolve()) for path in paths[a:b]] for a, b in pairwise(edges)]


def _count(crew: RayCrew) -> Counted:
    """Add up what the workers counted: in pairs, on them."""
    level: list[Any] = [crew.ask(worker, "counted") for worker in range(len(crew))]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [crew.ask(place % len(crew), "merge", *pair) for place, pair in enumerate(pairs)]
    counted: Counted = crew.get(level)[0]
    return counted


def _name(vocab: Vocab, files: Sequence[str]) -> str:
    digest = hashlib.blake2b(vocab.counts.tobytes(), digest_size=16)
    for key in vocab.keys:
        digest.update(str(key).encode("utf-8", "surrogatepass") + b"\0")
    for name in files:
        digest.update(name.encode())
    return digest.hexdigest()
