from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.explorer.neighbourhoods import Neighbourhoods, mean_cosine
from wordmill.vectors.matrix import row_norms, unit_rows


def units_of(points: int, size: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((points, size)).astype(np.float32) + 0.5
    return unit_rows(rows, row_norms(rows))


@settings(max_examples=20)
@given(st.integers(1, 40), st.integers(1, 8), st.integers(0, 9))
def test_neighbours_are_those_of_all_pairs(points: int, size: int, seed: int) -> None:
    units = units_of(points, size, seed)
    cosines = units.astype(np.float64) @ units.T
    np.fill_diagonal(cosines, -np.inf)
    found = Neighbourhoods.of(units, 10)
    assert found.ids.shape == (points, min(10, points - 1))
    np.testing.assert_allclose(found.cosines, -np.sort(-cosines)[:, : found.ids.shape[1]], atol=1e-5)
    assert (found.ids != np.arange(points)[:, None]).all()
    assert found.occurrences.sum() == found.ids.size
    assert found.nearest(3).ids.shape[1] == min(3, points - 1)


@settings(max_examples=20)
@given(st.integers(2, 40), st.integers(1, 8), st.integers(0, 9))
def test_the_mean_cosine_is_that_of_all_pairs(points: int, size: int, seed: int) -> None:
    units = units_of(points, size, seed).astype(np.float64)
    cosines = units @ units.T
    assert mean_cosine(units) == pytest.approx(cosines[~np.eye(points, dtype=bool)].mean(), abs=1e-9)


def test_one_that_is_everybodys_neighbour_is_a_hub() -> None:
    around = np.eye(30)
    hub = np.full((1, 30), 30**-0.5)  # nearer to each than they are to each other
    found = Neighbourhoods.of(np.concatenate([around, hub]).astype(np.float32), 1)
    assert found.occurrences[30] == 30
    assert found.skewness > 3


def test_neighbours_of_a_ring_are_alike_for_all() -> None:
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    ring = Neighbourhoods.of(np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32), 2)
    assert ring.skewness == pytest.approx(0, abs=1e-6)
    assert ring.density == pytest.approx(np.cos(2 * np.pi / 32))
