from __future__ import annotations

import numpy as np
import pytest
from explorer_models import grouped_vectors

from wordmill.explorer.health import anisotropy, hubs
from wordmill.explorer.neighbourhoods import Neighbourhoods, mean_cosine
from wordmill.explorer.shown import Shown
from wordmill.vectors import KeyedVectors
from wordmill.vectors.postprocess import centre


def shown_of(rows: np.ndarray) -> Shown:
    return Shown.most_frequent(KeyedVectors([f"k{row}" for row in range(len(rows))], rows.astype(np.float32)), 10_000)


def test_vectors_in_a_cone_are_cured_by_taking_their_mean_away() -> None:
    shown = shown_of(np.random.default_rng(1).standard_normal((300, 10)) + 3)
    found = anisotropy(shown)
    units = KeyedVectors(shown.keys, shown.units)
    assert found["mean_cosine"] == pytest.approx(mean_cosine(shown.units))
    assert found["mean_cosine"] > 0.8
    cured = centre(units)
    assert found["cured"] == pytest.approx(mean_cosine(cured.unit_vectors(np.arange(300))), abs=1e-6)
    assert abs(found["cured"]) < 0.05
    assert "centre(vectors)" in found["cure"]


def test_hubs_are_named_worst_first_with_a_cure_that_lowers_their_number() -> None:
    rows = np.random.default_rng(2).standard_normal((500, 20)) + 2  # a common direction makes hubs
    shown = shown_of(rows)
    neighbours = Neighbourhoods.of(shown.units)
    found = hubs(shown, neighbours)
    times = [count for _, count in found["top"]]
    assert times == sorted(neighbours.occurrences.tolist(), reverse=True)[:20]
    assert found["skewness"] == pytest.approx(neighbours.skewness)
    assert found["cured"] < found["skewness"]
    assert f"{found['cured']:.2f}" in found["cure"]


@pytest.mark.parametrize("words", [1, 2, 5])
def test_few_keys_have_no_ailments_worth_an_error(words: int) -> None:
    shown = Shown.most_frequent(grouped_vectors(200).subset([f"w{row}" for row in range(10, 10 + words)]), 50)
    found = hubs(shown, Neighbourhoods.of(shown.units))
    assert found["cured"] <= found["skewness"]
    assert np.isfinite(anisotropy(shown)["mean_cosine"])
