"""Anything that comes in sequences, as a vocabulary and ids."""

from __future__ import annotations

from wordmill.corpus.documents import TaggedSource, read_documents
from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.events import EventCorpus, read_events
from wordmill.corpus.phrases import PhraseRules, Phrases, find_phrases
from wordmill.corpus.reading import read_corpus
from wordmill.corpus.resources import Resources
from wordmill.corpus.tags import Tags
from wordmill.corpus.vocab import Vocab

__all__ = [
    "EncodedCorpus",
    "EventCorpus",
    "PhraseRules",
    "Phrases",
    "Resources",
    "TaggedSource",
    "Tags",
    "Vocab",
    "find_phrases",
    "read_corpus",
    "read_documents",
    "read_events",
]
