"""Phrases: what was found, joined into any corpus."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.phrases.joining import join_table
from wordmill.corpus.reader import read_source
from wordmill.corpus.resources import Resources
from wordmill.phrases.book import PhraseBook

__all__ = ["Phrases", "as_corpus", "has_joined"]


class Phrases(PhraseBook):
    """Phrases that `find_phrases` has found. Immutable.

    Attributes
    ----------
    tables : tuple of PhraseTable
        The phrases of each pass, by falling score.
    rules : PhraseRules
        What they were found by.
    """

    def join(self, corpus: Any, *, resources: Resources | None = None) -> EncodedCorpus:
        """Return a corpus with phrases in the place of their words.

        Words that occur only in phrases leave its vocabulary; a phrase that is spelled like a word becomes one with
        it, with a warning. Of `tokens_read`, a phrase is one. A corpus that has these phrases already stays as it is;
        one that has others has both then.

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
        ParameterError
            The corpus has phrases that were joined by other rules.
        """
        resources = resources or Resources()
        joined = as_corpus(corpus, resources)
        if joined.phrases is not None and joined.phrases.joins_like(self):
            return joined
        known = has_joined(joined, self)
        for table in self.tables:
            joined = join_table(joined, table, self.rules, resources)
        return replace(joined, phrases=known)


def has_joined(corpus: EncodedCorpus, phrases: Phrases) -> PhraseBook:
    """Return the phrases that a corpus has once these are joined too."""
    return phrases if corpus.phrases is None else corpus.phrases.then(phrases)


def as_corpus(source: Any, resources: Resources) -> EncodedCorpus:
    """Return a corpus as it is; anything else is read, with all of its words."""
    return source if isinstance(source, EncodedCorpus) else read_source(source, min_count=1, resources=resources)
