"""What may watch a training run, and stop it."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import secrets
import time
from dataclasses import dataclass, field
from os import PathLike
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import Vocab
from wordmill.errors import OutputError
from wordmill.paths import checked_path
from wordmill.training.account import Account
from wordmill.vectors import KeyedVectors

__all__ = ["Callback", "LogFile", "Run"]

logger = logging.getLogger(__name__)


@dataclass
class Run:
    """The state of a training run, as callbacks see it. Everything counts from its start, over all epochs.

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
    loss : float
        Per example, over the last interval; NaN where it had no example.
    alpha : float
        The rate now.
    seconds, tokens_per_second : float
        Time spent training, and the speed in this epoch.
    history : list of dict
        One entry for each complete epoch; see `Word2Vec.history`.
    account : Account, optional
        The books of the epoch in training.
    epochs_before : int
        Epochs of earlier fits that this run goes on from: it has draws of its own.
    frozen : ndarray, (V,) of bool, optional
        Rows of the input vectors that do not change.
    stopped : bool
        Whether `stop` was called.
    sound : bool
        Whether vectors and books agree: not while the core trains, nor after a divergence.
    fingerprint, validation, init_from, earlier : str
        Of the corpus, of what is held out, of the vectors and of the fit that it begins with, so that a checkpoint is
        not taken for another's; empty where there is none.
    name : str
        Drawn for each run, and kept where it is resumed: by it a saved model and a checkpoint are known to be of one.
    """

    config: TrainConfig
    vocab: Vocab
    input_vectors: NDArray[np.floating[Any]]
    output_vectors: NDArray[np.floating[Any]]
    tokens_total: int
    tokens_done: int = 0
    loss: float = float("nan")
    alpha: float = 0.0
    seconds: float = 0.0
    tokens_per_second: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)
    account: Account | None = None
    epochs_before: int = 0
    frozen: NDArray[np.bool_] | None = None
    stopped: bool = False
    sound: bool = True
    fingerprint: str = ""
    validation: str = ""
    init_from: str = ""
    earlier: str = ""
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def epoch(self) -> int:
        """The epoch in training, from 1; between two epochs the one that ended."""
        return max(1, len(self.history) + (self.account is not None))

    def entries(self) -> list[dict[str, Any]]:
        """Return the history with an entry for the epoch in training: its tokens say how far it came."""
        if self.account is None:
            return self.history
        return [*self.history, {"epoch": self.epoch, **self.account.totals(), "alpha": self.alpha}]

    def as_keyed_vectors(self) -> KeyedVectors:
        """Return the input vectors with their keys. No copy: they change while training goes on."""
        named = not callable(self.config.tokenizer) and self.config.delimiter is None
        return KeyedVectors(
            self.vocab.keys,
            self.input_vectors,
            counts=self.vocab.counts,
            tokenizer=self.config.tokenizer if named else None,  # type: ignore[arg-type]
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
        """Be told that training is over: complete, stopped, interrupted or failed. The last callback is told first."""


class LogFile(Callback):
    """Appends a line of JSON for each interval and each epoch to a file.

    An interval has ``event``, ``time`` (seconds since 1970), ``epoch``, ``tokens_done``, ``tokens_total``, ``loss``,
    ``alpha``, ``tokens_per_second`` and ``seconds``; an epoch ``event``, ``time`` and its entry in the history.

    A file that cannot be opened is an error before anything is trained. One that cannot be written later, on a disk
    that is full, is logged as an error, once: the log ends there, and training goes on.

    Attributes
    ----------
    failure : OutputError, optional
        Why the log ended early.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.failure: OutputError | None = None
        self._path = checked_path(path)
        self._file: IO[bytes] | None = None

    def on_train_begin(self, run: Run) -> None:  # noqa: ARG002
        """Open the file."""
        self.failure = None
        try:
            self._file = self._path.open("ab", buffering=0)  # a line is there at once
        except OSError as error:
            raise OutputError(f"{self._path} cannot be written: {error.strerror}; choose another place") from error

    def on_interval(self, run: Run) -> None:
        """Write the interval."""
        names = ("epoch", "tokens_done", "tokens_total", "loss", "alpha", "tokens_per_second", "seconds")
        self._write("interval", {name: getattr(run, name) for name in names})

    def on_epoch_end(self, run: Run) -> None:
        """Write the epoch."""
        self._write("epoch", run.history[-1])

    def on_train_end(self, run: Run) -> None:  # noqa: ARG002
        """Close the file."""
        if self._file is not None:
            file, self._file = self._file, None
            try:
                file.close()
            except OSError as error:  # a file system of the network says only now that it had no room
                self.failure = self.failure or OutputError(f"{self._path} may lack its end: {error.strerror}")
                logger.error("no log: %s", self.failure)  # noqa: TRY400 (one line, no traceback)

    def _write(self, event: str, values: dict[str, Any]) -> None:
        if self._file is None or self.failure is not None:
            return
        if math.isnan(values["loss"] or 0):
            values = {**values, "loss": None}  # NaN is no JSON
        line = (json.dumps({"event": event, "time": time.time(), **values}) + "\n").encode()
        written = 0
        try:
            while written < len(line):
                written += self._file.write(line[written:])  # a nearly full disk takes a part
        except OSError as error:
            with contextlib.suppress(OSError):  # a pipe or device has no end to be moved
                self._file.truncate(os.fstat(self._file.fileno()).st_size - written)  # half a line is no JSON
            self.failure = OutputError(
                f"{self._path} cannot be written any more: {error.strerror}; the log ends in epoch {values['epoch']}"
            )
            logger.error("no log: %s", self.failure)  # noqa: TRY400 (one line, no traceback)
