"""The output rows that every thread changes all the time: each trains copies, and none of their changes is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wordmill.corpus.vocab import keep_probabilities
from wordmill.training.backends import Blocks, HuffmanPaths, NegativeSampling, Task, allocate_vectors
from wordmill.training.backends.native import NativeBackend

TOKENS, WORDS, HOT = 4_200_000, 1_100, 64
TINY = 1e-13  # a rate at which changes add up, in whatever order: what they do to each other is of its square


def task(objective: str) -> Task:
    rng = np.random.default_rng(0)
    ids = np.minimum(rng.zipf(1.3, TOKENS) - 1, WORDS - 1).astype(np.int32)
    counts = np.bincount(ids, minlength=WORDS) + 1
    sampling = NegativeSampling(5, np.asarray(counts**0.75, np.float64))
    return Task(
        shape="pairs",
        mean_update="sqrt",
        objective=HuffmanPaths(counts) if objective == "hierarchical softmax" else sampling,
        window=5,
        shrink_windows=True,
        seed=3,
        ids=ids,
        offsets=np.arange(0, TOKENS + 1, 100),
        keep=keep_probabilities(counts, 1e-4),
    )


def trained(task: Task, workers: int, alpha: float) -> tuple[NDArray[np.floating[Any]], float]:
    """Return output vectors after an epoch, and the loss that the corpus has with them."""
    inputs = allocate_vectors(len(task.keep), 16, np.float64)
    outputs = allocate_vectors(task.objective.rows, 16, np.float64)
    inputs[:] = np.random.default_rng(1).uniform(-0.5, 0.5, inputs.shape)
    begins = np.arange(0, TOKENS, 10_000)
    blocks = Blocks(begins, begins + 10_000, np.full(len(begins), alpha), 0.0)
    backend = NativeBackend(task, inputs, outputs, workers=workers)
    backend.train(0, blocks)
    after = outputs.copy()
    return after, backend.train(1, replace(blocks, alphas=np.zeros(len(begins)))).loss.sum()


@pytest.mark.parametrize("shape", ["pairs", "mean"])
@pytest.mark.parametrize("objective", ["negative sampling", "hierarchical softmax"])
def test_no_change_of_a_hot_row_is_lost(objective: str, shape: Any) -> None:
    asked = replace(task(objective), shape=shape)
    hot = slice(0, HOT) if objective == "negative sampling" else slice(-HOT, None)
    alone, together = (trained(asked, workers, TINY)[0][hot] for workers in (1, 4))
    np.testing.assert_allclose(together, alone, rtol=1e-6, atol=1e-9 * np.abs(alone).max())


@pytest.mark.parametrize("objective", ["negative sampling", "hierarchical softmax"])
def test_many_threads_learn_what_one_does(objective: str) -> None:
    """Their changes from the same old values are few enough not to overshoot when they add up."""
    alone, together = (trained(task(objective), workers, 0.025)[1] for workers in (1, 8))
    assert together < 1.1 * alone
