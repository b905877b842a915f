"""How changes of replicas become one, and what they tell each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill.training.backends import HuffmanPaths, NegativeSampling, Objective, Task
from wordmill.training.backends.cluster.changes import Change, Range, change_of, ranges_of
from wordmill.training.backends.cluster.combining import ByCurvature, settled, total
from wordmill.training.backends.cluster.curvature import Curvature, Meetings, curvatures_of, meetings_of

few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def some_changes(seed: int, replicas: int, rows: int = 12) -> list[Change]:
    rng = np.random.default_rng(seed)
    touched = [np.flatnonzero(rng.random(rows) < 0.6).astype(np.int32) for _ in range(replicas)]
    return [Change(rows, rng.normal(size=(len(rows), 4)).astype(np.float32)) for rows in touched]


def dense(change: Change, rows: int = 12) -> NDArray[Any]:
    whole = np.zeros((rows, change.values.shape[1]))
    whole[change.rows] = change.values
    return whole


def some_meetings(rows: int = 12) -> Meetings:
    return Meetings(np.full(rows, 0.3), np.full(rows, 0.5), together=1)


def curved(values: Sequence[float]) -> Curvature:
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(len(values), len(values))))
    return Curvature(np.array(values), turn)


@few
@given(seeds, st.integers(2, 9), st.floats(0.01, 3))
def test_replicas_go_as_far_as_one_after_the_other(seed: int, replicas: int, steps: float) -> None:
    """Of a quadratic loss, where each step goes a share of the way."""
    rng, curvature = np.random.default_rng(seed), curved([0.001, 0.1, 1, 4])
    way = rng.normal(size=(5, 4))
    decay = np.exp(-steps * curvature.values)
    gone, at_last = (
        way @ curvature.directions * (1 - decay**times) @ curvature.directions.T for times in (1, replicas)
    )
    np.testing.assert_allclose(settled(replicas * gone, np.full(5, steps), curvature, replicas), at_last, rtol=1e-6)


@few
@given(seeds, st.integers(2, 9))
def test_small_steps_add_up_and_settled_directions_are_averaged(seed: int, replicas: int) -> None:
    sums = np.random.default_rng(seed).normal(size=(6, 3)).astype(np.float32)
    curvature = curved([1, 1, 1])
    np.testing.assert_allclose(settled(sums, np.zeros(6), curvature, replicas), sums, atol=1e-4)
    np.testing.assert_allclose(settled(sums, np.full(6, 1e3), curvature, replicas), sums / replicas, atol=1e-6)


@few
@given(seeds, st.integers(1, 9))
def test_changes_add_up(seed: int, replicas: int) -> None:
    changes = some_changes(seed, replicas)
    changes[seed % replicas] = changes[0]  # the same rows, too
    summed = total(changes)
    np.testing.assert_allclose(dense(summed), sum(map(dense, changes)), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(summed.rows, np.unique(np.concatenate([change.rows for change in changes])))


def test_rows_that_one_replica_changed_are_taken_to_the_bit() -> None:
    changes, combine = some_changes(3, 5), ByCurvature(some_meetings())
    before = [change.values.copy() for change in changes]
    seen = curved([1, 2, 3, 4]), curved([1, 2, 3, 4])
    combined, touches = combine(changes, Range(0, 0, 12), 100.0, seen), np.zeros(12, np.int64)
    for change in changes:
        touches[change.rows] += 1
    for change, values in zip(changes, before, strict=True):
        np.testing.assert_array_equal(change.values, values)
        alone = touches[change.rows] == 1
        places = np.searchsorted(combined.rows, change.rows[alone])
        np.testing.assert_array_equal(combined.values[places], change.values[alone])
        assert (combined.values[np.searchsorted(combined.rows, change.rows[~alone])] != change.values[~alone]).any()


@pytest.mark.parametrize("shape", ["pairs", "mean"])
@pytest.mark.parametrize("hierarchical", [False, True])
def test_meetings_are_those_that_happen(shape: Literal["pairs", "mean"], hierarchical: bool) -> None:
    """A score meets one input, or a mean of inputs, and one output: what both sides expect is as much."""
    rng = np.random.default_rng(0)
    ids = np.minimum(rng.zipf(1.4, 20_000) - 1, 99).astype(np.int32)
    counts = np.bincount(ids, minlength=100)
    objective = HuffmanPaths(counts) if hierarchical else NegativeSampling(5, np.asarray(counts**0.75, np.float64))
    offsets = np.arange(0, 20_001, 100)
    task = Task(shape, "word2vec", objective, 5, True, 1, ids, offsets, np.full(100, 0.5), outputs_learn=True)
    meetings = meetings_of(task, 103)
    assert meetings.inputs[100:].tolist() == [0, 0, 0]
    per_window = meetings.inputs.sum() if shape == "pairs" else meetings.inputs.sum() / meetings.together
    assert per_window == pytest.approx(meetings.outputs.sum())
    assert meetings.outputs.sum() == pytest.approx((3.0 if shape == "pairs" else 0.5) * questions_of(objective, counts))


def questions_of(objective: Objective, counts: NDArray[Any]) -> float:
    return float(objective.expected_asked(counts / counts.sum()).sum())


def test_directions_are_those_of_the_other_matrix_and_vectors_that_are_not_finite_have_none() -> None:
    inputs, outputs = np.random.default_rng(0).normal(size=(2, 12, 4)).astype(np.float32)
    outputs[:, 1:] = 0
    of_inputs, of_outputs = curvatures_of((inputs, outputs), some_meetings())
    assert np.abs(of_inputs.directions[0, -1]) == pytest.approx(1)
    assert of_inputs.values[:-1].max() < 1e-6 < of_outputs.values.min()
    inputs[3, 2] = np.nan
    assert not curvatures_of((inputs, outputs), some_meetings())[1].values.any()


@few
@given(seeds, st.integers(1, 60), st.integers(1, 40))
def test_ranges_hold_every_row_once_in_parts_of_bounded_size(seed: int, inputs: int, outputs: int) -> None:
    matrices = np.zeros((inputs, 6), np.float32), np.zeros((outputs, 6), np.float32)
    ranges = ranges_of(matrices, largest=200)
    for part in ranges:
        part.of(matrices)[:] += 1
        change = change_of(np.zeros_like(part.of(matrices)), part.of(matrices))
        assert change.rows.nbytes + change.values.nbytes <= 200
    for matrix in matrices:
        assert (matrix == 1).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_change_is_what_was_gained_by_rows_that_changed(dtype: type[np.floating[Any]]) -> None:
    before = np.random.default_rng(0).normal(size=(9, 3)).astype(dtype)
    now = before.copy()
    now[[2, 5], 1] += dtype(0.5)
    change = change_of(before, now)
    assert change.rows.tolist() == [2, 5]
    np.testing.assert_array_equal(before[change.rows] + change.values, now[change.rows])
