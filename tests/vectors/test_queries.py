from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from wordmill.errors import FormatError, MissingKeyError, ParameterError, WordmillError
from wordmill.vectors import KeyedVectors
from wordmill.vectors.ann import ApproximateIndex

V, D = 60, 8
KEYS = [f"w{row}" for row in range(V)]


@pytest.fixture(name="kv")
def keyed_vectors() -> KeyedVectors:
    vectors = np.random.default_rng(5).standard_normal((V, D)).astype(np.float32)
    return KeyedVectors(KEYS, vectors, counts=np.arange(V, 0, -1), tokenizer="words", lowercase=True)


@pytest.fixture(name="cosine")
def cosines(kv: KeyedVectors) -> Any:
    unit = kv.vectors / np.linalg.norm(kv.vectors, axis=1, keepdims=True)
    return unit @ unit.T


def test_nearest_is_most_similar_for_many(kv: KeyedVectors) -> None:
    for key, found in zip(KEYS, kv.nearest(KEYS, k=7), strict=True):
        expected = kv.most_similar(key, topn=7)
        assert [neighbor.key for neighbor in found] == [neighbor.key for neighbor in expected]
        np.testing.assert_allclose([n.similarity for n in found], [n.similarity for n in expected], atol=1e-6)
    by_vector = kv.nearest(kv.vectors * 3, k=1)
    assert [found[0].key for found in by_vector] == KEYS
    assert [len(found) for found in kv.nearest(KEYS[:2], k=1000)] == [V - 1, V - 1]
    assert {n.key for n in kv.nearest(["w9"], k=99, restrict_vocab=5)[0]} == set(KEYS[:5])


def test_nearest_refuses(kv: KeyedVectors) -> None:
    with pytest.raises(ParameterError, match="give a list of keys"):
        kv.nearest("w1")
    with pytest.raises(MissingKeyError, match="w99"):
        kv.nearest(["w1", "w99"])
    with pytest.raises(ParameterError, match=r"must be \(n, 8\)"):
        kv.nearest(np.ones((2, 3)))
    with pytest.raises(ParameterError, match="k must be"):
        kv.nearest(["w1"], k=0)
    for number in (np.nan, np.inf, 1e39, 1e300):  # the last two in float64, and no float32
        with pytest.raises(ParameterError, match="NaN or infinity, or is too long"):
            kv.nearest(np.full((1, D), number))
    with pytest.raises(ParameterError, match="too long"):
        kv.most_similar(np.full(D, 3e38, np.float32))


def test_clipping(kv: KeyedVectors, cosine: Any) -> None:
    found = kv.most_similar("w3", topn=5, clip_start=10, clip_end=30)
    expected = 10 + np.argsort(-cosine[3, 10:30])[:5]
    assert [n.key for n in found] == [KEYS[row] for row in expected]
    assert kv.most_similar("w3", restrict_vocab=20) == kv.most_similar("w3", clip_end=20)
    assert kv.most_similar("w3", restrict_vocab=1000) == kv.most_similar("w3")
    spans: list[Any] = [
        {"clip_start": 10, "clip_end": 10},
        {"clip_start": -1},
        {"restrict_vocab": 0},
        {"clip_start": V},
    ]
    for span in spans:
        with pytest.raises(ParameterError, match=r"hold no key|restrict_vocab"):
            kv.most_similar("w3", **span)


def test_cosmul(kv: KeyedVectors, cosine: Any) -> None:
    shifted = (1 + cosine) / 2
    scores = shifted[1] * shifted[2] / (shifted[3] + 1e-6)
    scores[[1, 2, 3]] = -1
    found = kv.most_similar_cosmul(["w1", "w2"], ["w3"], topn=6)
    assert [n.key for n in found] == [KEYS[row] for row in np.argsort(-scores)[:6]]
    np.testing.assert_allclose([n.similarity for n in found], np.sort(scores)[::-1][:6], rtol=1e-5)
    assert len(kv.most_similar_cosmul("w1", topn=1000)) == V - 1
    assert {n.key for n in kv.most_similar_cosmul("w9", topn=99, restrict_vocab=4)} == set(KEYS[:4])
    with pytest.raises(ParameterError, match="at least one"):
        kv.most_similar_cosmul()


def test_similar_by(kv: KeyedVectors) -> None:
    assert kv.similar_by_key("w4", topn=3) == kv.most_similar("w4", topn=3)
    assert kv.similar_by_vector(kv["w4"], topn=1)[0].key == "w4"
    assert kv.similar_by_vector(kv["w4"], restrict_vocab=3, topn=9) == kv.most_similar([kv["w4"]], clip_end=3, topn=9)


def test_distances(kv: KeyedVectors, cosine: Any) -> None:
    np.testing.assert_allclose(kv.distances("w5"), 1 - cosine[5], atol=1e-6)
    np.testing.assert_allclose(kv.distances(kv["w5"] * 2, ["w7", "w8"]), 1 - cosine[5, 7:9], atol=1e-6)
    assert kv.distance("w5", "w7") == pytest.approx(1 - kv.similarity("w5", "w7"))


def test_rank_and_closer_than(kv: KeyedVectors) -> None:
    neighbors = [n.key for n in kv.most_similar("w5", topn=V)]
    assert kv.rank("w5", neighbors[0]) == 1
    assert kv.rank("w5", neighbors[9]) == 10
    assert kv.closer_than("w5", neighbors[4]) == neighbors[:4]
    assert kv.most_similar_to_given("w5", [neighbors[8], neighbors[2], neighbors[5]]) == neighbors[2]
    with pytest.raises(ParameterError, match="list"):
        kv.most_similar_to_given("w5", [])


def test_mean_vector(kv: KeyedVectors) -> None:
    unit = kv.vectors / kv.norms[:, None]
    mean = kv.get_mean_vector(["w1", "w2"], weights=[1, -3])
    np.testing.assert_allclose(mean, (unit[1] - 3 * unit[2]) / 4, atol=1e-6)
    raw = kv.get_mean_vector(["w1", kv["w2"] * 5], pre_normalize=False)
    np.testing.assert_allclose(raw, (kv["w1"] + 5 * kv["w2"]) / 2, atol=1e-5)
    assert np.linalg.norm(kv.get_mean_vector(["w1", "w2"], post_normalize=True)) == pytest.approx(1)
    np.testing.assert_allclose(kv.get_mean_vector(["w1", "none"], ignore_missing=True), unit[1], atol=1e-6)
    np.testing.assert_allclose(kv.get_mean_vector("w1"), unit[1], atol=1e-6)
    with pytest.raises(MissingKeyError):
        kv.get_mean_vector(["w1", "none"])
    with pytest.raises(ParameterError, match="at least one key"):
        kv.get_mean_vector(["none"], ignore_missing=True)
    np.testing.assert_array_equal(kv.get_mean_vector(["w1", "w2"], weights=np.array([1, -3])), mean)
    np.testing.assert_array_equal(kv.get_mean_vector(pd.Series(["w1", "w2"], index=[7, 9]), [1, -3]), mean)
    for weights in ([1], np.ones(1), ["a", "b"], [1, np.nan], 1, [[1], [1, 2]]):
        with pytest.raises(ParameterError):
            kv.get_mean_vector(["w1", "w2"], weights=weights)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "keys",
    [pd.Series, lambda keys: pd.Series(keys, index=keys[::-1]), lambda keys: pd.Series(keys, index=[2, 0, 1]), iter,
     pa.array, np.array, pd.Index],
)  # fmt: skip
def test_keys_in_any_container(kv: KeyedVectors, keys: Callable[[list[str]], Any]) -> None:
    listed = ["w1", "w2", "w3"]
    assert kv.doesnt_match(keys(listed)) == kv.doesnt_match(listed)
    assert kv.most_similar_to_given("w4", keys(listed)) == kv.most_similar_to_given("w4", listed)
    np.testing.assert_array_equal(kv.distances("w4", keys(listed)), kv.distances("w4", listed))
    assert kv.n_similarity(keys(listed), listed) == kv.n_similarity(listed, listed)


def test_no_queries(kv: KeyedVectors) -> None:
    masked = np.ma.array(np.ones(kv.vector_size), mask=[True] + [False] * (kv.vector_size - 1))
    asked: list[Callable[[], object]] = [
        lambda: kv.similar_by_vector(masked),
        lambda: kv.similar_by_vector("w1"),  # type: ignore[arg-type]
        lambda: kv.most_similar(np.array("w1")),
        lambda: kv.most_similar("w1", clip_start=None),  # type: ignore[arg-type]
        lambda: kv.most_similar("w1", indexer=kv.vectors),  # type: ignore[arg-type]
        lambda: kv.distances("w1", 3),
        lambda: kv.encode("w1", sif=np.inf),
        lambda: kv.encode("w1", sif="1e-3"),  # type: ignore[arg-type]
        lambda: kv.build_index(connectivity="16"),
        lambda: kv.build_index(connectivity=0),
        lambda: kv.build_index(dtype="f64"),
        lambda: kv.add_vectors("ab", np.ones((2, kv.vector_size))),
    ]
    for ask in asked:
        with pytest.raises(WordmillError):
            ask()


def test_n_similarity(kv: KeyedVectors) -> None:
    a, b = kv.vectors[:3].mean(axis=0), kv.vectors[5:7].mean(axis=0)
    expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert kv.n_similarity(["w0", "w1", "w2"], ["w5", "w6"]) == pytest.approx(float(expected), abs=1e-6)


def test_get_vector_and_index(kv: KeyedVectors) -> None:
    np.testing.assert_allclose(kv.get_vector("w3", norm=True), kv["w3"] / kv.norms[3], rtol=1e-6)
    assert kv.get_index("none", -5) == -5


def test_subset(kv: KeyedVectors) -> None:
    part = kv.subset(["w5", "w1"])
    assert isinstance(part, KeyedVectors)
    assert part.keys == ["w5", "w1"]
    np.testing.assert_array_equal(part.vectors, kv[["w5", "w1"]])
    np.testing.assert_array_equal(part.counts, [V - 5, V - 1])
    assert (part.tokenizer, part.lowercase) == ("words", True)


def test_add_vectors(kv: KeyedVectors) -> None:
    rows = np.arange(16.0).reshape(2, 8)
    more = kv.add_vectors(["new", "w2"], rows, counts=np.array([7, 8]), replace=True)
    assert len(more) == V + 1
    np.testing.assert_array_equal(more[["new", "w2"]], rows)
    assert more.counts is not None
    assert (int(more.counts[2]), int(more.counts[-1])) == (8, 7)
    assert "new" not in kv
    assert not np.array_equal(kv["w2"], rows[1])
    with pytest.raises(ParameterError, match="'w2' is here already"):
        kv.add_vectors(["new", "w2"], rows)
    with pytest.raises(ParameterError, match="3 dimensions"):
        kv.add_vectors(["new"], np.ones((1, 3)))
    numbers = KeyedVectors(np.arange(3), np.eye(3)).add_vectors([9], np.ones((1, 3)))
    assert list(numbers) == [0, 1, 2, 9]


# -- approximate index ------------------------------------------------------------------------------------------------


def test_index_answers_as_the_exact_search(kv: KeyedVectors, tmp_path: Path) -> None:
    pytest.importorskip("usearch")
    index = kv.build_index(dtype="f32")
    assert index.recall == 1.0  # so few keys
    kv.save(tmp_path / "m")
    index.save(tmp_path / "m")
    loaded_vectors = KeyedVectors.load(tmp_path / "m")
    for indexer in (index, ApproximateIndex.load(tmp_path / "m", loaded_vectors)):
        assert "recall=1.000" in repr(indexer)
        for exact, found in zip(kv.nearest(KEYS, 5), kv.nearest(KEYS, 5, indexer=indexer), strict=True):
            assert [n.key for n in found] == [n.key for n in exact]
            np.testing.assert_allclose([n.similarity for n in found], [n.similarity for n in exact], atol=1e-6)
        found = kv.most_similar(["w1", "w2"], ["w3"], topn=1000, indexer=indexer)
        assert {n.key for n in found} == set(KEYS) - {"w1", "w2", "w3"}
        with pytest.raises(ParameterError, match="restrict_vocab"):
            kv.most_similar("w1", restrict_vocab=5, indexer=indexer)
    kv.save(tmp_path / "m")  # an index beside a model is no stranger, and goes with it
    assert not (tmp_path / "m" / "index.usearch").exists()


def test_index_of_other_vectors(kv: KeyedVectors, tmp_path: Path) -> None:
    pytest.importorskip("usearch")
    with pytest.raises(FormatError, match="holds no whole index"):
        ApproximateIndex.load(tmp_path, kv)
    kv.build_index().save(tmp_path)
    with pytest.raises(FormatError, match="other vectors"):
        ApproximateIndex.load(tmp_path, kv.subset(KEYS[1:]))
    (tmp_path / "index.usearch").write_bytes((tmp_path / "index.usearch").read_bytes()[:-8])
    with pytest.raises(FormatError, match="build the index again"):
        ApproximateIndex.load(tmp_path, kv)
