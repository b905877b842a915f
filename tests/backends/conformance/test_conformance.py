"""One suite for every backend and every model: all agree with the reference, and keep what a backend promises."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conformance_tasks import (
    BACKENDS,
    IN_BATCHES,
    IN_ROUNDS,
    MODELS,
    STEP_BY_STEP,
    TOKENS,
    WHATEVER_THE_CALLS,
    WORDS,
    Matrices,
    blocks_of,
    rows_of,
    start,
    zipf_task,
)
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends import Backend, Blocks, Sums, Task, create_backend
from wordmill.training.backends.cluster import LocalRounds
from wordmill.training.backends.native import NativeBackend, native_trainer
from wordmill.training.backends.reference import ReferenceBackend

CHANGES: list[dict[str, Any]] = [
    {},
    {"shrink_windows": False, "window": 2, "negative": 1},
    {"window": 0, "negative": 8},
    {"offsets": np.concatenate([[0], np.cumsum([*[1] * 30, 20] * (TOKENS // 50))])},  # many words that stand alone
    {"window": 20, "offsets": np.array([0, TOKENS])},  # narrow windows, and wide ones that take several steps of pairs
    {"window": 0, "frozen": np.arange(WORDS) % 3 == 0, "offsets": np.arange(0, TOKENS + 1, 100)},
    {"mean_update": "mean", "negative": 13, "keep": np.ones(WORDS)},  # several batches in a block
    {"mean_update": "word2vec", "window": 0},
    {"window": 2, "negative": 2, "frozen": np.arange(WORDS) % 3 == 0},
    {"step_contexts": 1},
    {"step_contexts": 3, "window": 7, "frozen": np.arange(WORDS) % 3 == 0},
]
every_model = pytest.mark.parametrize("model", MODELS)


def trained(name: str, task: Task, blocks: Blocks, dtype: type[np.floating[Any]] = np.float64) -> tuple[Matrices, Sums]:
    matrices = start(task, dtype)
    return matrices, BACKENDS[name](task, *matrices).train(4, blocks)


def with_frozen_rows(task: Task) -> Task:
    """Make the mask of frozen words one of rows."""
    if task.frozen is None or len(task.frozen) == rows_of(task):
        return task
    return replace(task, frozen=np.resize(task.frozen, rows_of(task)))


def assert_same_sums(one: Sums, other: Sums) -> None:
    np.testing.assert_allclose(one.loss, other.loss, rtol=1e-11)
    for name in ("examples", "subsampled", "centres", "without_context"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@every_model
@pytest.mark.parametrize("changes", CHANGES, ids=str)
@pytest.mark.parametrize("kind", [STEP_BY_STEP, IN_BATCHES, IN_ROUNDS], ids=["step by step", "in batches", "in rounds"])
def test_every_backend_equals_the_reference_in_double(
    kind: dict[str, Any], changes: dict[str, Any], model: str
) -> None:
    task, blocks = with_frozen_rows(zipf_task(**{**MODELS[model], **changes})), blocks_of(TOKENS, 1_500)
    definition, *others = kind
    expected, expected_sums = trained(definition, task, blocks)
    assert expected_sums.tokens.sum() == TOKENS
    for name in others:
        matrices, sums = trained(name, task, blocks)
        assert_same_sums(sums, expected_sums)
        for ours, theirs in zip(matrices, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10, err_msg=name)


@every_model
@pytest.mark.parametrize("name", BACKENDS)
def test_frozen_rows_keep_their_bits_and_others_learn(name: str, model: str) -> None:
    task = with_frozen_rows(zipf_task(**MODELS[model], frozen=np.arange(WORDS) % 2 == 0))
    frozen = task.frozen
    assert frozen is not None
    (inputs, outputs), _ = trained(name, task, blocks_of(TOKENS, 700), np.float32)
    begun = start(task, np.float32)[0]
    np.testing.assert_array_equal(inputs[frozen], begun[frozen])
    used = input_rows(task)
    seen = np.isin(np.arange(len(inputs)), used) & ~frozen
    assert (inputs[seen] != begun[seen]).any(axis=1).all()
    assert outputs.any(axis=1).all()


def input_rows(task: Task) -> NDArray[np.int32]:
    """Return the rows of input vectors that a task has a use for."""
    words = [task.ids] if task.bags is None else [task.bags.of(word) for word in task.ids]
    documents = [] if task.documents is None else [task.documents.rows]
    return np.concatenate([*(words if task.words_are_inputs else []), *documents])


def untrained_loss(task: Task) -> float:
    """Each question costs log 2 while all output vectors are zero."""
    plan = native_trainer(task, *start(task, np.float32)).plan(4, 0, TOKENS)
    questions, contexts = np.diff(plan.asked_bounds), np.diff(plan.bounds)
    weights = contexts if task.shape == "pairs" else np.ones(len(contexts))
    return float(np.average(questions, weights=weights) * np.log(2))


@every_model
@pytest.mark.parametrize("name", BACKENDS)
def test_at_rate_0_nothing_changes_and_the_loss_is_that_of_untrained_vectors(name: str, model: str) -> None:
    task = zipf_task(**MODELS[model])
    (inputs, outputs), sums = trained(name, task, blocks_of(TOKENS, 700, alpha=0.0), np.float32)
    np.testing.assert_array_equal(inputs, start(task, np.float32)[0])
    assert not outputs.any()
    loss = sums.loss.sum() / sums.examples.sum()
    assert loss == pytest.approx(untrained_loss(task), rel=1e-6)
    assert loss == pytest.approx(task.objective.untrained_loss, rel=0.5)  # by the counts of words, not of examples


@every_model
@pytest.mark.parametrize("name", WHATEVER_THE_CALLS)
def test_the_same_bits_whatever_the_calls(name: str, model: str) -> None:
    task, blocks = zipf_task(**MODELS[model]), blocks_of(TOKENS, 250)
    runs = []
    for pieces in (1, 3, 8):
        matrices = start(task, np.float32)
        backend = BACKENDS[name](task, *matrices)
        losses: list[float] = []
        for part in np.array_split(np.arange(len(blocks.begins)), pieces):
            some = Blocks(blocks.begins[part], blocks.ends[part], blocks.alphas[part], blocks.alpha_step)
            losses.extend(backend.train(2, some).loss)
        runs.append((*matrices, np.array(losses)))
    for run in runs[1:]:
        for ours, first in zip(run, runs[0], strict=True):
            np.testing.assert_array_equal(ours, first)


@every_model
@pytest.mark.parametrize("isa", core.available_isas())
def test_batches_give_the_same_bits_on_any_number_of_threads(isa: str, model: str) -> None:
    task, blocks = zipf_task(20_000, 500, **MODELS[model]), blocks_of(20_000, 3_000)
    runs = []
    for workers in (1, 2, 3, 8):
        matrices = start(task, np.float32)
        sums = NativeBackend(task, *matrices, workers=workers, deterministic=True, isa=isa).train(1, blocks)
        runs.append((*matrices, sums.loss))
    for run in runs[1:]:
        for ours, first in zip(run, runs[0], strict=True):
            np.testing.assert_array_equal(ours, first)


@every_model
@pytest.mark.parametrize("name", BACKENDS)
def test_a_block_outside_the_corpus_is_refused(name: str, model: str) -> None:
    task = zipf_task(**MODELS[model])
    outside = Blocks(np.array([0]), np.array([TOKENS + 1]), np.array([0.1]), 0.0)
    with pytest.raises(ValueError, match="within the corpus"):
        trained(name, task, outside)


@pytest.mark.parametrize("backend", [NativeBackend, ReferenceBackend, LocalRounds])
def test_a_backend_has_the_signature_of_the_interface(backend: type[Backend]) -> None:
    assert inspect.signature(backend.train) == inspect.signature(Backend.train)


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


def test_several_workers_account_for_the_same_tokens_and_a_close_loss() -> None:
    task = zipf_task(200_000, 2_000)
    sums = []
    for workers in (1, 4):
        backend = create_backend("native", task, *start(task, np.float32), workers=workers)
        sums.append(backend.train(0, blocks_of(200_000, 500)))
    np.testing.assert_array_equal(sums[0].centres, sums[1].centres)
    np.testing.assert_array_equal(sums[0].examples, sums[1].examples)
    assert sums[1].loss.sum() == pytest.approx(sums[0].loss.sum(), rel=0.005)


def test_batches_learn_what_single_steps_learn() -> None:
    task = zipf_task(60_000, 2_000)
    losses: list[float] = []
    for deterministic in (False, True):
        backend = create_backend("native", task, *start(task, np.float32), workers=2, deterministic=deterministic)
        for epoch in range(4):
            sums = backend.train(epoch, blocks_of(60_000, 3_000, 0.025))
        losses.append(sums.loss.sum() / sums.examples.sum())
    assert losses[1] == pytest.approx(losses[0], rel=0.1)
