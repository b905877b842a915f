"""How curved the loss is for a row: how often it is trained, and by which vectors of the other matrix.

The loss of a score is curved along the vector that the row meets, by the slope of the sigmoid. Summed over what a row
meets that is its number of meetings times the second moments of the other matrix: few directions, shared by all rows,
along which training settles in no time, and many along which it goes on for the whole run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends.base import Task
from wordmill.training.backends.cluster.changes import Matrix

__all__ = ["LOOKED_AT", "Curvature", "Meetings", "curvatures_of", "meetings_of"]

SLOPE = 0.15  # of the sigmoid, on average over scores: 0.25 before training, 0.1 of negatives after it
LOOKED_AT = 65_536  # rows of a matrix, those met most often: more change no moments, and take time


@dataclass(frozen=True)
class Meetings:
    """How many scores train each row, a token of the corpus."""

    inputs: NDArray[np.float64]  #: (R,)
    outputs: NDArray[np.float64]  #: (rows of the objective,)
    together: float  #: inputs whose mean meets an output; 1 where each does by itself

    def of(self, matrix: int) -> NDArray[np.float64]:
        """Return those of the rows of a matrix."""
        return self.outputs if matrix else self.inputs


@dataclass(frozen=True)
class Curvature:
    """Of any row of a matrix, a score: directions, and how curved the loss is along each."""

    values: NDArray[np.float64]  #: (D,)
    directions: NDArray[np.float64]  #: (D, D) one a column


def meetings_of(task: Task, rows: int) -> Meetings:
    """Return what is expected of so many rows of inputs, by counts and objective."""
    counts = _counts(task)
    kept = counts * task.keep
    tokens, left = max(counts.sum(), 1), max(kept.sum(), np.finfo(float).tiny)
    asked = task.objective.expected_asked(kept / left) * (left / tokens)
    documents, tags = _documents(task, left / tokens, rows)
    contexts = _contexts(task, left) if task.words_are_inputs else 0.0
    met = max(1.0, contexts + tags)
    mean = task.shape == "mean"
    share = {"mean": 1 / met, "sqrt": met**-0.5, "word2vec": 1.0}[task.mean_update] if mean else 1.0
    questions = share * asked.sum() / max(left / tokens, np.finfo(float).tiny)  # scores a window
    inputs = documents + _of_rows(task, kept / tokens * contexts, rows)
    return Meetings(inputs * questions, asked * (1.0 if mean else met), met if mean else 1.0)


def _counts(task: Task) -> NDArray[np.int64]:
    """Return how often each word occurs, (V,)."""
    if task.counts is not None:
        return task.counts
    return np.bincount(task.ids, minlength=len(task.keep)) if task.made is None else task.made.counts


def _contexts(task: Task, kept: float) -> float:
    """Return how many words a window has beside its centre."""
    sequences = len(task.offsets) - 1 if task.made is None else task.made.sequences
    longest = kept / max(sequences, 1)
    if not task.window:
        return longest
    return min(longest, task.window + 1 if task.shrink_windows else 2 * task.window)


def _documents(task: Task, left: float, rows: int) -> tuple[NDArray[np.float64], float]:
    """Return how many windows a token each row has, (rows,), where it is a document's; and the tags of a token."""
    documents = task.documents
    if documents is None:
        return np.zeros(rows), 0.0
    lengths = np.diff(task.offsets) * (left / max(int(task.offsets[-1]), 1))
    windows = np.bincount(documents.rows, np.repeat(lengths, np.diff(documents.ends)), rows)
    return np.asarray(windows, np.float64), float(windows.sum() / left)


def _of_rows(task: Task, words: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Return for each row, (rows,), the sum over words (V,) that it is of."""
    if task.composed is None:
        return np.pad(words, (0, rows - len(words)))
    composed = np.bincount(task.composed.rows, np.repeat(words, np.diff(task.composed.ends)), rows)
    return np.asarray(composed, np.float64)


def curvatures_of(matrices: Sequence[Matrix], meetings: Meetings) -> tuple[Curvature, Curvature]:
    """Return the curvature for rows of the inputs, which outputs decide, and for rows of the outputs."""
    inputs, outputs = matrices
    of_inputs, _ = _moments(outputs, meetings.outputs)
    each, mean = _moments(inputs, meetings.inputs)
    share = 1 / meetings.together  # a mean varies less than what it is of
    return _curvature(of_inputs), _curvature(share * each + (1 - share) * np.outer(mean, mean))


def _moments(matrix: Matrix, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the second moments (D, D) and the mean (D,) of rows by their weights."""
    if len(matrix) > LOOKED_AT:
        often = np.argsort(-weights, kind="stable")[:LOOKED_AT]
        matrix, weights = matrix[often], weights[often]
    shares = (weights / max(weights.sum(), np.finfo(float).tiny)).astype(matrix.dtype)
    weighted = shares[:, None] * matrix
    return np.asarray(weighted.T @ matrix, np.float64), weighted.sum(axis=0, dtype=np.float64)


def _curvature(moments: NDArray[np.float64]) -> Curvature:
    if not np.isfinite(moments).all():  # training has diverged: the run ends by its loss
        moments = np.zeros_like(moments)
    values, directions = np.linalg.eigh(moments)
    return Curvature(SLOPE * np.maximum(values, 0), directions)
