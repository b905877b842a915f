"""Event tables: rows of who, what and when -> sequences of items that `fit` takes."""

from __future__ import annotations

from wordmill.corpus.cases import Cases
from wordmill.corpus.event_corpus import EventCorpus, HeldOut
from wordmill.corpus.events.reading import as_events, read_events

__all__ = ["Cases", "EventCorpus", "HeldOut", "as_events", "read_events"]
