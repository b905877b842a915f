"""Training: the estimator, its runs, callbacks and backends."""

from __future__ import annotations

from wordmill.training.callbacks.callback import Callback
from wordmill.training.callbacks.checkpoint import Checkpoint
from wordmill.training.callbacks.early_stopping import EarlyStopping
from wordmill.training.callbacks.log_file import LogFile
from wordmill.training.doc2vec import Doc2Vec
from wordmill.training.fasttext import FastText
from wordmill.training.run.state import Run
from wordmill.training.word2vec import Word2Vec

__all__ = ["Callback", "Checkpoint", "Doc2Vec", "EarlyStopping", "FastText", "LogFile", "Run", "Word2Vec"]
