"""The plan: which tokens are kept, which contexts, which negatives; a function of seed, epoch and position alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends import NegativeSampling, Task, allocate_vectors
from wordmill.training.backends.native import native_trainer


@dataclass
class Planned:
    positions: NDArray[np.int64]
    centres: NDArray[np.int32]
    contexts: list[list[int]]
    negatives: NDArray[np.int32]
    subsampled: int
    without_context: int


def planner(ids: Any, offsets: Any, words: int, isa: str | None = None, **changes: Any) -> Any:
    settings: dict[str, Any] = {
        "shape": "pairs",
        "mean_update": "mean",
        "window": 5,
        "shrink_windows": True,
        "seed": 1,
        "keep": np.ones(words),
    }
    objective = NegativeSampling(changes.pop("negative", 5), changes.pop("noise", np.ones(words)))
    corpus: dict[str, Any] = {"ids": np.asarray(ids, np.int32), "offsets": np.asarray(offsets, np.int64)}
    return native_trainer(
        Task(objective=objective, **corpus, **(settings | changes)),
        allocate_vectors(words, 1),
        allocate_vectors(words, 1),
        isa,
    )


def plan(trainer: Any, begin: int, end: int, epoch: int = 0, negative: int = 5) -> Planned:
    found = trainer.plan(epoch, begin, end)
    windows = [found.contexts[a:b].tolist() for a, b in pairwise(found.bounds)]
    asked = found.asked.reshape(len(windows), 1 + negative)
    np.testing.assert_array_equal(np.diff(found.asked_bounds), [asked.shape[1]] * len(windows))
    np.testing.assert_array_equal(asked[:, 0], found.centres)
    return Planned(found.positions, found.centres, windows, asked[:, 1:], found.subsampled, found.without_context)


def joined(parts: list[Planned]) -> Planned:
    return Planned(
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.centres for part in parts]),
        [window for part in parts for window in part.contexts],
        np.concatenate([part.negatives for part in parts]),
        sum(part.subsampled for part in parts),
        sum(part.without_context for part in parts),
    )


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[int], list[int], int]:
    words = draw(st.integers(2, 30))
    lengths = draw(st.lists(st.integers(0, 25), min_size=1, max_size=12))
    ids = draw(st.lists(st.integers(0, words - 1), min_size=sum(lengths), max_size=sum(lengths)))
    return ids, [0, *np.cumsum(lengths).tolist()], words


@given(corpus=corpora(), window=st.integers(0, 6), keep=st.floats(0.05, 1), epoch=st.integers(0, 3))
def test_plan_is_the_same_for_block_sizes_1_7_and_10000(
    corpus: tuple[list[int], list[int], int], window: int, keep: float, epoch: int
) -> None:
    ids, offsets, words = corpus
    trainer = planner(ids, offsets, words, window=window, keep=np.full(words, keep))
    whole = plan(trainer, 0, len(ids), epoch)
    for size in (1, 7, 10_000):
        parts = [plan(trainer, at, min(at + size, len(ids)), epoch) for at in range(0, max(len(ids), 1), size)]
        pieces = joined(parts)
        np.testing.assert_array_equal(pieces.positions, whole.positions)
        np.testing.assert_array_equal(pieces.centres, whole.centres)
        np.testing.assert_array_equal(pieces.negatives, whole.negatives)
        assert pieces.contexts == whole.contexts
        assert (pieces.subsampled, pieces.without_context) == (whole.subsampled, whole.without_context)


@given(corpus=corpora(), keep=st.floats(0.05, 1))
def test_windows_pair_up_with_the_next_kept_token_of_their_sequence(
    corpus: tuple[list[int], list[int], int], keep: float
) -> None:
    ids, offsets, words = corpus
    found = planner(ids, offsets, words, keep=np.full(words, keep)).plan(0, 0, len(ids))
    sequences = np.searchsorted(offsets, found.positions, side="right")
    expected = [
        place % 2 == 0 and place + 1 < size
        for size in np.unique(sequences, return_counts=True)[1]
        for place in range(size)
    ]
    np.testing.assert_array_equal(found.leads.astype(bool), expected)


@given(corpus=corpora(), window=st.integers(0, 6), keep=st.floats(0.05, 1))
def test_windows_hold_kept_neighbours_of_the_same_sequence(
    corpus: tuple[list[int], list[int], int], window: int, keep: float
) -> None:
    ids, offsets, words = corpus
    planned = plan(
        planner(ids, offsets, words, window=window, keep=np.full(words, keep), shrink_windows=False), 0, len(ids)
    )
    assert planned.subsampled + len(planned.centres) + planned.without_context == len(ids)
    kept_of: dict[int, list[int]] = {}  # centres with a context, plus lone tokens that no window can hold
    for position in planned.positions.tolist():
        kept_of.setdefault(int(np.searchsorted(offsets, position, side="right")), []).append(position)
    contexts = iter(planned.contexts)
    for kept in kept_of.values():
        for place, position in enumerate(kept):
            reach = window or len(kept)
            near = kept[max(0, place - reach) : place] + kept[place + 1 : place + 1 + reach]
            assert next(contexts) == [ids[p] for p in near], position


def test_shrunk_windows_are_uniform() -> None:
    tokens = 40_000
    planned = plan(planner(np.arange(tokens) % 100, [0, tokens], 100), 100, tokens - 100)
    widths = np.bincount([len(window) // 2 for window in planned.contexts], minlength=6)[1:]
    expected = widths.sum() / 5
    assert ((widths - expected) ** 2 / expected).sum() < 18.5  # chi-square, 4 degrees of freedom, p = 0.001


def test_keep_probability() -> None:
    tokens = 100_000
    keep = np.array([0.1, 0.5, 1.0, 0.0])
    ids = np.arange(tokens) % 4
    planned = plan(planner(ids, [0, tokens], 4, keep=keep), 0, tokens)
    kept = np.bincount(planned.centres, minlength=4) / (tokens / 4)
    np.testing.assert_allclose(kept[:2], keep[:2], atol=0.012)
    assert kept[2] == 1
    assert kept[3] < 1e-3  # a 32-bit draw of 0 is always kept


@pytest.mark.parametrize("isa", core.available_isas())
def test_negatives_follow_the_noise_without_the_target(isa: str) -> None:
    noise = np.array([100.0, 50, 25, 10, 5, 1, 0.5, 8])
    tokens = 30_000
    planned = plan(
        planner(np.arange(tokens) % 8, [0, tokens], 8, isa, noise=noise, negative=10), 0, tokens, negative=10
    )
    for target in range(8):
        drawn = np.bincount(planned.negatives[planned.centres == target].ravel(), minlength=8)
        assert drawn[target] == 0
        expected = np.where(np.arange(8) == target, 0, noise)
        expected *= drawn.sum() / expected.sum()
        others = np.arange(8) != target
        assert ((drawn - expected)[others] ** 2 / expected[others]).sum() < 24.4  # 6 degrees of freedom, p ~ 0.0004


@given(heavy=st.integers(0, 4), others=st.lists(st.sampled_from([0.0, 0.01, 1.0]), min_size=4, max_size=4))
def test_a_target_that_holds_nearly_all_mass_is_still_never_drawn(heavy: int, others: list[float]) -> None:
    noise = np.array([*others[:heavy], 1e12, *others[heavy:]])
    if not any(others):
        noise[(heavy + 1) % 5] = 1.0
    tokens = 60
    planned = plan(planner(np.full(tokens, heavy), [0, tokens], 5, noise=noise), 0, tokens)
    assert not (planned.negatives == heavy).any()
    assert (noise[planned.negatives] > 0).all()


def test_epochs_and_seeds_differ() -> None:
    trainer = planner(np.arange(500) % 50, [0, 500], 50)
    other_seed = planner(np.arange(500) % 50, [0, 500], 50, seed=2)
    first, second, third = (plan(trainer, 0, 500, 0), plan(trainer, 0, 500, 1), plan(other_seed, 0, 500, 0))
    assert not np.array_equal(first.negatives, second.negatives)
    assert not np.array_equal(first.negatives, third.negatives)
    assert first.contexts != second.contexts


def test_a_single_word_cannot_be_sampled_against() -> None:
    with pytest.raises(ValueError, match="two words or more"):
        planner([0, 0], [0, 2], 1)
