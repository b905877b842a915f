"""The definition of deterministic training: the slices of a batch begin from the same vectors, then add up.

A row that one slice alone uses takes its values. One that several use takes the sum of their changes, damped: many
changes from the same old values would overshoot. So the outcome depends on no number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends.base import Documents, Task
from wordmill.training.backends.native import count_ids, keep_thresholds

__all__ = ["Expected", "Slice", "expected_gradients", "train_batch"]

Matrix = NDArray[np.floating]


@dataclass(frozen=True)
class Expected:
    """How many gradients a batch is expected to hold for each row, a gradient being that of one score."""

    inputs: NDArray[np.float32]  #: (R,)
    outputs: NDArray[np.float32]  #: (rows of the objective,)


@dataclass(frozen=True)
class Slice:
    """Windows of a batch that are trained one after the other."""

    tokens: NDArray[np.int32]  #: rows of the input vectors that it uses
    asked: NDArray[np.int32]  #: rows of the output vectors that it uses
    train: Callable[[Matrix, Matrix], float]  #: trains them in two matrices, and returns the loss


def expected_gradients(task: Task) -> Expected:
    """Estimate from the frequencies of tokens after subsampling, and by the objective."""
    kept_share = (keep_thresholds(task) + 1.0) * 2.0**-32
    counts = count_ids(task.ids, len(task.keep)) if task.made is None else task.made.counts
    kept = counts * kept_share
    frequencies = kept / max(kept.sum(), 1.0)
    sequences = len(task.offsets) if task.made is None else task.made.sequences + 1
    longest = kept.sum() / sequences / 2
    width = (task.window + 1) / 2 if task.shrink_windows else task.window
    contexts = 2 * (min(longest, width) if task.window else longest) if task.words_are_inputs else 0.0
    inputs, tags = np.zeros(_rows(task)), 0.0
    if task.documents is not None:
        of_sequences = np.diff(np.concatenate([[0.0], np.cumsum(kept_share[task.ids])])[task.offsets])
        tags = float((of_sequences * np.diff(task.documents.ends)).sum()) / max(kept.sum(), 1.0)
        inputs += _windows_of_documents(task.documents, of_sequences, len(inputs))
    met, share = contexts + tags, 1.0  # rows that meet each output, and what each gets of its gradient
    if task.shape == "mean":  # a mean is one row, whose gradient its inputs share
        few = max(1.0, contexts + tags)
        share = {"mean": 1 / few, "sqrt": max(few, core.FEW_CONTEXTS) ** -0.5, "word2vec": 1.0}[task.mean_update]
        met = 1.0
    asked = task.objective.expected_asked(frequencies)
    words, rows = core.BATCH * contexts * frequencies, np.arange(len(frequencies), dtype=np.int32)
    if task.composed is not None:  # each row takes the changes of all words that it is part of
        words, rows = np.repeat(words, np.diff(task.composed.ends)), task.composed.rows
    np.add.at(inputs, rows, words)
    inputs *= share * asked.sum()
    return Expected(inputs.astype(np.float32), (core.BATCH * met * asked).astype(np.float32))


def _rows(task: Task) -> int:
    """Return how many rows of the input vectors are used at most."""
    used = [part.rows for part in (task.bags, task.documents) if part is not None]
    return max([len(task.keep), *(int(rows.max(initial=-1)) + 1 for rows in used)])


def _windows_of_documents(documents: Documents, tokens: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Return windows of a batch that a document's row is an input of, where it is one of any: all of its document's.

    Of a tag that documents share, as many as they have on average, and those that are there by chance.
    """
    each = np.repeat(tokens, np.diff(documents.ends))
    sums = np.bincount(documents.rows, each, minlength=rows)
    squares = np.bincount(documents.rows, each**2, minlength=rows)
    with np.errstate(invalid="ignore"):
        own = np.where(sums > 0, squares / sums, 0.0)
    return np.asarray(np.minimum(core.BATCH, own + core.BATCH * sums / max(tokens.sum(), 1.0)), np.float64)


def train_batch(
    input_vectors: Matrix,
    output_vectors: Matrix,
    slices: Sequence[Slice],
    alpha: float,
    expected: Expected,
    frozen: NDArray[np.bool_] | None,
) -> float:
    """Train the slices of a batch side by side, updating the matrices in place; return the loss."""
    copies = [(input_vectors.copy(), output_vectors.copy()) for _ in slices]
    loss = sum(part.train(*copy) for part, copy in zip(slices, copies, strict=True))
    inputs, outputs = zip(*copies, strict=True)
    _merge(input_vectors, inputs, [part.tokens for part in slices], _damping(alpha, expected.inputs), frozen)
    _merge(output_vectors, outputs, [part.asked for part in slices], _damping(alpha, expected.outputs), None)
    return loss


def _damping(alpha: float, expected: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 / (1 + x), as an implicit step would take the changes: x = damping * alpha * expected gradients."""
    one = np.float32(1)
    return np.asarray(one / (one + np.float32(core.DAMPING * alpha) * expected), np.float32)


def _merge(
    matrix: Matrix,
    copies: Sequence[Matrix],
    used: Sequence[NDArray[np.int32]],
    damping: NDArray[np.float32],
    frozen: NDArray[np.bool_] | None,
) -> None:
    """Let each row take the changes of the slices that use it, in their order."""
    users = np.zeros(len(matrix), np.int64)
    for rows in used:
        users[np.unique(rows)] += 1
    shared = users > 1
    if frozen is not None:
        shared &= ~frozen
    changes = np.zeros_like(matrix)
    for copy, rows in zip(copies, used, strict=True):
        distinct = np.unique(rows)
        changes[distinct] += copy[distinct] - matrix[distinct]
    scale = np.where(shared, damping, 1).astype(matrix.dtype)
    matrix += scale[:, None] * changes
