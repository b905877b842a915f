"""read_events: a table of events -> sequences of items."""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from wordmill.corpus.event_corpus import EventCorpus
from wordmill.corpus.events.encoding import encode_events
from wordmill.corpus.events.staging import Duplicates, Missing, Stage
from wordmill.corpus.events.tables import Wanted
from wordmill.corpus.events.times import Gap, checked_gap
from wordmill.corpus.reader import open_saved
from wordmill.corpus.reading import read_corpus
from wordmill.corpus.resources import Resources
from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.hints import helpful_arguments
from wordmill.sources.column_names import Column, numbered

__all__ = ["as_events", "read_events"]

log = logging.getLogger(__name__)


@helpful_arguments
def read_events(
    table: Any,
    group: Column = "user",
    item: Column = "item",
    order: Column | None = "time",
    *,
    session_gap: Gap | None = None,
    time_format: str | None = None,
    missing: Literal["error", "drop"] = "error",
    duplicates: Literal["keep", "drop", "error"] = "keep",
    resources: Resources | None = None,
) -> EventCorpus:
    """Read a table of events, a row each, as sequences of items: who did what, in the order of when.

    Rows may come in any order; those of one group and moment stay as they come. DuckDB sorts them, on disk where memory
    does not suffice; needs the extra `events`.

    Parameters
    ----------
    table
        A path or a glob, or a list of paths, of CSV (separated by commas, tabs, semicolons or bars; compressed or not),
        JSON lines, Parquet or Arrow; "-", standard input; or a table of pandas, Polars (lazy ones too) or Arrow, a
        dictionary of columns, a list of dictionaries.
    group, item, order : str or int
        Columns by name: whose sequence an event belongs to (a user, a session, a basket, a machine), what it was, and
        when: times, or numbers to sort by. By number, from 1, in a CSV file without a heading. `order=None`: rows are
        in order.
    session_gap : str, timedelta or float, optional
        A longer pause between two events of a group ends a sequence: "30m", "2h", "1d"; or a number, in the units of a
        numeric `order`. Left out: a group is one sequence.
    time_format : str, optional
        How times are written, for `strptime`; left out: ISO 8601, in UTC where no zone is named, or numbers.
    missing : "error" or "drop"
        What to do with rows of which a cell is missing.
    duplicates : "keep", "drop" or "error"
        What to do with rows that are the same event of the same group at the same moment as an earlier one: keep them
        with a warning, leave them out, or stop.
    resources : Resources, optional
        Threads, memory and the directory for temporary files.

    Returns
    -------
    EventCorpus
        Keys are integers where all items of the table are, else text. A CSV file, which does not say, holds integers
        where every cell is one as Python writes it: 7, not 007.

    Raises
    ------
    CorpusError
        The table cannot be read, lacks a column, or a cell is missing or no time; the message names the row.
    ParameterError
        A parameter is out of bounds.
    MissingDependencyError
        DuckDB or pyarrow is not installed.
    """
    for name, value, allowed in (("missing", missing, Missing), ("duplicates", duplicates, Duplicates)):
        if value not in get_args(allowed):
            choices = " or ".join(map(repr, get_args(allowed)))
            raise ParameterError(f"{name}={quoted(value)} is not allowed: it must be {choices}")
    numbered((group, item, order))
    if session_gap is not None:
        checked_gap(session_gap)
        if order is None:
            raise ParameterError("session_gap needs times: name their column, too (order)")
    resources = resources or Resources()
    start = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="wordmill-events-", dir=resources.spill_directory) as scratch,
        Stage.opened(table, Wanted(group, item, order), time_format, Path(scratch), resources) as stage,
    ):
        stage.check_missing(missing)
        stage.check_duplicates(duplicates)
        events = encode_events(stage, session_gap, resources)
    log.info("read %s events in %.1f s: %r", f"{len(events.ids):,}", time.perf_counter() - start, events)
    return events


def as_events(source: Any) -> EventCorpus:
    """Take anything that `fit` takes as events: those of `read_events` as they are, other sequences without times."""
    opened = open_saved(source)
    if isinstance(opened, EventCorpus):
        return opened
    corpus = read_corpus(opened, min_count=1)
    who = np.arange(len(corpus), dtype=np.int64)
    return EventCorpus(corpus.vocab, corpus.ids, corpus.offsets, tokens_read=len(corpus.ids), who=who)
