"""Staged events -> ids, sequences and times: sorted and numbered by DuckDB, cut into sessions here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.event_corpus import EventCorpus
from wordmill.corpus.events.staging import KeyKind, Stage
from wordmill.corpus.events.times import Gap, gap_in_units
from wordmill.corpus.resources import Resources
from wordmill.corpus.spool import Spool
from wordmill.corpus.vocab import Keys, Vocab

__all__ = ["encode_events"]


def encode_events(stage: Stage, session_gap: Gap | None, resources: Resources) -> EventCorpus:
    """Rank the items, sort the events of each group by time, and cut them into sequences."""
    vocab = _vocabulary(stage)
    gap = None
    if session_gap is not None and stage.times is not None:
        gap = gap_in_units(session_gap, stage.times, float(stage.rows("SELECT max(abs(moment)) FROM events")[0][0]))
    sequences = _Sequences(
        resources, gap, whole=stage.rows("SELECT typeof(moment) FROM events LIMIT 1")[0][0] == "BIGINT"
    )
    query = "SELECT id, who, moment FROM events JOIN vocabulary USING (what) ORDER BY who, moment, row"
    for batch in _batches(stage, query):
        sequences.take(batch.column(0).to_numpy(), batch.column(1), batch.column(2).to_numpy())
    ids, offsets, times = sequences.whole()
    return EventCorpus(
        vocab,
        ids,
        offsets,
        tokens_read=len(ids),
        who=_keys(sequences.who, stage.who),
        times=times if stage.times else None,
        time_kind=stage.times,
    )


def _vocabulary(stage: Stage) -> Vocab:
    """Rank the items by falling count, as `Vocab` does, in a table `vocabulary`."""
    ranked = "SELECT what, count(*) AS n FROM events GROUP BY what"
    query = f"SELECT what, n, (row_number() OVER (ORDER BY n DESC, what) - 1)::INTEGER AS id FROM ({ranked})"  # noqa: S608
    stage.rows(f"CREATE TABLE vocabulary AS {query}")
    keys: list[Any] = []
    counts = []
    for batch in _batches(stage, "SELECT what, n FROM vocabulary ORDER BY id"):
        keys.append(batch.column(0))
        counts.append(batch.column(1).to_numpy())
    return Vocab(_keys(keys, stage.what), np.concatenate(counts))


def _batches(stage: Stage, query: str) -> Any:
    """Run a query whose answer comes in batches of Arrow."""
    import pyarrow as pa  # noqa: PLC0415

    return pa.RecordBatchReader.from_stream(stage.connection.sql(query))


def _keys(columns: list[Any], kind: KeyKind) -> Keys:
    """Gather Arrow columns of keys."""
    if kind == "int":
        return np.concatenate([np.asarray(column.to_numpy(), np.int64) for column in columns])
    return [key for column in columns for key in column.to_pylist()]


class _Sequences:
    """Events in order, as they come in batches: where a group ends, or a gap is, a sequence ends.

    Attributes
    ----------
    who : list
        Arrow columns: the group of each sequence.
    """

    def __init__(self, resources: Resources, gap: float | None, *, whole: bool) -> None:
        self.who: list[Any] = []
        self._gap = gap
        self._ids = Spool(np.int32, resources)
        self._begins = Spool(np.int64, resources)
        self._times: Spool[np.int64] = Spool(np.int64, resources)  # of fractions, their bits
        self._whole = whole
        self._last: tuple[Any, float] | None = None

    def take(self, ids: NDArray[np.int32], who: Any, times: NDArray[Any]) -> None:
        """Add events, which are sorted and go on from those before."""
        if not len(ids):
            return
        import pyarrow.compute as pc  # noqa: PLC0415

        begins = np.ones(len(ids), np.bool_)
        if len(ids) > 1:
            begins[1:] = pc.not_equal(who.slice(1), who.slice(0, len(who) - 1)).to_numpy(zero_copy_only=False)
            if self._gap is not None:
                begins[1:] |= np.diff(times) > self._gap
        if self._last is not None:
            same = self._last[0] == who[0].as_py()
            begins[0] = not same or (self._gap is not None and times[0] - self._last[1] > self._gap)
        places = np.flatnonzero(begins)
        self.who.append(who.take(places))
        self._begins.append(places + len(self._ids))
        self._ids.append(np.ascontiguousarray(ids, np.int32))
        self._times.append(np.ascontiguousarray(times, np.int64 if self._whole else np.float64).view(np.int64))
        self._last = who[len(who) - 1].as_py(), times[-1]

    def whole(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[Any]]:
        """Return ids, offsets and times."""
        self._begins.append(np.array([len(self._ids)], np.int64))
        times = self._times.whole()
        return self._ids.whole(), self._begins.whole(), times if self._whole else times.view(np.float64)
