"""Phrases while a corpus is read: found or given, joined, and only then rare words left out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.phrases.finding import find_by_rules
from wordmill.corpus.phrases.joining import join_table
from wordmill.corpus.phrases.phrases import Phrases
from wordmill.corpus.phrases.rules import MOST_PASSES, PhraseRules, as_integer
from wordmill.corpus.phrases.table import PhraseTable
from wordmill.corpus.resources import Resources
from wordmill.corpus.vocab import effective_min_count
from wordmill.errors import ParameterError
from wordmill.foreign import quoted

__all__ = ["Joining", "given_phrases"]


@dataclass(frozen=True)
class Joining:
    """Phrases that are given, or rules to find some, and the thresholds for what is left."""

    phrases: Phrases | PhraseRules
    min_count: int
    max_final_vocab: int | None

    @classmethod
    def of(
        cls, phrases: int | Phrases | str | os.PathLike[str], min_count: int, max_final_vocab: int | None
    ) -> Joining | None:
        """Make it of what `read_corpus` is given; None where no phrases are asked for."""
        given = given_phrases(phrases)
        if isinstance(given, int):
            return cls(PhraseRules(min_count=min_count, passes=given), min_count, max_final_vocab) if given else None
        return cls(given, min_count, max_final_vocab)

    def join(self, corpus: EncodedCorpus, resources: Resources, *, thin_out: bool) -> tuple[EncodedCorpus, Phrases]:
        """Join the phrases, found first where none are given; `thin_out` to leave rare words out."""
        if isinstance(self.phrases, Phrases):
            phrases = self.phrases
            for table in phrases.tables[:-1]:
                corpus = join_table(corpus, table, phrases.rules, resources)
        else:
            phrases, corpus = find_by_rules(corpus, self.phrases, resources)
        last = phrases.tables[-1] if phrases.tables else _NOTHING
        if not thin_out:
            return join_table(corpus, last, phrases.rules, resources), phrases
        return join_table(corpus, last, phrases.rules, resources, self._least), phrases

    def _least(self, counts: NDArray[np.int64]) -> int:
        return effective_min_count(counts, self.min_count, self.max_final_vocab)


_NOTHING = PhraseTable((), np.zeros(0), np.zeros(0, np.int64))


def given_phrases(phrases: Any) -> int | Phrases:
    """Return a number of passes, or phrases, read where they are a path."""
    if isinstance(phrases, Phrases):
        return phrases
    if isinstance(phrases, str | os.PathLike):
        return Phrases.load(Path(phrases))
    passes = as_integer(phrases)
    if passes is not None and 0 <= passes <= MOST_PASSES:
        return passes
    raise ParameterError(
        f"phrases={quoted(phrases)} is not allowed: it must be a number of passes from 0 to {MOST_PASSES}, Phrases, or "
        "the path of saved ones"
    )
