"""Phrases of a corpus: found by the counts of words side by side, and joined into one."""

from __future__ import annotations

from wordmill.corpus.phrases.finding import find_phrases
from wordmill.corpus.phrases.phrases import Phrases
from wordmill.phrases.rules import ENGLISH_CONNECTORS, PhraseRules

__all__ = ["ENGLISH_CONNECTORS", "PhraseRules", "Phrases", "find_phrases"]
