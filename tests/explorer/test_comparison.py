from __future__ import annotations

import numpy as np
import pytest
from explorer_models import grouped_vectors

from wordmill.errors import ParameterError
from wordmill.explorer import explore
from wordmill.vectors import KeyedVectors


def turned(vectors: KeyedVectors, size: int, seed: int = 4) -> KeyedVectors:
    """The same vectors in another coordinate system, perhaps of more dimensions."""
    rotation = np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0][: vectors.vector_size]
    return vectors.replace(vectors=(vectors.vectors @ rotation).astype(np.float32))


@pytest.mark.parametrize("size", [12, 17])
def test_a_model_that_is_only_turned_has_not_changed(vectors: KeyedVectors, size: int) -> None:
    drawn = explore(vectors, turned(vectors, size), keys=150, umap=False)
    changed = drawn.questions.compare(5, 0)["changed"]
    assert all(change["overlap"] == 1 and not change["came"] and not change["went"] for change in changed)
    assert all(change["cosine"] == pytest.approx(1, abs=1e-5) for change in changed)
    table = drawn.tables["layout/other:pca"]
    there = np.frombuffer(table.content, "<f4").reshape(table.shape)
    np.testing.assert_allclose(there, drawn.map.layouts[0].positions, atol=1e-4)


def test_the_word_that_moved_comes_first_with_what_came_and_went(vectors: KeyedVectors) -> None:
    rows = vectors.vectors.copy()
    rows[20] = rows[21]  # from its group into another
    drawn = explore(vectors, vectors.replace(vectors=rows), keys=150, umap=False)
    first = drawn.questions.compare(3, 0)["changed"][0]
    assert first["point"]["key"] == "w20"
    assert "w21" in first["came"]
    assert set(first["came"]).isdisjoint(first["here"])
    assert set(first["went"]).isdisjoint(first["there"])
    on_the_map = vectors.subset(drawn.map.shown.keys)
    assert first["here"] == [neighbor.key for neighbor in on_the_map.most_similar("w20")]


def test_keys_that_one_model_lacks_are_left_out_and_rare_ones_where_asked(vectors: KeyedVectors) -> None:
    half = vectors.subset(vectors.index_to_key[::2])
    drawn = explore(vectors, half, keys=150, umap=False)
    answer = drawn.questions.compare(200, 0)
    assert {change["point"]["key"] for change in answer["changed"]} == set(vectors.index_to_key[:150:2])
    table = drawn.tables["layout/other:pca"]
    absent = np.isnan(np.frombuffer(table.content, "<f4").reshape(table.shape)).all(axis=1)
    assert (absent == (np.arange(150) % 2 == 1)).all()
    frequent = drawn.questions.compare(200, 1000)["changed"]
    assert {change["point"]["count"] >= 1000 for change in frequent} == {True}


def test_models_that_share_nothing_are_refused(vectors: KeyedVectors) -> None:
    rows = np.random.default_rng(1).standard_normal((4, 3)).astype(np.float32)
    with pytest.raises(ParameterError, match="shares 0 of the keys"):
        explore(vectors, KeyedVectors(["x1", "x2", "x3", "x4"], rows), umap=False)
    with pytest.raises(ParameterError, match="int keys"):
        explore(vectors, KeyedVectors([1, 2, 3, 4], rows), umap=False)


def test_another_seed_of_vectors_is_another_model() -> None:
    answer = explore(grouped_vectors(seed=1), grouped_vectors(seed=2), umap=False).questions.compare(10, 0)
    assert answer["other"] == "KeyedVectors"
    assert answer["changed"][0]["overlap"] < 0.5
