"""Phrases: words that belong together, as a table that joins them. They are found in a corpus: `wordmill.corpus`."""

from __future__ import annotations

from wordmill.phrases.book import PhraseBook
from wordmill.phrases.rules import ENGLISH_CONNECTORS, MOST_PASSES, PhraseRules

__all__ = ["ENGLISH_CONNECTORS", "MOST_PASSES", "PhraseBook", "PhraseRules"]
