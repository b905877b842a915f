"""The search of the core is exact: it finds what brute force in double precision finds, ties included, to the bit."""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.core import core
from wordmill.vectors.matrix import row_norms

SCREENS = core.available_screens()
COUNTS = [3, 20, 60]  # of queries: few meet rows as they are, many meet them in 8 bits


def brute_force(rows: Any, norms: Any, queries: Any, k: int, exclude: Any, start: int, stop: int) -> Any:
    """Ids and scores (Q, k), with -1 and minus infinity where there are fewer."""
    divisors = np.where(norms > 0, norms, np.inf).astype(np.float64)
    scores = (queries.astype(np.float64) @ rows.astype(np.float64).T / divisors).astype(np.float32)
    ids = np.full((len(queries), k), -1)
    best = np.full((len(queries), k), -np.inf, dtype=np.float32)
    for q, excluded in enumerate(exclude):
        allowed = np.setdiff1d(np.arange(start, stop), excluded)
        order = allowed[np.lexsort((allowed, -scores[q, allowed]))][:k]
        ids[q, : len(order)], best[q, : len(order)] = order, scores[q, order]
    return ids, best


def search(rows: Any, norms: Any, queries: Any, k: int, exclude: Any = None, *, isa: str, **options: Any) -> Any:
    exclude = [[]] * len(queries) if exclude is None else exclude
    return core.nearest(
        rows,
        norms,
        queries,
        k=k,
        exclude_offsets=np.cumsum([0, *map(len, exclude)]),
        exclude=np.concatenate([np.sort(np.array(ids, dtype=np.int64)) for ids in exclude]),
        isa=isa,
        **{"start": 0, "stop": len(rows), "threads": 1, **options},
    )


def make_rows(rng: np.random.Generator, kind: str, count: int, size: int) -> Any:
    """Rows that are hard in some way. Whole numbers, so that sums in double precision are exact, in any order."""
    rows = rng.integers(-1000, 1001, (count, size)).astype(np.float32)
    if kind == "few distinct":
        rows = rows[rng.integers(0, 3, count) % count]
    elif kind == "near ties":
        rows = rows[:1] * 1000 + rng.integers(-1, 2, (count, size))
    elif kind == "one large":
        rows = rng.integers(-1, 2, (count, size)).astype(np.float32)
        rows[np.arange(count), rng.integers(0, size, count)] *= 100_000
    elif kind == "all scales":
        rows *= 2.0 ** rng.integers(-140, 100, (count, 1))
    elif kind == "parallel":
        rows += 10_000 * (1 + rng.integers(0, 100))
    elif kind == "few directions":
        rows += rng.integers(-9, 10, (count, 3)) @ rng.integers(-5_000, 5_000, (3, size))
    elif kind == "denormal":
        rows *= 2.0**-149
    rows[rng.random(count) < 0.1] = 0
    return rows.astype(np.float32)


KINDS = ["any", "few distinct", "near ties", "one large", "all scales", "parallel", "few directions", "denormal"]


@pytest.mark.parametrize("isa", SCREENS)
@given(data=st.data(), kind=st.sampled_from(KINDS), seed=st.integers(0, 1 << 30))
@settings(max_examples=60, deadline=None)
def test_equals_brute_force(isa: str, data: st.DataObject, kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = data.draw(st.sampled_from([1, 2, 63, 64, 65]) | st.integers(1, 700), label="rows")
    size = data.draw(st.sampled_from([1, 3, 4, 5, 16, 17, 100]) | st.integers(1, 70), label="D")
    k = data.draw(st.integers(1, 12) | st.just(count) | st.just(count + 3), label="k")
    start, stop = sorted(data.draw(st.tuples(*2 * [st.integers(0, count)])))
    rows = make_rows(rng, kind, count, size)
    queries = make_rows(
        rng,
        data.draw(st.sampled_from(["any", kind])),
        data.draw(st.integers(1, 20) | st.sampled_from([47, 48, 60]), label="Q"),
        size,
    )
    queries *= np.float32(2.0**-10)
    exclude = [rng.integers(0, count, rng.integers(0, 4)) for _ in queries]
    norms = row_norms(rows)
    ids, scores = search(rows, norms, queries, k, exclude, isa=isa, start=start, stop=stop, threads=2)
    expected_ids, expected_scores = brute_force(rows, norms, queries, k, exclude, start, stop)
    np.testing.assert_array_equal(scores, expected_scores)
    np.testing.assert_array_equal(ids, expected_ids)


ALIKE: dict[str, Any] = {  # what rows may have in common, (rows, D), beside noise of length 1 in each dimension
    "a direction": lambda rng, count, size: np.full((count, size), 10.0),
    "its opposite too": lambda rng, count, size: 10 * rng.choice([-1, 1], (count, 1)),
    "four directions": lambda rng, count, size: 20 * rng.standard_normal((count, 4)) @ rng.standard_normal((4, size)),
    "one of five": lambda rng, count, size: (
        1e3 * rng.standard_normal((5, size))[np.arange(count) % 5]  # so tight that 8 bits cannot tell a fifth apart
    ),
    "one of twelve": lambda rng, count, size: 100 * rng.standard_normal((12, size))[np.arange(count) % 12],
    "all but a few": lambda rng, count, size: np.where(rng.random((count, 1)) < 0.01, 0, 1e3),
    "almost everything": lambda rng, count, size: 1e4,
    "everything": lambda rng, count, size: 1e12 * rng.integers(1, 4, (count, 1)),
}


@pytest.mark.parametrize("isa", SCREENS)
@pytest.mark.parametrize("alike", ALIKE)
@pytest.mark.parametrize("count", COUNTS)
def test_rows_that_are_much_alike(isa: str, alike: str, count: int) -> None:
    """Rounded to 8 bits they are all the same: few queries and many see to that in ways of their own."""
    rng = np.random.default_rng(0)
    rows: Any = np.round(rng.standard_normal((4000, 48)) * 1024 + 1024 * ALIKE[alike](rng, 4000, 48)).astype(np.float32)
    rows[rng.random(4000) < 0.1] = 0
    rows[rng.random(4000) < 0.1] = rows[1]
    norms, queries = row_norms(rows), rows[:count] * np.float32(2.0**-20)
    found = search(rows, norms, queries, 10, isa=isa, threads=2)
    for one, other in zip(found, brute_force(rows, norms, queries, 10, [[]] * count, 0, 4000), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("isa", SCREENS)
@pytest.mark.parametrize("count", COUNTS)
def test_norms_that_lie_of_rows_that_are_alike(isa: str, count: int) -> None:
    rng = np.random.default_rng(0)
    rows = (1000 + rng.integers(-9, 10, (700, 12))).astype(np.float32)
    norms = row_norms(rows) * rng.choice([0, 1e-38, 1e-20, 0.5, 1, 1, 1, 1e20], 700).astype(np.float32)
    queries = (rows[:count] * 2.0 ** rng.integers(-100, 100, (count, 1))).astype(np.float32)
    found = search(rows, norms, queries, 5, isa=isa)
    with np.errstate(over="ignore"):
        expected = brute_force(rows, norms, queries, 5, [[]] * count, 0, 700)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.skipif("WORDMILL_SANITIZED" in os.environ, reason="sanitizers slow the core, not NumPy")
@pytest.mark.parametrize("queries", [1, 400])
@pytest.mark.parametrize("shared", [10, 1e4, 1e12])
def test_rows_that_are_alike_take_no_more_than_a_product(shared: float, queries: int) -> None:
    """NumPy's product takes the same time whatever the rows are. In turns, the least of three."""
    noise = np.random.default_rng(0).standard_normal((20_000, 100))
    rows = (noise + shared).astype(np.float32)
    norms = row_norms(rows)
    units = rows / norms[:, None]
    seconds: dict[str, list[float]] = {"search": [], "product": []}
    for _ in range(3):
        begin = time.perf_counter()
        search(rows, norms, units[:queries], 10, isa="")
        middle = time.perf_counter()
        np.argpartition(units[:queries] @ units.T, -10, axis=1)
        seconds["search"].append(middle - begin)
        seconds["product"].append(time.perf_counter() - middle)
    assert min(seconds["search"]) < 4 * min(seconds["product"])


@pytest.mark.parametrize("isa", SCREENS)
@pytest.mark.parametrize("size", [100, 300, 2000])
def test_many_blocks_of_clustered_rows(isa: str, size: int) -> None:
    """Queries are rows themselves, and the nearest of many rows lie close together, as words do."""
    rng = np.random.default_rng(size)
    centres = rng.standard_normal((20, size)).repeat(2_000_000 // size // 20, axis=0)
    rows = (rng.permutation(centres) + 0.3 * rng.standard_normal(centres.shape)).astype(np.float32)
    norms = row_norms(rows)
    queries = rows[:100] / norms[:100, None]
    exclude = np.arange(100)[:, None]
    found = search(rows, norms, queries, 10, exclude, isa=isa, threads=2)
    for one, other in zip(found, brute_force(rows, norms, queries, 10, exclude, 0, len(rows)), strict=True):
        np.testing.assert_array_equal(one, other)


LARGE_AND_SMALL = np.array(
    [1000] + [3] * 99
)  # in 8 bits the small ones are 0, and a tenth of the length of ones is lost
ONES = np.ones(100)


@pytest.mark.parametrize("isa", SCREENS)
@pytest.mark.parametrize(
    ("query", "best", "others"),
    [
        pytest.param(ONES, LARGE_AND_SMALL, [10, 1, 1] + [0] * 97, id="row"),
        pytest.param(LARGE_AND_SMALL, ONES, [12] + [10] + [-10, 10] * 49, id="query"),
    ],
)
def test_what_rounding_takes_away_is_not_lost(isa: str, query: Any, best: Any, others: Any) -> None:
    """The best row (0.13) scores below the others (0.12) as rounded (0.10), because all rests point one way."""
    rows = np.tile(np.array(others, dtype=np.float32), (6000, 1))
    rows[5000] = best
    queries = np.tile((query / np.linalg.norm(query)).astype(np.float32), (60, 1))
    ids, scores = search(rows, row_norms(rows), queries, 2, isa=isa)
    np.testing.assert_array_equal(ids, [[5000, 0]] * 60)
    np.testing.assert_allclose(scores[0], [0.13, 0.12], atol=0.002)


@pytest.mark.parametrize("isa", SCREENS)
@pytest.mark.parametrize("count", COUNTS)
def test_scores_that_rise_beat_the_bar_all_the_way(isa: str, count: int) -> None:
    angles = np.linspace(np.pi, 0, 20_000)
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    queries = np.resize(np.array([[1, 0], [-1, 0], [0, 0]], dtype=np.float32), (count, 2))
    norms = row_norms(rows)
    found = search(rows, norms, queries, 3, isa=isa)
    for one, other in zip(found, brute_force(rows, norms, queries, 3, [[]] * count, 0, len(rows)), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("isa", SCREENS)
@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1e30])
@pytest.mark.parametrize("count", COUNTS)
def test_norms_that_are_not_those_of_the_rows(isa: str, scale: float, count: int) -> None:
    """A file may hold any norms: the bound is of the rows divided by them."""
    rng = np.random.default_rng(0)
    rows = rng.integers(-9, 10, (500, 8)).astype(np.float32)
    norms = (rng.integers(0, 5, 500) * np.where(rng.random(500) < 0.1, scale, 1)).astype(np.float32)
    queries = rng.integers(-9, 10, (count, 8)).astype(np.float32)
    found = search(rows, norms, queries, 5, isa=isa)
    for one, other in zip(found, brute_force(rows, norms, queries, 5, [[]] * count, 0, 500), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("isa", SCREENS)
@pytest.mark.parametrize("times", [1, 30])
def test_nan_is_never_found(isa: str, times: int) -> None:
    rows = np.array([[np.nan, 1], [1, 0], [0, 1]], dtype=np.float32)
    queries = np.array([[0.6, 0.8], [np.nan, 0]] * times, dtype=np.float32)
    ids, _ = search(rows, np.ones(3, dtype=np.float32), queries, 3, isa=isa)
    np.testing.assert_array_equal(ids, [[2, 1, -1], [-1, -1, -1]] * times)


@pytest.mark.parametrize("isa", SCREENS)
@pytest.mark.parametrize("count", COUNTS)
def test_rows_that_are_no_numbers_do_not_hide_others(isa: str, count: int) -> None:
    """Not where every row shares a direction either, nor where their norms are NaN, which score 0 as norms of 0 do."""
    rng = np.random.default_rng(0)
    rows = (1000 + rng.integers(-9, 10, (900, 20))).astype(np.float32)
    rows[::7], rows[3::11], rows[5::13] = np.nan, np.inf, 0
    norms, queries = row_norms(rows), rng.integers(-9, 10, (count, 20)).astype(np.float32)
    with np.errstate(invalid="ignore"):
        expected = brute_force(
            np.where(norms[:, None] > 0, rows, 0), norms, queries, 300, [np.arange(3, 900, 11)] * count, 0, 900
        )
    found = search(rows, norms, queries, 300, [np.arange(3, 900, 11)] * count, isa=isa)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_rows_with_padding_between_them() -> None:
    rng = np.random.default_rng(0)
    wide = rng.standard_normal((300, 24)).astype(np.float32)
    rows, queries = wide[::-2, 3:23], rng.standard_normal((9, 20)).astype(np.float32)
    norms = row_norms(rows)
    for isa in SCREENS:
        found = search(rows, norms, queries, 4, isa=isa)
        for one, other in zip(found, search(np.ascontiguousarray(rows), norms, queries, 4, isa=isa), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": np.ones((3, 4), dtype=np.float32, order="F")}, "side by side"),
        ({"norms": np.ones(2, dtype=np.float32)}, "must fit"),
        ({"queries": np.ones((1, 3), dtype=np.float32)}, "must fit"),
        ({"stop": 4}, "must exist"),
        ({"k": 0}, "at least 1"),
        ({"threads": 0}, "at least 1"),
        ({"exclude": [[], []]}, "exclude_offsets"),
        ({"isa": "sse9"}, "sse9.*baseline"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], message: str) -> None:
    call = {
        "rows": np.ones((3, 4), dtype=np.float32),
        "norms": np.ones(3, dtype=np.float32),
        "queries": np.ones((1, 4), dtype=np.float32),
        "k": 1,
        "isa": "",
        **change,
    }
    with pytest.raises((ValueError, IndexError), match=message):
        search(**call)
