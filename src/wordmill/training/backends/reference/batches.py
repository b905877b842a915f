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
from wordmill.training.backends.base import Task
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
    kept = count_ids(task.ids, len(task.keep)) * (keep_thresholds(task) + 1.0) * 2.0**-32
    frequencies = kept / max(kept.sum(), 1.0)
    longest = kept.sum() / len(task.offsets) / 2
    width = (task.window + 1) / 2 if task.shrink_windows else task.window
    contexts = 2 * (min(longest, width) if task.window else longest)
    met, shared = contexts, contexts  # rows that meet each output, and that each output's gradient goes to
    if task.shape == "mean":  # a mean is one row, whose gradient its contexts share
        few = max(1.0, contexts)
        rate = {"mean": 1 / few, "sqrt": max(few, core.FEW_CONTEXTS) ** -0.5, "word2vec": 1.0}[task.mean_update]
        met, shared = 1.0, contexts * rate
    asked = task.objective.expected_asked(frequencies)
    inputs = core.BATCH * shared * frequencies * asked.sum()
    if task.bags is not None:  # each row takes the changes of all words that it is part of
        inputs = np.bincount(task.bags.rows, np.repeat(inputs, np.diff(task.bags.ends)))
    return Expected(inputs.astype(np.float32), (core.BATCH * met * asked).astype(np.float32))


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
