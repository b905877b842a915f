"""How changes of replicas become one, and what they tell each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill.training.backends.cluster.changes import Change, change_of, ranges_of
from wordmill.training.backends.cluster.combining import adasum, adasum_of_rows

few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def some_rows(seed: int, rows: int = 7, columns: int = 5) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, rows, columns))
    return a.astype(np.float32), b.astype(np.float32)


def some_changes(seed: int, replicas: int, rows: int = 12) -> list[Change]:
    rng = np.random.default_rng(seed)
    touched = [np.flatnonzero(rng.random(rows) < 0.6).astype(np.int32) for _ in range(replicas)]
    return [Change(rows, rng.normal(size=(len(rows), 4)).astype(np.float32)) for rows in touched]


def dense(change: Change, rows: int = 12) -> NDArray[Any]:
    whole = np.zeros((rows, change.values.shape[1]))
    whole[change.rows] = change.values
    return whole


@few
@given(seeds)
def test_what_is_at_right_angles_adds_up(seed: int) -> None:
    a, b = some_rows(seed)
    a[:, 2:], b[:, :2] = 0, 0
    np.testing.assert_allclose(adasum_of_rows(a, b), a + b, rtol=1e-6)


@few
@given(seeds, st.floats(0.1, 10))
def test_what_goes_in_one_direction_is_taken_once(seed: int, scale: float) -> None:
    a, _ = some_rows(seed)
    np.testing.assert_allclose(adasum_of_rows(a, a), a, rtol=1e-6)
    b = a * np.float32(scale)
    np.testing.assert_allclose(adasum_of_rows(a, b), (a + b) / 2, rtol=1e-4, atol=1e-6)


@few
@given(seeds, st.floats(1e-10, 1e10))
def test_two_replicas_are_equals_and_units_do_not_matter(seed: int, unit: float) -> None:
    a, b = some_rows(seed)
    np.testing.assert_array_equal(adasum_of_rows(a, b), adasum_of_rows(b, a))
    scaled = adasum_of_rows(a * np.float32(unit), b * np.float32(unit))
    expected = adasum_of_rows(a, b) * np.float32(unit)
    np.testing.assert_allclose(scaled, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


def test_nothing_beside_something_is_nothing() -> None:
    a, _ = some_rows(1)
    np.testing.assert_array_equal(adasum_of_rows(a, np.zeros_like(a)), a)
    assert not adasum_of_rows(np.zeros_like(a), np.zeros_like(a)).any()


@few
@given(seeds, st.integers(1, 9))
def test_a_tree_of_pairs(seed: int, replicas: int) -> None:
    changes = some_changes(seed, replicas)
    changes[seed % replicas] = changes[0]  # the same rows, too
    level = [dense(change) for change in changes]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [adasum_of_rows(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    combined = adasum(changes)
    np.testing.assert_allclose(dense(combined), level[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(combined.rows, np.unique(np.concatenate([change.rows for change in changes])))


def test_rows_that_one_replica_changed_are_taken_to_the_bit() -> None:
    changes = some_changes(3, 5)
    combined, touches = adasum(changes), np.zeros(12, np.int64)
    for change in changes:
        touches[change.rows] += 1
    for change in changes:
        alone = touches[change.rows] == 1
        places = np.searchsorted(combined.rows, change.rows[alone])
        np.testing.assert_array_equal(combined.values[places], change.values[alone])


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
