"""Phrases: what was found, joined into any corpus, and saved."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.phrases.joining import join_table
from wordmill.corpus.phrases.rules import PhraseRules
from wordmill.corpus.phrases.saved import read_phrases, write_phrases
from wordmill.corpus.phrases.table import PhraseTable
from wordmill.corpus.phrases.tokens import cut
from wordmill.corpus.reader import read_source
from wordmill.corpus.resources import Resources
from wordmill.errors import counted

__all__ = ["Phrases", "as_corpus"]


@dataclass(frozen=True, eq=False)
class Phrases:
    """Phrases that `find_phrases` has found. Immutable.

    Attributes
    ----------
    tables : tuple of PhraseTable
        The phrases of each pass, by falling score.
    rules : PhraseRules
        What they were found by.
    """

    tables: tuple[PhraseTable, ...]
    rules: PhraseRules

    @cached_property
    def keys(self) -> list[str]:
        """The phrases, joined, pass by pass and by falling score."""
        return [self.rules.delimiter.join(parts) for table in self.tables for parts in table.parts]

    @property
    def scores(self) -> NDArray[np.float64]:
        """Score of each, (P,)."""
        return np.concatenate([np.zeros(0), *(table.scores for table in self.tables)])

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often the words of each stand side by side, (P,)."""
        return np.concatenate([np.zeros(0, np.int64), *(table.counts for table in self.tables)])

    def join(self, corpus: Any, *, resources: Resources | None = None) -> EncodedCorpus:
        """Return a corpus with phrases in the place of their words.

        Words that occur only in phrases leave its vocabulary; a phrase that is spelled like a word becomes one with
        it, with a warning. Of `tokens_read`, a phrase is one.

        Parameters
        ----------
        corpus
            An `EncodedCorpus`, or what `read_corpus` takes, which is then read with `min_count=1`.
        resources : Resources, optional
            Threads, memory and disk to use.

        Raises
        ------
        CorpusError
            The keys of the corpus are integers.
        """
        resources = resources or Resources()
        joined = as_corpus(corpus, resources)
        for table in self.tables:
            joined = join_table(joined, table, self.rules, resources)
        return joined

    def join_tokens(self, tokens: Sequence[str]) -> list[str]:
        """Return the tokens of one text with phrases in the place of their words."""
        joined = [*tokens]
        for score_of in self._score_of:
            pieces = cut(joined, score_of.get, self._connectors, best=self.rules.choose == "best")
            joined = [self.rules.delimiter.join(parts) for parts, _ in pieces]
        return joined

    @cached_property
    def _connectors(self) -> frozenset[str]:
        return frozenset(self.rules.connectors)

    @cached_property
    def _score_of(self) -> list[dict[tuple[str, ...], float]]:
        return [dict(zip(table.parts, table.scores.tolist(), strict=True)) for table in self.tables]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write them to one file; an existing one is replaced when the new one is whole and on disk.

        Raises
        ------
        OutputError
            The file cannot be written; the message says what is there.
        """
        write_phrases(path, self.tables, self.rules)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Phrases:
        """Read what `save` wrote.

        Raises
        ------
        FormatError
            No saved phrases, or a file that is cut short or corrupt.
        """
        return cls(*read_phrases(path))

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys)

    def __repr__(self) -> str:
        return f"Phrases({counted(len(self), 'phrase')}, passes={len(self.tables)})"


def as_corpus(source: Any, resources: Resources) -> EncodedCorpus:
    """Return a corpus as it is; anything else is read, with all of its words."""
    return source if isinstance(source, EncodedCorpus) else read_source(source, min_count=1, resources=resources)
