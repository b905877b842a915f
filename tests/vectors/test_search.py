from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.vectors import search
from wordmill.vectors.matrix import row_norms, unit_rows
from wordmill.vectors.search import top_k


def brute_force(matrix: Any, queries: Any, k: int, exclude: Any, span: Any) -> Any:
    scores = queries @ unit_rows(matrix, row_norms(matrix)).T
    found = []
    for row, excluded in zip(scores, exclude, strict=True):
        allowed = [i for i in range(*span) if i not in set(excluded.tolist())]
        found.append([i for _, i in sorted((-row[i], i) for i in allowed)][:k])
    return found, scores


@given(st.integers(0, 10_000), st.integers(1, 3000), st.integers(1, 12), st.integers(1, 40), st.booleans())
@settings(max_examples=40, deadline=None)
def test_equals_brute_force(seed: int, rows: int, queries: int, k: int, narrow: bool) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((rows, 4))
    matrix[rng.integers(0, rows, rows // 10)] = 0
    start, stop = sorted(rng.integers(0, rows + 1, 2).tolist()) if narrow else (0, rows)
    points = unit_rows(rng.standard_normal((queries, 4)), np.ones(queries))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    exclude = [rng.integers(0, rows, rng.integers(0, 5)) for _ in range(queries)]
    found = top_k(matrix, row_norms(matrix), points, k, exclude=exclude, start=start, stop=stop)
    expected, scores = brute_force(matrix, points, k, exclude, (start, stop))
    for row, want in enumerate(expected):
        ids = found.ids[row][found.ids[row] >= 0]
        assert len(ids) == len(want)
        assert not set(ids.tolist()) & set(exclude[row].tolist())
        np.testing.assert_allclose(found.similarities[row][: len(want)], scores[row, want], atol=1e-12)
        assert (found.similarities[row][len(want) :] == -np.inf).all()


def test_small_blocks_and_worst_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Similarities that rise along the rows beat the threshold all the way."""
    monkeypatch.setattr(search, "_SCORES", 1)
    angles = np.linspace(np.pi, 0, 20_000)
    matrix = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = top_k(matrix, row_norms(matrix), np.array([[1, 0], [-1, 0]], dtype=np.float32), 3)
    np.testing.assert_array_equal(found.ids[1], [0, 1, 2])
    assert set(found.ids[0]) <= set(range(19_900, 20_000))


def test_more_queries_than_one_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_QUERIES", 3)
    matrix = np.random.default_rng(2).standard_normal((50, 6)).astype(np.float32)
    norms = row_norms(matrix)
    units = unit_rows(matrix, norms)
    np.testing.assert_array_equal(top_k(matrix, norms, units, 1).ids[:, 0], np.arange(50))


def test_no_query() -> None:
    matrix = np.ones((3, 2))
    assert top_k(matrix, row_norms(matrix), np.empty((0, 2)), 5).ids.shape == (0, 3)


@pytest.mark.parametrize("k", [1, 5])
def test_ties_go_to_the_smaller_id(k: int) -> None:
    matrix = np.ones((5000, 2))
    found = top_k(matrix, row_norms(matrix), np.array([[1.0, 0]]), k, exclude=[np.array([1])])
    np.testing.assert_array_equal(found.ids[0], [0, 2, 3, 4, 5][:k])


def test_norms_do_not_overflow() -> None:
    np.testing.assert_allclose(row_norms(np.full((1, 4), 1e30, dtype=np.float32)), [2e30], rtol=1e-6)
