"""Rounds in one process: what a cluster does, by the same workers and without one."""

from __future__ import annotations

import numpy as np
import pytest
from rounds_tasks import BLOCKS, STEP, a_crew, a_task, some_blocks, start, train_locally

from wordmill.training.backends import Blocks
from wordmill.training.backends.cluster.changes import ranges_of
from wordmill.training.backends.cluster.rounds import RoundsBackend, shares_of
from wordmill.training.backends.native import NativeBackend


def test_one_worker_has_the_bits_of_the_native_backend() -> None:
    task, expected = a_task(), start(a_task())
    native = NativeBackend(task, *expected, workers=1)
    sums = [native.train(0, some_blocks(place)) for place in range(3)]
    matrices, ours = train_locally(1, 3)
    for one, other in zip(matrices, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal([part.loss for part in ours], [part.loss for part in sums])


def test_the_same_number_of_workers_gives_the_same_bits_and_another_other_ones() -> None:
    runs = {workers: train_locally(workers, 3)[0] for workers in (2, 3)}
    for workers, matrices in runs.items():
        for one, other in zip(matrices, train_locally(workers, 3)[0], strict=True):
            np.testing.assert_array_equal(one, other)
    assert (runs[2][0] != runs[3][0]).any()


def test_replicas_agree_after_each_round_to_the_bit() -> None:
    crew, matrices = a_crew(4), start(a_task())
    backend = RoundsBackend(crew, matrices)
    for place in range(2):
        backend.train(0, some_blocks(place))
        backend.fetch()
        ranges = ranges_of(matrices, 3_000)
        for worker in range(4):
            assert crew.ask(worker, "rounds") == place + 1
            for rows, part in zip(crew.ask(worker, "state", ranges), ranges, strict=True):
                np.testing.assert_array_equal(rows, part.of(matrices))


def test_a_round_that_was_cut_short_is_trained_again_with_the_same_bits() -> None:
    """What a worker has trained of it is forgotten; one that takes another's place begins where the others stand."""
    expected, _ = train_locally(3, 2)
    crew, matrices = a_crew(3), start(a_task())
    backend = RoundsBackend(crew, matrices)
    backend.train(0, some_blocks(0))
    crew.ask(0, "train", 0, some_blocks(1))
    ranges = ranges_of(matrices)
    crew.replace(1)
    assert crew.ask(1, "rounds") is None
    crew.ask(1, "begin", 1, ranges, *crew.ask(0, "state", ranges))
    backend.train(0, some_blocks(1))
    backend.fetch()
    for one, other in zip(matrices, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("workers", [1, 2, 5, 20])
def test_every_block_has_one_worker(workers: int) -> None:
    blocks = some_blocks(0)
    shares = [share.numbers for share in shares_of(blocks, workers)]
    np.testing.assert_array_equal(np.concatenate(shares), np.arange(len(blocks.begins)))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_tokens_go_to_the_worker_that_holds_them_at_the_rate_of_their_place() -> None:
    order = np.random.default_rng(0).permutation(10)
    blocks = Blocks(order * STEP, (order + 1) * STEP, np.linspace(1, 0.9, 10), 1e-5)
    bounds = np.array([0, STEP // 2, STEP // 2 + 7, 9 * STEP + 1, 10 * STEP])
    shares = shares_of(blocks, 4, bounds)
    held: list[int] = []
    for share, begin, end in zip(shares, bounds[:-1], bounds[1:], strict=True):
        part = share.blocks
        for number, first, last, alpha in zip(share.numbers, part.begins, part.ends, part.alphas, strict=True):
            assert begin <= first < last <= end
            assert alpha == pytest.approx(blocks.alphas[number] - 1e-5 * (first - blocks.begins[number]))
            held.extend(range(first, last))
    assert sorted(held) == list(range(10 * STEP))


def test_a_block_that_two_workers_share_has_one_entry() -> None:
    task, matrices = a_task(), start(a_task())
    middle = STEP * BLOCKS // 2 + 75  # three sequences into a block
    backend = RoundsBackend(a_crew(2), matrices, np.array([0, middle, STEP * BLOCKS]))
    sums, alone = (
        backend.train(0, some_blocks(0)),
        NativeBackend(task, *start(task), workers=1).train(0, some_blocks(0)),
    )
    for name in ("examples", "centres", "subsampled", "without_context"):
        np.testing.assert_array_equal(getattr(sums, name), getattr(alone, name))
