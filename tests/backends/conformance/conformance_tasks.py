"""Tasks for every backend, one for each row of the table of models, and the backends themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends import (
    Backend,
    Bags,
    Blocks,
    Documents,
    HuffmanPaths,
    NegativeSampling,
    Task,
    allocate_vectors,
)
from wordmill.training.backends.cluster import ByCurvature, LocalRounds
from wordmill.training.backends.native import NativeBackend
from wordmill.training.backends.reference import ReferenceBackend

TOKENS = 2_000
WORDS = 60
Matrices = tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]

#: The models: what of a task makes each. A new one is a line here.
MODELS: dict[str, dict[str, Any]] = {
    "skip-gram": {"shape": "pairs"},
    "CBOW": {"shape": "mean", "mean_update": "sqrt"},
    "skip-gram by hierarchical softmax": {"shape": "pairs", "objective": "huffman"},
    "skip-gram with subwords": {"shape": "pairs", "bags": True},
    "CBOW with subwords": {"shape": "mean", "mean_update": "sqrt", "bags": True},
    "skip-gram with subwords by hierarchical softmax": {"shape": "pairs", "bags": True, "objective": "huffman"},
    "CBOW by hierarchical softmax": {"shape": "mean", "mean_update": "sqrt", "objective": "huffman"},
    "documents": {"shape": "pairs", "documents": True, "words_are_inputs": False},
    "documents and words": {"shape": "pairs", "documents": True},
    "documents amid words": {"shape": "mean", "mean_update": "sqrt", "documents": True},
    "documents by hierarchical softmax": {"shape": "pairs", "documents": True, "objective": "huffman"},
    "documents and subwords": {"shape": "pairs", "documents": True, "bags": True},
    "documents amid subwords": {"shape": "mean", "mean_update": "sqrt", "documents": True, "bags": True},
}

#: The backends that train one step after the other, and those that train in deterministic batches.
STEP_BY_STEP: dict[str, Callable[..., Backend]] = {"reference": ReferenceBackend}
IN_BATCHES: dict[str, Callable[..., Backend]] = {
    "reference in batches": lambda *arguments: ReferenceBackend(*arguments, deterministic=True)
}
#: Those whose replicas train apart from each other, and meet at the end of a call.
REPLICAS = 3
IN_ROUNDS: dict[str, Callable[..., Backend]] = {
    "reference in rounds": lambda task, *matrices: LocalRounds(
        lambda *own: ReferenceBackend(task, *own), matrices, REPLICAS, ByCurvature.of(task, matrices)
    ),
    "native in rounds": lambda task, *matrices: LocalRounds(
        lambda *own: NativeBackend(task, *own, workers=1), matrices, REPLICAS, ByCurvature.of(task, matrices)
    ),
}
STEP_BY_STEP["native in rounds, 1 replica"] = lambda task, *matrices: LocalRounds(
    lambda *own: NativeBackend(task, *own, workers=1), matrices, 1, ByCurvature.of(task, matrices)
)
for _isa in core.available_isas():
    STEP_BY_STEP[_isa] = lambda *arguments, isa=_isa: NativeBackend(*arguments, workers=1, isa=isa)
    for _workers in (1, 3):
        IN_BATCHES[f"{_isa} in batches, {_workers} workers"] = lambda *arguments, isa=_isa, workers=_workers: (
            NativeBackend(*arguments, workers=workers, deterministic=True, isa=isa)
        )
BACKENDS = STEP_BY_STEP | IN_BATCHES | IN_ROUNDS
#: Those whose bits do not depend on what is trained in one call: for the others a call is a round.
WHATEVER_THE_CALLS = STEP_BY_STEP | IN_BATCHES


def zipf_task(tokens: int = TOKENS, words: int = WORDS, negative: int = 5, **changes: Any) -> Task:
    rng = np.random.default_rng(0)
    ids = np.minimum(rng.zipf(1.3, tokens) - 1, words - 1).astype(np.int32)
    counts = np.bincount(ids, minlength=words) + 1.0
    frequency = counts / counts.sum()
    cuts = np.sort(rng.choice(np.arange(1, tokens), tokens // 25, replace=False))
    plain = Task(
        shape="pairs",
        mean_update="mean",
        objective=NegativeSampling(negative, np.asarray(counts**0.75, np.float64)),
        window=5,
        shrink_windows=True,
        seed=3,
        ids=ids,
        offsets=np.concatenate([[0], cuts, [tokens]]).astype(np.int64),
        keep=np.minimum(1, np.sqrt(0.01 / frequency) + 0.01 / frequency),
    )
    if changes.get("objective") == "huffman":
        changes["objective"] = HuffmanPaths(counts.astype(np.int64))
    if changes.get("bags"):
        changes["bags"] = some_bags(words)
    task = replace(plain, **changes)
    return replace(task, documents=some_documents(task)) if changes.get("documents") else task


def some_bags(words: int) -> Bags:
    """Each word's own row, and of 20 rows that words share some, one of them twice now and then."""
    rng = np.random.default_rng(2)
    bags = [[word, *(words + rng.integers(0, 20, size=rng.integers(0, 7)))] for word in range(words)]
    return Bags(np.cumsum([0, *map(len, bags)], dtype=np.int64), np.concatenate(bags).astype(np.int32))


def some_documents(task: Task) -> Documents:
    """Give each sequence a tag of its own, now and then none, and one of three that they share now and then."""
    rng, sequences = np.random.default_rng(4), len(task.offsets) - 1
    first = rows_of(replace(task, documents=None))
    tags = [
        first + np.concatenate([[3 + s] * (rng.random() < 0.9), rng.permutation(3)[: rng.integers(0, 2)]])
        for s in range(sequences)
    ]
    return Documents(np.cumsum([0, *map(len, tags)], dtype=np.int64), np.concatenate(tags).astype(np.int32))


def rows_of(task: Task) -> int:
    """Rows of the input vectors."""
    used = [part.rows.max() + 1 for part in (task.bags, task.documents) if part is not None]
    return int(max([len(task.keep), *used]))


def start(task: Task, dtype: type[np.floating[Any]], columns: int = 24) -> Matrices:
    inputs = allocate_vectors(rows_of(task), columns, dtype)
    outputs = allocate_vectors(task.objective.rows, columns, dtype)
    inputs[:] = np.random.default_rng(1).uniform(-0.5, 0.5, inputs.shape)
    return inputs, outputs


def blocks_of(tokens: int, size: int, alpha: float = 0.01) -> Blocks:
    begins = np.arange(0, tokens, size)
    step = alpha / (2 * tokens)
    return Blocks(begins, np.minimum(begins + size, tokens), np.asarray(alpha - step * begins, np.float64), step)
