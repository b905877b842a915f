"""What may watch a training run, and stop it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import Vocab
from wordmill.vectors import KeyedVectors

__all__ = ["Callback", "Run"]


@dataclass
class Run:
    """A training run, as a callback sees it. Everything counts from the start of the run, over all its epochs.

    Attributes
    ----------
    config : TrainConfig
        The settings.
    vocab : Vocab
        The keys of the rows, with their counts.
    input_vectors, output_vectors : ndarray, (V, D)
        The matrices in training; look, do not write.
    tokens_total, tokens_done : int
        Tokens of all epochs, and how many of them are trained.
    epoch : int
        The epoch in training, from 1.
    loss : float
        Per example, over the last interval; NaN where it had no example.
    alpha : float
        The rate now.
    seconds : float
        Time spent training.
    history : list of dict
        One entry for each epoch so far; see `Word2Vec.history`.
    stopped : bool
        Whether `stop` was called.
    """

    config: TrainConfig
    vocab: Vocab
    input_vectors: NDArray[np.floating[Any]]
    output_vectors: NDArray[np.floating[Any]]
    tokens_total: int
    tokens_done: int = 0
    epoch: int = 1
    loss: float = float("nan")
    alpha: float = 0.0
    seconds: float = 0.0
    tokens_per_second: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)
    stopped: bool = False

    def as_keyed_vectors(self) -> KeyedVectors:
        """Return the input vectors with their keys. No copy: they change while training goes on."""
        tokenizer = None if callable(self.config.tokenizer) else self.config.tokenizer
        return KeyedVectors(
            self.vocab.keys,
            self.input_vectors,
            counts=self.vocab.counts,
            tokenizer=tokenizer,
            lowercase=self.config.lowercase,
        )

    def stop(self) -> None:
        """End the training at the next safe point; the vectors so far stay."""
        self.stopped = True


class Callback:
    """Override what you need. All methods run on the main thread, between calls of the core, when no vector changes.

    An exception from one ends the training; the model keeps the vectors so far.
    """

    def on_train_begin(self, run: Run) -> None:
        """Be told that training is about to begin."""

    def on_interval(self, run: Run) -> None:
        """Be told that about a second of training is done."""

    def on_epoch_end(self, run: Run) -> None:
        """Be told that an epoch is complete; its entry is ``run.history[-1]``."""

    def on_train_end(self, run: Run) -> None:
        """Be told that training is over: complete, stopped, interrupted or failed."""
