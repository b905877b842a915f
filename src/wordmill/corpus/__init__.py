"""Anything that comes in sequences, as a vocabulary and ids."""

from __future__ import annotations

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.reader import read_corpus
from wordmill.corpus.resources import Resources
from wordmill.corpus.vocab import Vocab

__all__ = ["EncodedCorpus", "Resources", "Vocab", "read_corpus"]
