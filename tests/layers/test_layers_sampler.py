"""The sampler against the exact probabilities of what it claims to draw: chi-square with fixed seeds."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chisquare

from wordmill.errors import ParameterError
from wordmill.layers import AliasTable, UnigramSampler

DRAWS = 100_000
# Skewed beyond half of the weight (keys), flat (redraws), in between, and with a word that does not occur.
WEIGHTS = {
    "skewed": [60, 20, 10, 5, 5],
    "flat": [5, 4, 4, 5, 6, 4, 5, 4, 4],
    "mixed": [30, 20, 10, 10, 10, 10, 10],
    "absent": [9, 0, 5, 3, 2],
}


def assert_distributed(observed: NDArray[Any], expected: NDArray[Any]) -> None:
    """Compare counts of events with their probabilities; events of probability 0 must not occur."""
    assert expected.sum() == pytest.approx(1)
    assert observed[expected == 0].sum() == 0
    possible = expected > 0
    assert chisquare(observed[possible], expected[possible] * observed.sum()).pvalue > 1e-4


def sequential_probabilities(p: NDArray[np.float64], target: int, K: int) -> dict[tuple[int, ...], float]:
    """Probability of every ordered row that is drawn word by word by the weights of what is left."""
    rows: dict[tuple[int, ...], float] = {}
    for row in permutations([i for i in range(len(p)) if i != target], K):
        left, probability = 1 - p[target], 1.0
        for word in row:
            probability *= p[word] / left if p[word] else 0.0
            left -= p[word]
        rows[row] = probability
    return rows


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS.keys())
def test_alias_table(weights: list[int]) -> None:
    draws = AliasTable(weights).draw(DRAWS, np.random.default_rng(0))
    assert_distributed(np.bincount(draws, minlength=len(weights)), np.array(weights) / sum(weights))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(any))
def test_alias_table_shares_out_exactly_the_weights(weights: list[float]) -> None:
    table = AliasTable(weights)
    V = len(weights)
    mass = table.share / V
    np.add.at(mass, table.alias, (1 - table.share) / V)
    np.testing.assert_allclose(mass, np.array(weights) / sum(weights), atol=1e-12)
    assert np.all(table.share[np.array(weights) == 0] == 0)


@pytest.mark.parametrize("target", [0, 3])
@pytest.mark.parametrize("K", [1, 2, 3])
@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS.keys())
def test_without_replacement_rows_have_the_sequential_distribution(weights: list[int], K: int, target: int) -> None:
    sampler = UnigramSampler.from_counts(weights, 1, K, rng=1)
    rows = sampler.get_negative_sample(np.full(DRAWS, target))
    exact = sequential_probabilities(np.array(weights) / sum(weights), target, K)
    seen = dict.fromkeys(exact, 0)
    for row, times in zip(*np.unique(rows, axis=0, return_counts=True), strict=True):
        seen[tuple(row.tolist())] = int(times)  # a row that is not distinct, or holds the target, is a KeyError below
    assert seen.keys() == exact.keys()
    assert_distributed(np.array(list(seen.values())), np.array(list(exact.values())))


@pytest.mark.parametrize("target", [0, 3])
@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS.keys())
def test_with_replacement_columns_are_independent_draws(weights: list[int], target: int) -> None:
    K = 2
    sampler = UnigramSampler.from_counts(weights, 1, K, replace=True, rng=1)
    rows = sampler.get_negative_sample(np.full(DRAWS, target))
    p = np.array(weights, dtype=float)
    p[target] = 0
    p /= p.sum()
    pairs = np.bincount(rows[:, 0] * len(p) + rows[:, 1], minlength=len(p) ** 2)
    assert_distributed(pairs, np.outer(p, p).reshape(-1))


@pytest.mark.parametrize("replace", [False, True])
def test_a_target_with_nearly_all_of_the_weight_is_still_avoided_exactly(replace: bool) -> None:
    sampler = UnigramSampler.from_counts([1e15, 3, 1], 1, 1, replace=replace, rng=0)
    drawn = np.bincount(sampler.get_negative_sample(np.zeros(20_000, dtype=int))[:, 0], minlength=3)
    assert_distributed(drawn, np.array([0, 0.75, 0.25]))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.data())
def test_rows_are_distinct_and_without_their_target(V: int, data: st.DataObject) -> None:
    K = data.draw(st.integers(1, V - 1))
    counts = data.draw(st.lists(st.integers(1, 1000), min_size=V, max_size=V))
    target = np.arange(V)
    rows = UnigramSampler.from_counts(counts, 0.75, K, rng=0).get_negative_sample(target)
    assert rows.shape == (V, K)
    assert all(len({t, *row}) == K + 1 for t, row in zip(target.tolist(), rows.tolist(), strict=True))


def test_power_lifts_rare_words() -> None:
    corpus = np.repeat([0, 1, 2], [70, 29, 1])
    p = UnigramSampler(corpus, 0.75, 2).probabilities
    np.testing.assert_allclose(p, np.array([70, 29, 1]) ** 0.75 / np.sum(np.array([70, 29, 1]) ** 0.75))
    np.testing.assert_allclose(UnigramSampler(corpus, 0, 2).probabilities, 1 / 3)
    assert UnigramSampler([0, 2, 2], 0, 1).probabilities.tolist() == [0.5, 0, 0.5]


def test_the_seed_decides_the_draws() -> None:
    counts, target = np.arange(1, 50), np.arange(49)
    first, second, other = (
        UnigramSampler.from_counts(counts, rng=seed).get_negative_sample(target) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_many_heavy_rows_stay_within_the_keys_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, target = [100, 50, 25, 12, 6, 3], np.arange(6).repeat(20)
    whole = UnigramSampler.from_counts(counts, 1, 4, rng=0).get_negative_sample(target)
    monkeypatch.setattr("wordmill.layers.sampler._KEYS_AT_ONCE", 13)
    parts = UnigramSampler.from_counts(counts, 1, 4, rng=0).get_negative_sample(target)
    assert np.array_equal(whole, parts)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"counts": [3, 2, 1], "sample_size": 3}, "sample_size of at most 2, or replace=True"),
        ({"counts": [3, 0, 1], "sample_size": 2}, "sample_size of at most 1"),
        ({"counts": [3], "sample_size": 1, "replace": True}, "1 words occur, but 2 are needed"),
        ({"counts": [3, -1], "sample_size": 1}, "counts must be"),
        ({"counts": [3, np.nan], "sample_size": 1}, "counts must be"),
        ({"counts": [3, 1], "sample_size": 0}, "sample_size must be 1 or more"),
        ({"counts": [3, 1], "sample_size": 1, "power": np.inf}, "power must be finite"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        UnigramSampler.from_counts(**arguments)


def test_targets_must_be_a_row_of_known_ids() -> None:
    sampler = UnigramSampler.from_counts([3, 2, 1], sample_size=1)
    with pytest.raises(ParameterError, match=r"ids must be in 0\.\.2"):
        sampler.get_negative_sample([3])
    with pytest.raises(ParameterError, match=r"shape \(B,\)"):
        sampler.get_negative_sample([[1]])
