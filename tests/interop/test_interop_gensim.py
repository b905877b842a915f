"""Queries and files give what gensim gives, where the two mean the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill.vectors import KeyedVectors

pytestmark = pytest.mark.filterwarnings("default")
models = pytest.importorskip("gensim.models", reason="gensim is not installed: make test-interop")

KEYS = [f"w{row}" for row in range(80)]


@pytest.fixture(name="pair")
def both() -> tuple[KeyedVectors, Any]:
    vectors = np.random.default_rng(2).standard_normal((80, 10)).astype(np.float32)
    theirs = models.KeyedVectors(10)
    theirs.add_vectors(KEYS, vectors)
    return KeyedVectors(KEYS, vectors), theirs


def assert_same_neighbors(ours: Any, theirs: Any) -> None:
    assert [key for key, _ in ours] == [key for key, _ in theirs]
    np.testing.assert_allclose([score for _, score in ours], [score for _, score in theirs], atol=1e-5)


def test_queries(pair: tuple[KeyedVectors, Any]) -> None:
    ours, theirs = pair
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("most_similar", ("w1",), {"topn": 20}),
        ("most_similar", (["w1", "w2"], ["w3"]), {}),
        ("most_similar", ([("w1", 0.3), ("w2", -2.0)],), {}),
        ("most_similar", ("w1",), {"restrict_vocab": 30}),
        ("most_similar", ("w1",), {"clip_start": 10, "clip_end": 40}),
        ("most_similar_cosmul", (["w1", "w2"], ["w3"]), {}),
        ("similar_by_vector", (np.arange(10, dtype=np.float32),), {}),
        ("similar_by_key", ("w5",), {}),
    ]
    for name, positional, named in calls:
        assert_same_neighbors(getattr(ours, name)(*positional, **named), getattr(theirs, name)(*positional, **named))


def test_pairs_and_sets(pair: tuple[KeyedVectors, Any]) -> None:
    ours, theirs = pair
    numbers: list[tuple[str, tuple[Any, ...]]] = [
        ("similarity", ("w1", "w2")),
        ("distance", ("w1", "w2")),
        ("distances", ("w1",)),
        ("distances", ("w1", ["w5", "w6"])),
        ("n_similarity", (["w1", "w2"], ["w3", "w4", "w5"])),
        ("rank", ("w1", "w9")),
        ("get_mean_vector", (["w1", "w2"], [1.0, -3.0])),
    ]
    for name, arguments in numbers:
        np.testing.assert_allclose(getattr(ours, name)(*arguments), getattr(theirs, name)(*arguments), atol=1e-5)
    keys: list[tuple[str, tuple[Any, ...]]] = [
        ("doesnt_match", (["w1", "w2", "w3", "w4"],)),
        ("most_similar_to_given", ("w1", ["w5", "w6", "w7"])),
    ]
    for name, arguments in keys:
        assert getattr(ours, name)(*arguments) == getattr(theirs, name)(*arguments)
    assert set(ours.closer_than("w1", "w9")) == set(theirs.closer_than("w1", "w9"))


@pytest.mark.parametrize("binary", [False, True])
def test_files_both_ways(tmp_path: Path, pair: tuple[KeyedVectors, Any], binary: bool) -> None:
    ours, theirs = pair
    name = "a.bin" if binary else "a.txt"
    ours.save(tmp_path / name)
    loaded = models.KeyedVectors.load_word2vec_format(str(tmp_path / name), binary=binary)
    assert loaded.index_to_key == KEYS
    np.testing.assert_array_equal(loaded.vectors, ours.vectors)
    theirs.save_word2vec_format(str(tmp_path / name), binary=binary)
    again = KeyedVectors.load(tmp_path / name)
    assert again.keys == KEYS
    np.testing.assert_array_equal(again.vectors, ours.vectors)
