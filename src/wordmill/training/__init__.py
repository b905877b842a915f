"""Training: the estimator, the loop, its schedule and its callbacks."""

from __future__ import annotations

from wordmill.training.callbacks import Callback, LogFile, Run
from wordmill.training.checkpoint import Checkpoint
from wordmill.training.early_stopping import EarlyStopping
from wordmill.training.word2vec import Word2Vec

__all__ = ["Callback", "Checkpoint", "EarlyStopping", "LogFile", "Run", "Word2Vec"]
