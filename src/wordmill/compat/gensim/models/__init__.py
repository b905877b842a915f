"""The names of `gensim.models` that have to do with word vectors."""

from __future__ import annotations

from typing import NoReturn

from wordmill.compat.gensim.absent import MODELS, no_name
from wordmill.compat.gensim.models import callbacks, doc2vec, fasttext, keyedvectors, phrases, word2vec
from wordmill.compat.gensim.models.callbacks import CallbackAny2Vec
from wordmill.compat.gensim.models.doc2vec import Doc2Vec
from wordmill.compat.gensim.models.fasttext import FastText
from wordmill.compat.gensim.models.keyedvectors import KeyedVectors
from wordmill.compat.gensim.models.phrases import Phrases
from wordmill.compat.gensim.models.word2vec import Word2Vec

__all__ = [
    "CallbackAny2Vec", "Doc2Vec", "FastText", "KeyedVectors", "Phrases", "Word2Vec", "callbacks", "doc2vec", "fasttext",
    "keyedvectors", "phrases", "word2vec",
]  # fmt: skip


def __getattr__(name: str) -> NoReturn:
    no_name("compat.gensim.models", name, MODELS)
