"""Training: the estimator, the loop, its schedule and its callbacks."""

from __future__ import annotations

from wordmill.training.callbacks import Callback, Run
from wordmill.training.word2vec import Word2Vec

__all__ = ["Callback", "Run", "Word2Vec"]
