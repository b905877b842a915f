"""A corpus in several hands: files are read apart, their counts added up, and their ids made those of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.feeding import Tokenizer
from wordmill.corpus.reader import read_part
from wordmill.corpus.recode import recode
from wordmill.corpus.resources import Resources
from wordmill.corpus.spool import Spool
from wordmill.corpus.vocab import Vocab

__all__ = ["Counted", "Encoded", "Reading", "Shard", "merged"]

_HELD = 2**28  # bytes of ids, and of offsets, in memory; more are in a temporary file


@dataclass(frozen=True)
class Reading:
    """How files are read."""

    tokenizer: Tokenizer
    delimiter: str | None
    lowercase: bool
    errors: Literal["strict", "replace"]
    threads: int

    def read(self, path: str) -> Shard:
        """Read one of the files.

        Raises
        ------
        CorpusError
            It is not there, or is no text.
        """
        corpus, symptom = read_part(
            Path(path),
            tokenizer=self.tokenizer,
            delimiter=self.delimiter,
            lowercase=self.lowercase,
            errors=self.errors,
            resources=Resources(threads=self.threads, memory_bytes=_HELD),
        )
        return Shard(corpus, symptom)


@dataclass(frozen=True)
class Counted:
    """Keys, in any order, with what was counted of them."""

    keys: Sequence[str]
    counts: NDArray[np.int64]
    tokens_read: int
    sequences: int
    count_error: int
    symptom: str | None  #: what one would warn of


@dataclass(frozen=True)
class Shard:
    """A file in ids of its own."""

    corpus: EncodedCorpus
    symptom: str | None

    def counted(self) -> Counted:
        """Return its counts."""
        corpus = self.corpus
        keys = [str(key) for key in corpus.vocab.keys]
        return Counted(keys, corpus.vocab.counts, corpus.tokens_read, len(corpus), corpus.count_error, self.symptom)

    def encoded(self, vocab: Vocab) -> Encoded:
        """Return it in the ids of all."""
        corpus = recode(self.corpus, vocab, may_be_empty=True)
        return Encoded(corpus.ids, corpus.offsets)


@dataclass(frozen=True)
class Encoded:
    """Sequences of ids: ids (N,), and offsets (S + 1,)."""

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    @classmethod
    def together(cls, parts: Iterable[Encoded]) -> Encoded:
        """Put parts one behind the other; what is large is mapped from a temporary file."""
        resources = Resources(memory_bytes=_HELD)
        ids, offsets = Spool(np.int32, resources), Spool(np.int64, resources)
        offsets.append(np.zeros(1, np.int64))
        for part in parts:
            offsets.append(part.offsets[1:] + len(ids))
            ids.append(part.ids)
        return cls(ids.whole(), offsets.whole())


def merged(parts: Sequence[Counted]) -> Counted:
    """Add up counts; a key is where it first was."""
    counts: dict[str, int] = {}
    for part in parts:
        for key, count in zip(part.keys, part.counts.tolist(), strict=True):
            counts[key] = counts.get(key, 0) + count
    return Counted(
        [*counts],
        np.fromiter(counts.values(), np.int64, len(counts)),
        sum(part.tokens_read for part in parts),
        sum(part.sequences for part in parts),
        sum(part.count_error for part in parts),
        next((part.symptom for part in parts if part.symptom is not None), None),
    )
