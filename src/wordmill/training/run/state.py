"""The state of a run: what training changes, what callbacks see, what a checkpoint holds."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import Vocab
from wordmill.phrases import PhraseBook
from wordmill.training.run.account import Account
from wordmill.training.run.document_rows import DocumentRows
from wordmill.training.run.rows import Rows
from wordmill.vectors import KeyedVectors

__all__ = ["Run"]


class _Matrix:
    """A matrix of a run. Where others hold it, it is fetched when somebody looks at it."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, run: Run | None, owner: type) -> Any:
        if run is None:
            raise AttributeError(self._name)  # so that the field has no default
        run.bring_up_to_date()
        return getattr(run, self._name)

    def __set__(self, run: Run, matrix: NDArray[np.floating[Any]]) -> None:
        setattr(run, self._name, matrix)


@dataclass
class Run:
    """The state of a training run, as callbacks see it. Everything counts from its start, over all epochs.

    Attributes
    ----------
    config : TrainConfig
        The settings.
    rows : Rows
        What the rows of the input vectors are.
    input_vectors, output_vectors : ndarray, (R, D) and (rows of the objective, D)
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
    phrases : PhraseBook, optional
        The phrases that were joined in the corpus, and are in every other one.
    epochs_before : int
        Epochs of earlier fits that this run goes on from: it has draws of its own.
    frozen : ndarray, (R,) of bool, optional
        Rows of the input vectors that do not change.
    stopped : bool
        Whether `stop` was called.
    sound : bool
        Whether vectors and books agree: not while the core trains, nor after a divergence.
    fingerprint, validation, init_from, earlier : str
        Of the corpus, of what is held out, of the vectors and of the fit that it begins with, so that a checkpoint is
        not taken for another's; empty where there is none.
    fetch : callable, optional
        Brings the matrices up to date where others train them.
    release : callable, optional
        Lets go of those others.
    stale : bool
        Whether others have trained the matrices since.
    name : str
        Drawn for each run, and kept where it is resumed: by it a saved model and a checkpoint are known to be of one.
    """

    config: TrainConfig
    rows: Rows
    input_vectors: NDArray[np.floating[Any]] = _Matrix()  # type: ignore[assignment]
    output_vectors: NDArray[np.floating[Any]] = _Matrix()  # type: ignore[assignment]
    tokens_total: int = 0
    tokens_done: int = 0
    loss: float = float("nan")
    alpha: float = 0.0
    seconds: float = 0.0
    tokens_per_second: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)
    account: Account | None = None
    phrases: PhraseBook | None = None
    epochs_before: int = 0
    frozen: NDArray[np.bool_] | None = None
    stopped: bool = False
    sound: bool = True
    fingerprint: str = ""
    validation: str = ""
    init_from: str = ""
    earlier: str = ""
    fetch: Callable[[], None] | None = None
    release: Callable[[], None] | None = None
    stale: bool = False
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def bring_up_to_date(self) -> None:
        """Fetch the matrices, where others have trained them since they were fetched."""
        if self.stale and self.fetch is not None:
            self.stale = False  # first: it writes to them
            try:
                self.fetch()
            except BaseException:
                self.stale = True
                raise

    @contextmanager
    def ending_here(self) -> Iterator[None]:
        """Let go, in the end, of others that train the matrices; who looks before has them as they then are."""
        try:
            yield
        finally:
            release, self.fetch, self.release = self.release, None, None
            if release is not None:
                release()

    @property
    def vocab(self) -> Vocab:
        """The keys, with their counts."""
        return self.rows.vocab

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
        """Return the keys with their vectors, made from the rows.

        Where a word is its own row, they are the rows themselves: they change while training goes on.
        """
        named = not callable(self.config.tokenizer) and self.config.delimiter is None
        return KeyedVectors(
            self.vocab.keys,
            self.rows.vectors(self.input_vectors),
            counts=self.vocab.counts,
            tokenizer=self.config.tokenizer if named else None,  # type: ignore[arg-type]
            lowercase=self.config.lowercase,
            subwords=self.rows.subwords(self.input_vectors),
            phrases=self.phrases,
        )

    def document_vectors(self) -> KeyedVectors | None:
        """Return the tags of documents with their vectors, where there are any: they change while training goes on."""
        return self.rows.documents(self.input_vectors) if isinstance(self.rows, DocumentRows) else None

    def own_rows(self) -> dict[str, NDArray[np.floating[Any]]]:
        """Return the words' own rows (V, D) by their name in a saved model; none where they are the vectors."""
        return {} if self.rows.bags is None else {"own_rows": self.input_vectors[: len(self.vocab)]}

    def stop(self) -> None:
        """End the training at the next safe point; the vectors so far stay."""
        self.stopped = True
