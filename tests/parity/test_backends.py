"""Rungs 4 and 5: both backends agree on a corpus, and one worker gives the same bits whatever the chunking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends import Blocks, NegativeSampling, Sums, Task, allocate_vectors, create_backend
from wordmill.training.backends.native import NativeBackend, native_trainer

TOKENS = 2_000
Matrices = tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]


def zipf_task(tokens: int = TOKENS, words: int = 60, negative: int = 5, **changes: Any) -> Task:
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
    return replace(plain, **changes)


def start(task: Task, dtype: type[np.floating[Any]], columns: int = 24) -> Matrices:
    inputs = allocate_vectors(task.objective.rows, columns, dtype)
    outputs = allocate_vectors(task.objective.rows, columns, dtype)
    inputs[:] = np.random.default_rng(1).uniform(-0.5, 0.5, inputs.shape)
    return inputs, outputs


def blocks_of(tokens: int, size: int, alpha: float = 0.01) -> Blocks:
    begins = np.arange(0, tokens, size)
    step = alpha / (2 * tokens)
    return Blocks(begins, np.minimum(begins + size, tokens), np.asarray(alpha - step * begins, np.float64), step)


def assert_same_sums(one: Sums, other: Sums) -> None:
    np.testing.assert_allclose(one.loss.sum(), other.loss.sum(), rtol=1e-12)
    for name in ("examples", "subsampled", "centres", "without_context"):
        assert getattr(one, name).sum() == getattr(other, name).sum()


@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"shrink_windows": False, "window": 2, "negative": 1},
        {"window": 0, "negative": 8},
        {"window": 20, "offsets": np.array([0, TOKENS])},  # narrow windows, and wide ones that take several steps
        {"window": 0, "frozen": np.arange(60) % 3 == 0, "offsets": np.arange(0, TOKENS + 1, 100)},
        {"shape": "mean"},
        {"shape": "mean", "mean_update": "word2vec", "window": 0},
        {"shape": "mean", "mean_update": "sqrt", "negative": 13},
        {"shape": "mean", "window": 2, "negative": 2, "frozen": np.arange(60) % 3 == 0},
    ],
    ids=str,
)
def test_native_equals_reference_in_double(changes: dict[str, Any], isa: str) -> None:
    task = zipf_task(**changes)
    native, reference = start(task, np.float64), start(task, np.float64)
    blocks = blocks_of(TOKENS, 300)
    sums = NativeBackend(task, *native, workers=1, isa=isa).train(4, blocks)
    expected = create_backend("reference", task, *reference, workers=1).train(4, blocks)
    assert_same_sums(sums, expected)
    assert sums.tokens.sum() == TOKENS
    for ours, theirs in zip(native, reference, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize("columns", [24, 100, 300])
def test_neighbouring_cbow_windows_in_float_equal_double(isa: str, columns: int) -> None:
    """Few tokens, so that no error grows: as many steps as it takes to meet rows that repeat in all ways."""
    task = zipf_task(300, 40, shape="mean", mean_update="sqrt")
    matrices = [start(task, dtype, columns) for dtype in (np.float32, np.float64)]
    for narrow, wide in zip(*matrices, strict=True):
        wide[:] = narrow
    losses = [
        NativeBackend(task, *pair, workers=1, isa=isa).train(0, blocks_of(300, 300)).loss.sum() for pair in matrices
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    for narrow, wide in zip(*matrices, strict=True):
        np.testing.assert_allclose(narrow, wide, rtol=0, atol=2e-6)


@pytest.mark.parametrize("isa", core.available_isas())
def test_one_worker_gives_the_same_bits_whatever_the_chunking(isa: str) -> None:
    task = zipf_task(20_000, 500)
    runs = []
    for pieces in (1, 3, 17):
        matrices = start(task, np.float32)
        backend = NativeBackend(task, *matrices, workers=1, isa=isa)
        blocks = blocks_of(20_000, 700)
        for part in np.array_split(np.arange(len(blocks.begins)), pieces):
            backend.train(2, Blocks(blocks.begins[part], blocks.ends[part], blocks.alphas[part], blocks.alpha_step))
        runs.append(matrices)
    for inputs, outputs in runs[1:]:
        np.testing.assert_array_equal(inputs, runs[0][0])
        np.testing.assert_array_equal(outputs, runs[0][1])


def test_several_workers_account_for_the_same_tokens_and_a_close_loss() -> None:
    task = zipf_task(200_000, 2_000)
    sums = []
    for workers in (1, 4):
        backend = create_backend("native", task, *start(task, np.float32), workers=workers)
        sums.append(backend.train(0, blocks_of(200_000, 500)))
    np.testing.assert_array_equal(sums[0].centres, sums[1].centres)
    np.testing.assert_array_equal(sums[0].examples, sums[1].examples)
    assert sums[1].loss.sum() == pytest.approx(sums[0].loss.sum(), rel=0.005)


def test_a_block_outside_the_corpus_is_refused() -> None:
    task = zipf_task()
    backend = create_backend("native", task, *start(task, np.float32), workers=1)
    outside = Blocks(np.array([0]), np.array([TOKENS + 1]), np.array([0.1]), 0.0)
    with pytest.raises(ValueError, match="within the corpus"):
        backend.train(0, outside)


@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize("shape", ["pairs", "mean"])
def test_batches_give_the_same_bits_on_any_number_of_threads_and_chunking(isa: str, shape: str) -> None:
    task = zipf_task(20_000, 500, shape=shape)
    blocks = blocks_of(20_000, 3_000)
    runs = []
    for threads, pieces in ((1, 1), (2, 3), (3, 1), (8, 2)):
        matrices = start(task, np.float32)
        trainer = native_trainer(task, *matrices, isa)
        losses: list[float] = []
        for part in np.array_split(np.arange(len(blocks.begins)), pieces):
            arguments = blocks.begins[part], blocks.ends[part], blocks.alphas[part], blocks.alpha_step
            losses.extend(trainer.train(1, *arguments, threads, deterministic=True)[0])
        runs.append((*matrices, np.array(losses)))
    for run in runs[1:]:
        for ours, first in zip(run, runs[0], strict=True):
            np.testing.assert_array_equal(ours, first)


def test_batches_learn_what_single_steps_learn() -> None:
    task = zipf_task(60_000, 2_000)
    losses: list[float] = []
    for deterministic in (False, True):
        trainer = native_trainer(task, *start(task, np.float32))
        blocks = blocks_of(60_000, 3_000, 0.025)
        for epoch in range(4):
            sums = trainer.train(
                epoch, blocks.begins, blocks.ends, blocks.alphas, blocks.alpha_step, 2, deterministic=deterministic
            )
        losses.append(sums[0].sum() / sums[1].sum())
    assert losses[1] == pytest.approx(losses[0], rel=0.1)
