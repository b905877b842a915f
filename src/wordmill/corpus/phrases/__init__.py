"""Phrases: words that belong together, found by their counts and joined into one."""

from __future__ import annotations

from wordmill.corpus.phrases.finding import find_phrases
from wordmill.corpus.phrases.phrases import Phrases
from wordmill.corpus.phrases.rules import ENGLISH_CONNECTORS, PhraseRules

__all__ = ["ENGLISH_CONNECTORS", "PhraseRules", "Phrases", "find_phrases"]
