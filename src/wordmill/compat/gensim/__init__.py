"""gensim 4's word vectors on top of wordmill: where a program says `gensim`, write `wordmill.compat.gensim`.

Names, defaults and return types are gensim's; the work is done by `wordmill.Word2Vec`'s trainer and by
`wordmill.KeyedVectors`. What gensim has and this has not is an error that says so; what is done otherwise on purpose is
listed in the documentation (docs/gensim.md).
"""

from __future__ import annotations

from typing import NoReturn

from wordmill.compat.gensim import models, utils
from wordmill.compat.gensim.absent import PARTS, no_name
from wordmill.compat.gensim.missing_modules import install
from wordmill.compat.gensim.models import CallbackAny2Vec, Doc2Vec, FastText, KeyedVectors, Word2Vec
from wordmill.compat.gensim.models.word2vec import LineSentence, PathLineSentences, Text8Corpus

__all__ = [
    "CallbackAny2Vec",
    "Doc2Vec",
    "FastText",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "Text8Corpus",
    "Word2Vec",
    "models",
    "utils",
]

install()

__version__ = "4.4.0"  # gensim's, whose names these are


def __getattr__(name: str) -> NoReturn:
    no_name("compat.gensim", name, PARTS)
