"""EventCorpus: sequences of items that know who they are of and when each event was."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.cases import Cases, chosen_cases
from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.packing import pack_keys, unpack_keys
from wordmill.corpus.vocab import Keys, Vocab
from wordmill.errors import CorpusError, ParameterError, counted
from wordmill.foreign import quoted
from wordmill.safetensors import read_metadata

__all__ = ["EventCorpus", "HeldOut", "Split", "TimeKind", "load_corpus"]

Split = Literal["time", "last"]
#: What the times of a corpus are: microseconds since 1970, or plain numbers of the table's own.
TimeKind = Literal["microseconds", "numbers"]


@dataclass(frozen=True, eq=False)
class EventCorpus(EncodedCorpus):
    """Events in sequences, with who and when: what `read_events` returns, and `fit` takes.

    Every item is there, however rare: unlike with other encoded corpora, `min_count` and `max_final_vocab` of a model
    thin the vocabulary out when the model is fitted.

    Attributes
    ----------
    who : (S,) int64, or list of str
        The group of each sequence: a group that was cut into sessions has several.
    times : (N,) int64 or float64, or None
        When each event was, rising within a sequence; None where no order was asked for.
    time_kind : "microseconds" or "numbers", optional
        Microseconds since 1970, in UTC, of a column of times; or what the column of numbers held.
    """

    who: Keys = field(default_factory=list, kw_only=True)
    times: NDArray[Any] | None = field(default=None, kw_only=True)
    time_kind: TimeKind | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Check what came with the events, too."""
        super().__post_init__()
        if len(self.who) != len(self):
            raise CorpusError(f"who names {len(self.who):,} groups, but there are {counted(len(self), 'sequence')}")
        if self.times is not None and self.times.shape != self.ids.shape:
            raise CorpusError(f"times of shape {self.times.shape}, but there are {counted(len(self.ids), 'event')}")

    def __repr__(self) -> str:
        items, sequences = counted(len(self.vocab), "item"), counted(len(self), "sequence")
        return f"EventCorpus({counted(len(self.ids), 'event')} in {sequences}, {items})"

    def _saved(self) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
        arrays, facts = super()._saved()
        arrays |= pack_keys(self.who, "who") | ({} if self.times is None else {"times": self.times})
        return arrays, facts | {"events": self.time_kind or "no times"}

    @classmethod
    def _of_saved(cls, arrays: dict[str, NDArray[Any]], facts: dict[str, str]) -> dict[str, Any]:
        kind = facts["events"]
        return {
            "who": unpack_keys(arrays, "who"),
            "times": arrays["times"] if kind in get_args(TimeKind) else None,
            "time_kind": kind if kind in get_args(TimeKind) else None,
        }

    def thinned(self, min_count: int = 1, max_final_vocab: int | None = None) -> EncodedCorpus:
        """Return the sequences alone, without items that occur less often: what is trained.

        Raises
        ------
        VocabularyError
            Fewer than two items are left.
        """
        vocab, new_id = _kept(self.vocab, self.vocab.counts, min_count, max_final_vocab)
        ids = new_id[self.ids]
        known = ids >= 0
        before = np.concatenate([[0], np.cumsum(known)])
        return EncodedCorpus(vocab, ids[known], before[self.offsets], tokens_read=self.tokens_read)

    def sequences(self, rows: NDArray[np.int64]) -> EventCorpus:
        """Return some of the sequences, their items counted anew."""
        kept = np.zeros(len(self), np.bool_)
        kept[rows] = True
        return self._without(~np.repeat(kept, np.diff(self.offsets)))

    def hold_out(
        self, split: Split = "time", share: float = 0.1, *, most: int | None = 10_000, seed: int = 0
    ) -> HeldOut:
        """Hold out events to be foretold from those before them.

        Parameters
        ----------
        split : "time" or "last"
            "time": the latest events, by one moment for all sequences: what is left to train on is earlier than each
            event to foretell. "last": the last event of each sequence of two or more; others' later events stay to be
            trained on.
        share : float
            By "time", the share of events that are held out, as nearly as moments with several events allow.
        most, seed
            At most so many events are asked for, drawn by this seed; None: all.

        Returns
        -------
        HeldOut
            `train`, an `EventCorpus` of what is left, its items counted anew; `cases`, what to foretell; `since`, the
            moment.

        Raises
        ------
        CorpusError
            There is nothing to train on or to foretell, or the events have no times.
        """
        if split not in ("time", "last"):
            raise ParameterError(f"split={quoted(split)} is not allowed: it must be 'time' or 'last'")
        if split == "last":
            asked, since = _lasts(self.offsets), None
        else:
            asked, since = self._later(share)
        if asked.all() or not asked.any():
            raise CorpusError(f"split={quoted(split)} leaves nothing to {'train on' if asked.all() else 'foretell'}")
        cases = chosen_cases(self.ids, self.offsets, asked, most, seed)
        return HeldOut(self._without(asked), cases, split, since)

    def _later(self, share: object) -> tuple[NDArray[np.bool_], int | float]:
        """Find the events from a moment on."""
        if self.times is None:
            raise CorpusError("split='time', but these events have no times: read them with order=, or split='last'")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < 1:
            raise ParameterError(f"share={quoted(share)} is not allowed: it must be above 0 and below 1")
        place = min(int(len(self.times) * (1 - share)), len(self.times) - 1)
        since = np.partition(self.times, place)[place]
        return self.times >= since, since.item()

    def _without(self, asked: NDArray[np.bool_]) -> EventCorpus:
        """Return the events that are not asked for; sequences of which nothing is left are left out."""
        kept = ~asked
        counts = np.bincount(self.ids[kept], minlength=len(self.vocab))
        vocab, new_id = _kept(self.vocab, counts, 1, None)
        ends = np.concatenate([[0], np.cumsum(kept)])[self.offsets]
        rows = np.flatnonzero(np.diff(ends))
        return EventCorpus(
            vocab,
            new_id[self.ids[kept]],
            np.concatenate([[0], ends[rows + 1]]),
            tokens_read=int(kept.sum()),
            who=self.who[rows] if isinstance(self.who, np.ndarray) else [self.who[row] for row in rows.tolist()],
            times=None if self.times is None else self.times[kept],
            time_kind=self.time_kind,
        )


@dataclass(frozen=True)
class HeldOut:
    """A corpus in two: what to train on, and what to foretell.

    Attributes
    ----------
    train : EventCorpus
        The events that are left.
    cases : Cases
    split : "time" or "last"
    since : int or float, optional
        With "time": events from this moment on are held out.
    """

    train: EventCorpus
    cases: Cases
    split: Split
    since: int | float | None


def load_corpus(path: Path) -> EncodedCorpus:
    """Open a saved corpus, of events or not."""
    return (EventCorpus if "events" in read_metadata(path) else EncodedCorpus).load(path)


def _kept(
    vocab: Vocab, counts: NDArray[np.int64], min_count: int, max_final_vocab: int | None
) -> tuple[Vocab, NDArray[np.int32]]:
    """Return the keys that pass, by these counts, and the new id of each old one (-1: none)."""
    there = np.flatnonzero(counts)
    keys = vocab.keys[there] if isinstance(vocab.keys, np.ndarray) else [vocab.keys[place] for place in there.tolist()]
    kept = Vocab.from_counts(keys, counts[there], min_count=min_count, max_final_vocab=max_final_vocab)
    new_id = np.full(len(vocab), -1, np.int32)
    old = [vocab.key_to_index[key] for key in kept]
    new_id[old] = np.arange(len(kept), dtype=np.int32)
    return kept, new_id


def _lasts(offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the last event of each sequence of two or more."""
    asked = np.zeros(int(offsets[-1]), np.bool_)
    asked[offsets[1:][np.diff(offsets) > 1] - 1] = True
    return asked
