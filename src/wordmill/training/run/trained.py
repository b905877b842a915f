"""What a fit leaves behind, in memory and in a saved model."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import Tags, Vocab
from wordmill.errors import Misfit, NotFittedError, counted
from wordmill.foreign import quoted
from wordmill.training.run.matrices import make_rows, padded
from wordmill.training.run.objective import output_rows
from wordmill.training.run.saved import input_rows, output_vectors, own_rows
from wordmill.training.run.state import Run
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.directory import Model

__all__ = ["Trained"]


@dataclass(frozen=True)
class Trained:
    """What a fit leaves behind."""

    config: TrainConfig
    keyed_vectors: KeyedVectors
    own_rows: NDArray[np.floating[Any]] | None  # (V, D) of words that are made of several rows; else None
    output_vectors: NDArray[np.floating[Any]] | None
    history: list[dict[str, Any]]
    corpus: str  # its fingerprint
    used: dict[str, Any]  # what was left out, as the training had it: alpha and workers
    run: str  # its name
    documents: KeyedVectors | None = None  # the tags with their vectors, of a model of documents

    def __str__(self) -> str:
        losses = [entry["loss"] for entry in self.history if entry["loss"] is not None]
        loss = f", loss {losses[-1]:.4f}" if losses else ""
        return f"{counted(len(self.keyed_vectors), 'key')}, {counted(len(self.history), 'epoch')}{loss}"

    @classmethod
    def of(cls, run: Run, earlier: list[dict[str, Any]]) -> Trained:
        """Take the result of a run, after the epochs of earlier fits."""
        own_rows, output_vectors = run.own_rows().get("own_rows"), run.output_vectors.view()
        output_vectors.flags.writeable = False
        entries = [{**entry, "epoch": len(earlier) + entry["epoch"]} for entry in run.entries()]
        return cls(
            run.config,
            run.as_keyed_vectors(),
            own_rows,
            output_vectors,
            [*earlier, *entries],
            run.fingerprint,
            run.config.filled_in,
            run.name,
            run.document_vectors(),
        )

    @classmethod
    def from_saved(cls, saved: Model, config: TrainConfig) -> Trained:
        """Take what a model directory has; a `KeyError`, `TypeError` or `ValueError` where it does not fit together."""
        history, corpus = saved.settings["history"], saved.settings["corpus"]
        used = saved.settings.get("used", {})
        run = saved.settings.get("run", "")
        vectors = KeyedVectors.of(saved.table)
        documents = None if saved.documents is None else KeyedVectors.of(saved.documents)
        if (documents is None) != (config.documents is None):
            there = "no vectors" if documents is None else counted(len(documents), "vector")
            raise Misfit(f"documents={quoted(config.documents)}, and of documents there are {there}")
        shape = output_rows(config, len(vectors)), vectors.vector_size
        own, outputs = own_rows(saved), output_vectors(saved, shape)
        return cls(config, vectors, own, outputs, history, corpus, used, run, documents)

    def settings(self) -> dict[str, Any]:
        """Return what JSON can hold of it, for a saved model."""
        params = self.config.as_saved()
        return {"params": params, "history": self.history, "corpus": self.corpus, "used": self.used, "run": self.run}

    def fingerprint(self) -> str:
        """Return what tells it from another fit: the losses of its epochs."""
        epochs = [(entry["loss"], entry["tokens"]) for entry in self.history]
        return hashlib.blake2b(repr(epochs).encode(), digest_size=16).hexdigest()

    def training(self) -> dict[str, NDArray[Any]] | None:
        """Return the arrays that training on needs, for a saved model."""
        if self.output_vectors is None:
            return None
        return {"output_vectors": self.output_vectors} | ({} if self.own_rows is None else {"own_rows": self.own_rows})

    def vocab(self) -> Vocab:
        """Return the keys with their counts.

        Raises
        ------
        NotFittedError
            The vectors came without counts.
        """
        vectors = self.keyed_vectors
        if vectors.counts is None:
            raise NotFittedError("these vectors came without counts, which training needs: fit the model again")
        return Vocab(vectors.keys, vectors.counts)

    def as_run(self, output_vectors: NDArray[np.floating[Any]]) -> Run:
        """Return copies of the matrices with what their rows are, as the backends want them."""
        documents = self.documents
        tags = None if documents is None else Tags.without_documents(documents.keys, documents.counts)
        rows = make_rows(self.config, self.vocab(), tags)
        try:
            matrix = padded(input_rows(self.keyed_vectors, self.own_rows, rows, self.documents))
        except ValueError as error:
            raise NotFittedError(f"these vectors cannot be trained on ({error}): fit the model again") from None
        phrases = self.keyed_vectors.phrases
        return Run(self.config, rows, matrix, padded(output_vectors), tokens_total=0, phrases=phrases)
