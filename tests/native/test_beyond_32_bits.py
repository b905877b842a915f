"""64-bit counts, offsets and rows: more than 2^31 tokens, matrices of more than 2^31 elements, in sparse files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wordmill.core import core, instruction_set
from wordmill.corpus import EncodedCorpus, Vocab
from wordmill.errors import CorpusError
from wordmill.training.backends import Blocks, NegativeSampling, Task, allocate_vectors, create_backend
from wordmill.training.backends.native import native_trainer
from wordmill.training.run.schedule import Schedule, cut_into_blocks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files elsewhere may not be sparse: 50 GB on the disk")

TOKENS = 2**31 + 50_000
WORDS, COLUMNS = 2**24 + 1_000, 128  # 2^31 elements and more
TAIL = 3_000  # tokens at the end that are not word 0


def sparse(path: Path, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Zeros of this shape, in a file without blocks on the disk until they are written."""
    return np.memmap(path, dtype, "w+", shape=shape)


@pytest.fixture
def task(tmp_path: Path) -> Task:
    ids = sparse(tmp_path / "ids", "int32", (TOKENS,))
    ids[-TAIL:] = np.random.default_rng(1).integers(0, 50, TAIL)
    return Task(
        shape="pairs",
        mean_update="mean",
        objective=NegativeSampling(5, np.ones(50)),
        window=5,
        shrink_windows=True,
        seed=1,
        ids=ids,
        offsets=np.array([0, TOKENS - TAIL, TOKENS - 700, TOKENS]),
        keep=np.ones(50),
    )


def test_plan_beyond_two_billion_tokens(task: Task) -> None:
    planner = native_trainer(task, allocate_vectors(50, 8), allocate_vectors(50, 8))
    plan = planner.plan(0, TOKENS - TAIL, TOKENS)
    np.testing.assert_array_equal(plan.positions, np.arange(TOKENS - TAIL, TOKENS))
    np.testing.assert_array_equal(plan.centres, task.ids[-TAIL:])
    first, width = plan.positions[0], plan.bounds[1]
    assert (plan.contexts[:width] == task.ids[first + 1 : first + 1 + width]).all()
    assert len(plan.asked) == 6 * TAIL
    before_2_31, after_2_31 = (planner.plan(0, begin, begin + 100).asked for begin in (TAIL, 2**32 - 2**31 + TAIL))
    assert not np.array_equal(before_2_31, after_2_31)  # draws know all bits of the position


def test_training_beyond_two_billion_tokens(task: Task) -> None:
    inputs, outputs = allocate_vectors(50, 8), allocate_vectors(50, 8)
    inputs[:] = np.random.default_rng(2).uniform(-0.1, 0.1, inputs.shape)
    backend = create_backend("native", task, inputs, outputs, workers=2)
    begins = np.array([TOKENS - TAIL, TOKENS - 1_500])
    sums = backend.train(0, Blocks(begins, np.array([TOKENS - 1_500, TOKENS]), np.full(2, 0.05), 1e-12))
    np.testing.assert_array_equal(sums.tokens, [1_500, 1_500])
    assert np.isfinite(inputs).all()
    assert outputs.any(axis=1).all()


def test_schedule_of_two_billion_tokens() -> None:
    edges = cut_into_blocks(TOKENS)
    schedule = Schedule(edges[:-1], edges[1:], epochs=3, alpha=0.025, min_alpha=1e-4, seed=1)
    assert schedule.tokens == TOKENS
    blocks = schedule.blocks(2)
    assert blocks.ends.max() == TOKENS
    assert blocks.alphas.min() == pytest.approx(1e-4, rel=0.01)
    assert (blocks.alphas >= 1e-4).all()


def test_counts_and_corpus_beyond_two_billion() -> None:
    vocab = Vocab.from_counts(["a", "b"], np.array([TOKENS - 7, 7]))
    assert vocab.total == TOKENS
    assert vocab.keep_probabilities(1e-3).min() > 0
    ids = np.zeros(TOKENS, np.int32)  # pages that nobody wrote to take no memory
    ids[-1] = 1
    corpus = EncodedCorpus(vocab, ids, np.array([0, TOKENS - 7, TOKENS]), TOKENS)
    assert len(corpus.ids) == TOKENS > np.iinfo(np.int32).max
    assert len(corpus.fingerprint()) > 8
    ids[-1] = 2
    with pytest.raises(CorpusError, match=f"token {TOKENS - 1:,} has id 2, but the vocabulary has 2 keys"):
        EncodedCorpus(vocab, ids, corpus.offsets, TOKENS)


def test_step_on_matrices_of_more_than_two_billion_elements(tmp_path: Path) -> None:
    """The same numbers in the last rows of huge matrices as in small ones."""
    huge = [sparse(tmp_path / name, "float32", (WORDS, COLUMNS)) for name in ("inputs", "outputs")]
    small = [allocate_vectors(20, COLUMNS) for _ in huge]
    draw = np.random.default_rng(3)
    for large, little in zip(huge, small, strict=True):
        little[:] = draw.uniform(-0.5, 0.5, little.shape)
        large[-20:] = little
    contexts, asked = np.array([1, 4, 4, 19], np.int32), np.array([9, 0, 7, 7, 18, 3], np.int32)
    first = WORDS - 20
    losses = [
        core.step(
            matrices[0],
            matrices[1],
            contexts + np.int32(base),
            asked + np.int32(base),
            alpha=0.1,
            shape="pairs",
            mean_update="mean",
            isa=instruction_set(),
        )
        for matrices, base in ((huge, first), (small, 0))
    ]
    assert losses[0] == losses[1]
    for large, little in zip(huge, small, strict=True):
        assert large.size > 2**31
        np.testing.assert_array_equal(large[-20:], little)


@pytest.mark.parametrize("deterministic", [False, True])
def test_training_rows_beyond_two_billion_elements(tmp_path: Path, deterministic: bool) -> None:
    huge = [sparse(tmp_path / name, "float32", (WORDS, COLUMNS)) for name in ("inputs", "outputs")]
    huge[0][-30:] = np.random.default_rng(4).uniform(-0.1, 0.1, (30, COLUMNS))
    noise = np.zeros(WORDS)
    noise[-30:] = 1
    ids = (WORDS - 1 - np.random.default_rng(5).integers(0, 30, 2_000)).astype(np.int32)
    objective = NegativeSampling(5, noise)
    task = Task("pairs", "mean", objective, 5, True, 1, ids, np.array([0, 2_000]), np.ones(WORDS))
    backend = create_backend("native", task, huge[0], huge[1], workers=2, deterministic=deterministic)
    sums = backend.train(0, Blocks(np.array([0]), np.array([2_000]), np.array([0.05]), 0.0))
    assert sums.tokens.sum() == 2_000
    assert huge[1][-30:].any(axis=1).all()
    assert np.isfinite(huge[0][-30:]).all()
