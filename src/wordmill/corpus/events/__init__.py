"""Event tables: rows of who, what and when -> sequences of items that `fit` takes."""

from __future__ import annotations

from wordmill.corpus.events.cases import Cases
from wordmill.corpus.events.event_corpus import EventCorpus, HeldOut
from wordmill.corpus.events.reading import read_events

__all__ = ["Cases", "EventCorpus", "HeldOut", "read_events"]
