"""How good are the vectors? Analogies and word pairs; words without a vector are always counted and shown."""

from __future__ import annotations

from wordmill.evaluation.analogies import AnalogyResult, AnalogySection, evaluate_analogies, read_analogies
from wordmill.evaluation.word_pairs import PairsResult, WordPair, evaluate_pairs, read_pairs, spearman

__all__ = [
    "AnalogyResult",
    "AnalogySection",
    "PairsResult",
    "WordPair",
    "evaluate_analogies",
    "evaluate_pairs",
    "read_analogies",
    "read_pairs",
    "spearman",
]
