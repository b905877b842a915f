"""Phrases while a corpus is read: found or given, joined, and only then rare words left out."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.phrases.finding import find_by_rules
from wordmill.corpus.phrases.joining import join_table
from wordmill.corpus.phrases.phrases import Phrases, has_joined
from wordmill.corpus.resources import Resources
from wordmill.corpus.vocab import effective_min_count
from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.phrases.book import PhraseBook
from wordmill.phrases.rules import MOST_PASSES, PhraseRules, as_integer
from wordmill.phrases.table import PhraseTable

__all__ = ["Joining", "given_phrases"]


@dataclass(frozen=True)
class Joining:
    """Phrases that are given, or rules to find some, and the thresholds for what is left."""

    phrases: Phrases | PhraseRules
    min_count: int
    max_final_vocab: int | None

    @classmethod
    def of(
        cls, phrases: int | PhraseBook | str | os.PathLike[str], min_count: int, max_final_vocab: int | None
    ) -> Joining | None:
        """Make it of what `read_corpus` is given; None where no phrases are asked for."""
        given = given_phrases(phrases)
        if isinstance(given, int):
            return cls(PhraseRules(min_count=min_count, passes=given), min_count, max_final_vocab) if given else None
        return cls(given, min_count, max_final_vocab)

    def join(self, corpus: EncodedCorpus, resources: Resources, *, thin_out: bool) -> EncodedCorpus:
        """Join the phrases, found first where none are given; `thin_out` to leave rare words out."""
        before = corpus
        if isinstance(self.phrases, Phrases):
            phrases = self.phrases
            if corpus.phrases is not None and corpus.phrases.joins_like(phrases):
                return corpus
            for table in phrases.tables[:-1]:
                corpus = join_table(corpus, table, phrases.rules, resources)
        else:
            phrases, corpus = find_by_rules(corpus, self.phrases, resources)
        known = has_joined(before, phrases)
        last = phrases.tables[-1] if phrases.tables else _NOTHING
        least = [self._least] if thin_out else []
        return replace(join_table(corpus, last, phrases.rules, resources, *least), phrases=known)

    def _least(self, counts: NDArray[np.int64]) -> int:
        return effective_min_count(counts, self.min_count, self.max_final_vocab)


_NOTHING = PhraseTable((), np.zeros(0), np.zeros(0, np.int64))


def given_phrases(phrases: Any) -> int | Phrases:
    """Return a number of passes, or phrases, read where they are a path."""
    if isinstance(phrases, PhraseBook):
        return phrases if isinstance(phrases, Phrases) else Phrases.of(phrases)
    if isinstance(phrases, str | os.PathLike):
        return Phrases.load(Path(phrases))
    passes = as_integer(phrases)
    if passes is not None and 0 <= passes <= MOST_PASSES:
        return passes
    raise ParameterError(
        f"phrases={quoted(phrases)} is not allowed: it must be a number of passes from 0 to {MOST_PASSES}, Phrases, or "
        "the path of saved ones"
    )
