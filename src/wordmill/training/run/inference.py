"""Vectors of documents that training has not seen, by a model that stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus import EncodedCorpus, Tags
from wordmill.training.backends import Course, allocate_vectors, infer_documents
from wordmill.training.run.document_rows import DocumentRows
from wordmill.training.run.matrices import make_rows, padded
from wordmill.training.run.saved import input_rows
from wordmill.training.run.setup import held_out_corpus
from wordmill.training.run.state import Run
from wordmill.training.run.task import here, make_task
from wordmill.training.run.trained import Trained

__all__ = ["Inference"]

Matrix = NDArray[np.floating[Any]]


class Inference:
    """A trained model's words and outputs as the backends want them.

    Parameters
    ----------
    trained : Trained
        A model of documents.
    output_vectors : ndarray, (rows of the objective, D)
        Its own.

    Attributes
    ----------
    trained : Trained
        The model.
    """

    def __init__(self, trained: Trained, output_vectors: Matrix) -> None:
        self.trained, config = trained, trained.config
        rows = make_rows(config, trained.vocab())
        if config.words_are_inputs:
            matrix = padded(input_rows(trained.keyed_vectors, trained.own_rows, rows))
        else:
            matrix = allocate_vectors(len(rows), config.vector_size)  # which nobody reads
        self._run = Run(config, rows, matrix, padded(output_vectors), tokens_total=0)

    def corpus(self, ids: NDArray[np.int32], offsets: NDArray[np.int64]) -> EncodedCorpus:
        """Make a corpus of documents, ids[offsets[i]:offsets[i + 1]], in the model's vocabulary."""
        documents = len(offsets) - 1
        return EncodedCorpus(self._run.vocab, ids, offsets, tokens_read=len(ids), tags=Tags.numbered(documents))

    def infer(self, corpus: EncodedCorpus, course: Course) -> Matrix:
        """Return the vectors (n, D) of documents; zeros for an empty one."""
        run, config = self._run, self._run.config
        task = replace(
            make_task(run, run.vocab.counts, corpus, corpus.offsets),
            words_are_inputs=config.documents == "dm",
            frozen=np.ones(len(run.rows), np.bool_),
            outputs_learn=False,
        )
        return infer_documents(
            here(config.backend), task, run.input_vectors, run.output_vectors, course, workers=config.threads
        )

    def loss(self, corpus: EncodedCorpus, vectors: Matrix) -> float:
        """Return the loss per example of documents, each given its vector, a row of (n, D)."""
        run = self._run
        rows = DocumentRows(run.rows, Tags.numbered(len(vectors)))
        matrix = padded(np.concatenate([run.input_vectors, vectors]))
        return held_out_corpus(replace(run, rows=rows, input_vectors=matrix), corpus).loss()
