"""The schedule: every token once an epoch, in an order of its own, at a rate that falls evenly."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.training.run.schedule import LARGEST_BLOCK, Schedule, cut_into_blocks


def make_schedule(tokens: int, epochs: int, alpha: float, min_alpha: float, seed: int) -> Schedule:
    edges = cut_into_blocks(tokens)
    return Schedule(edges[:-1], edges[1:], epochs, alpha, min_alpha, seed)


@settings(max_examples=50)
@given(tokens=st.integers(1, 3_000_000), epoch=st.integers(0, 3), seed=st.integers(0, 2**63 - 1))
def test_blocks_hold_every_token_once(tokens: int, epoch: int, seed: int) -> None:
    blocks = make_schedule(tokens, 4, 0.05, 1e-4, seed).blocks(epoch)
    order = np.argsort(blocks.begins)
    begins, ends = blocks.begins[order], blocks.ends[order]
    assert begins[0] == 0
    assert ends[-1] == tokens
    assert np.array_equal(begins[1:], ends[:-1])
    assert (ends > begins).all()
    assert (ends - begins).max() <= LARGEST_BLOCK


@settings(max_examples=50)
@given(tokens=st.integers(1, 3_000_000), epochs=st.integers(1, 5))
def test_alpha_falls_by_token_to_min_alpha(tokens: int, epochs: int) -> None:
    schedule = make_schedule(tokens, epochs, 0.05, 1e-3, seed=1)
    done = 0
    for epoch in range(epochs):
        blocks = schedule.blocks(epoch)
        before = done + np.concatenate([[0], np.cumsum(blocks.ends - blocks.begins)[:-1]])
        np.testing.assert_allclose(blocks.alphas, 0.05 - (0.05 - 1e-3) * before / (tokens * epochs), rtol=1e-12)
        done += tokens
    assert np.isclose(blocks.alphas[-1] - blocks.alpha_step * (blocks.ends[-1] - blocks.begins[-1]), 1e-3)
    assert np.isclose(schedule.alpha_after(done), 1e-3)
    assert schedule.alpha_after(0) == 0.05


def test_order_depends_on_seed_and_epoch_alone() -> None:
    schedule = make_schedule(1_000_000, 5, 0.05, 1e-4, seed=7)
    again = make_schedule(1_000_000, 9, 0.5, 1e-3, seed=7)
    assert np.array_equal(schedule.order(3), again.order(3))
    assert not np.array_equal(schedule.order(3), schedule.order(4))
    assert not np.array_equal(schedule.order(3), make_schedule(1_000_000, 5, 0.05, 1e-4, seed=8).order(3))


def test_large_corpus_has_large_blocks_and_a_small_one_many() -> None:
    assert len(cut_into_blocks(100_000_000)) == 10_001
    assert len(cut_into_blocks(1_000_000)) > 200
    assert len(cut_into_blocks(3)) == 2
