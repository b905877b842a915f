"""A corpus in several hands: parts are read apart, their counts added up, and their ids made those of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.encoded import EncodedCorpus, Samples
from wordmill.corpus.feeding import Tokenizer
from wordmill.corpus.reader import PartReader
from wordmill.corpus.resources import Resources
from wordmill.corpus.spool import Spool
from wordmill.corpus.vocab import Keys, Vocab
from wordmill.errors import CorpusError

__all__ = ["Counted", "Encoded", "Reading", "Shard", "merged"]

_HELD = 2**28  # bytes of ids, and of offsets, in memory; more are in a temporary file
_AT_ONCE = 2**22  # ids that are exchanged at once


@dataclass(frozen=True)
class Reading:
    """How a corpus is read."""

    tokenizer: Tokenizer
    delimiter: str | None
    lowercase: bool
    errors: Literal["strict", "replace"]
    threads: int

    def reader(self) -> PartReader:
        """Return what reads a part."""
        return PartReader(
            tokenizer=self.tokenizer,
            delimiter=self.delimiter,
            lowercase=self.lowercase,
            errors=self.errors,
            resources=Resources(threads=self.threads, memory_bytes=_HELD),
        )


@dataclass(frozen=True)
class Counted:
    """Keys, in any order, with what was counted of them."""

    keys: Keys
    counts: NDArray[np.int64]
    tokens_read: int
    sequences: int
    count_error: int
    tokenizer: str | None  #: what cut the text
    symptom: str | None  #: what one would warn of


@dataclass(frozen=True)
class Shard:
    """A part in ids of its own."""

    corpus: EncodedCorpus
    symptom: str | None

    def counted(self) -> Counted:
        """Return its counts."""
        corpus = self.corpus
        vocab = corpus.vocab
        return Counted(
            vocab.keys,
            vocab.counts,
            corpus.tokens_read,
            len(corpus),
            corpus.count_error,
            corpus.tokenizer,
            self.symptom,
        )

    def encoded(self, vocab: Vocab) -> Encoded:
        """Return it in the ids of all, some tokens after the other: what is large is mapped from a temporary file."""
        corpus, resources = self.corpus, Resources(memory_bytes=_HELD)
        new_id = np.array([vocab.key_to_index.get(key, -1) for key in corpus.vocab], np.int32)
        ids, offsets = Spool(np.int32, resources), Spool(np.int64, resources)
        sequence = 0
        for begin in range(0, max(len(corpus.ids), 1), _AT_ONCE):
            block = new_id[corpus.ids[begin : begin + _AT_ONCE]]
            known = block >= 0
            before = np.concatenate([[0], np.cumsum(known)]) + len(ids)  # known tokens before each place
            stop = int(np.searchsorted(corpus.offsets, begin + len(block), side="right"))
            offsets.append(before[corpus.offsets[sequence:stop] - begin])
            ids.append(block[known])
            sequence = stop
        return Encoded(ids.whole(), offsets.whole())


@dataclass(frozen=True)
class Encoded:
    """Sequences of ids: ids (N,), and offsets (S + 1,)."""

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def samples(self, first: int, first_offset: int, tokens: int, all_offsets: int) -> Samples:
        """Return what a fingerprint looks at, in the place that these have among all; only the first has offset 0."""
        return Samples.of(self.ids, self.offsets[first_offset > 0 :], first, first_offset, tokens, all_offsets)


def merged(parts: Sequence[Counted]) -> Counted:
    """Add up counts.

    Raises
    ------
    CorpusError
        Some keys are text, others integers.
    """
    counts: dict[str | int, int] = {}
    for part in parts:
        keys = part.keys if isinstance(part.keys, list) else part.keys.tolist()
        for key, count in zip(keys, part.counts.tolist(), strict=True):
            counts[key] = counts.get(key, 0) + count
    return Counted(
        _keys(list(counts), {isinstance(part.keys, list) for part in parts if len(part.keys)}),
        np.fromiter(counts.values(), np.int64, len(counts)),
        sum(part.tokens_read for part in parts),
        sum(part.sequences for part in parts),
        sum(part.count_error for part in parts),
        next((part.tokenizer for part in parts if len(part.keys)), None),
        next((part.symptom for part in parts if part.symptom is not None), None),
    )


def _keys(keys: list[str | int], are_text: set[bool]) -> Keys:
    if len(are_text) > 1:
        raise CorpusError("some parts of the corpus have keys that are text, others integers: keys are all of a kind")
    return np.array(keys, np.int64) if are_text == {False} else [str(key) for key in keys]
