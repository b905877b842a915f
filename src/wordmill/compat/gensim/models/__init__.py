"""The names of `gensim.models` that have to do with word vectors."""

from __future__ import annotations

from wordmill.compat.gensim.models import callbacks, keyedvectors, word2vec
from wordmill.compat.gensim.models.callbacks import CallbackAny2Vec
from wordmill.compat.gensim.models.keyedvectors import KeyedVectors
from wordmill.compat.gensim.models.word2vec import Word2Vec

__all__ = ["CallbackAny2Vec", "KeyedVectors", "Word2Vec", "callbacks", "keyedvectors", "word2vec"]
