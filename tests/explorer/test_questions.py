from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from explorer_models import HOSTILE, grouped_vectors

from wordmill import FastText
from wordmill.errors import MissingKeyError, ParameterError
from wordmill.explorer import Explorer, explore
from wordmill.explorer.questions import Questions
from wordmill.vectors import KeyedVectors


@pytest.fixture(name="ask")
def _ask(explorer: Explorer) -> Questions:
    return explorer.questions


def keys_of(points: list[dict[str, Any]]) -> list[str]:
    return [point["key"] for point in points]


def test_search_finds_all_keys_on_the_map_or_not(ask: Questions) -> None:
    found = ask.search("w19", 20)["found"]
    assert keys_of(found) == ["w19", *(f"w19{digit}" for digit in range(10))]
    assert [point["id"] for point in found] == [19] + [None] * 10
    assert found[0]["count"] == 10 * (200 - 19)


@pytest.mark.parametrize("key", HOSTILE)
def test_keys_of_any_kind_are_found_and_answered(ask: Questions, key: str) -> None:
    assert keys_of(ask.search(key)["found"])[0] == key
    answer = ask.nearest(key, 5)
    assert (answer["known"], answer["key"]["key"]) == (True, key)
    assert key not in keys_of(answer["neighbours"])
    json.dumps(answer, allow_nan=False)


def test_the_nearest_are_those_of_the_vectors_with_how_far_the_map_lies(
    ask: Questions, vectors: KeyedVectors, explorer: Explorer
) -> None:
    answer = ask.nearest("w20", 7)
    assert [(p["key"], p["cosine"]) for p in answer["neighbours"]] == vectors.most_similar("w20", topn=7)
    assert answer["faithful"] == {"pca": pytest.approx(explorer.map.layouts[0].faithful[20])}
    assert "place" not in answer


def test_a_key_off_the_map_has_a_place(ask: Questions, vectors: KeyedVectors) -> None:
    answer = ask.nearest("w199")
    assert answer["key"]["id"] is None
    unit = vectors.unit_vectors_of(["w199"])
    np.testing.assert_allclose(answer["place"]["pca"], ask.map.layouts[0].place(unit)[0], atol=1e-6)


def test_analogies_are_those_of_the_vectors(ask: Questions, vectors: KeyedVectors) -> None:
    found = ask.analogy(["w8", "w9"], ["w10"], 4)["candidates"]
    assert [(p["key"], p["cosine"]) for p in found] == vectors.analogy("w10", "w8", "w9", topn=4)


def test_an_axis_is_a_cosine_with_the_way_between_means(ask: Questions, vectors: KeyedVectors) -> None:
    answer = ask.axis(["w8", "w12"], ["w9"], ["w8", "w9", "w199"])
    units = vectors.unit_vectors_of(["w8", "w12", "w9", "w199"]).astype(np.float64)
    way = units[:2].mean(axis=0) - units[2]
    np.testing.assert_allclose(answer["values"], units[[0, 2, 3]] @ way / np.linalg.norm(way), atol=2e-5)
    assert answer["title"] == "w9 - w8, w12"
    assert len(ask.axis(["w8"])["values"]) == 150


@pytest.mark.parametrize(
    ("question", "arguments", "says"),
    [
        ("nearest", ["absent"], "absent"),
        ("axis", [["absent"]], "absent"),
        ("analogy", [["absent"]], "absent"),
        ("analogy", [[]], "positive"),
        ("axis", [[]], "positive"),
        ("subwords", ["w8"], "--subwords"),
        ("compare", [], "another"),
        ("evaluation", [], "--analogies"),
        ("film", [], "--checkpoints"),
    ],
)
def test_what_cannot_be_answered_says_why(ask: Questions, question: str, arguments: list[Any], says: str) -> None:
    with pytest.raises((MissingKeyError, ParameterError), match=says):
        getattr(ask, question)(*arguments)


def test_integer_keys_are_asked_for_as_text() -> None:
    rows = np.random.default_rng(1).standard_normal((30, 5)).astype(np.float32)
    ask = explore(KeyedVectors(list(range(100, 130)), rows), umap=False).questions
    assert ask.map.kind == "items"
    assert ask.nearest("105", 3)["key"] == {"key": "105", "id": 5, "count": None}
    assert {"112", "120"} <= {*keys_of(ask.search("12")["found"])}
    with pytest.raises(MissingKeyError, match="integers"):
        ask.nearest("x")


def test_words_never_seen_have_pieces_and_a_place() -> None:
    words = [f"{begin}{end}" for begin in ("walk", "talk", "jump", "sing") for end in ("", "s", "ing", "er")]
    model = FastText(vector_size=8, min_count=1, epochs=1, seed=1, workers=1).fit([words] * 20)
    ask = explore(model, umap=False).questions
    assert ask.features["subwords"]
    answer = ask.subwords("jumpinger")
    assert answer["known"] is False
    assert sum(piece["share"] for piece in answer["pieces"]) == pytest.approx(1, abs=1e-3)
    assert {"<ju", "ger>"} <= {piece["piece"] for piece in answer["pieces"]}
    assert set(answer["place"]) == {"pca"}
    assert ask.nearest("jumpinger")["place"] == answer["place"]
    assert ask.subwords("jumping")["known"] is True


def test_the_map_begins_with_the_most_frequent_keys_wherever_they_stand() -> None:
    base = grouped_vectors(60)
    order = np.random.default_rng(3).permutation(60)
    shuffled = KeyedVectors(
        [base.index_to_key[row] for row in order], base.vectors[order], counts=np.arange(60, 0, -1)[order]
    )
    drawn = explore(shuffled, keys=20, umap=False)
    assert drawn.map.shown.keys == base.index_to_key[:20]
    assert keys_of(drawn.questions.search("w", 5)["found"]) == ["w7", "w8", "w9", "w10", "w11"]
    assert drawn.questions.nearest("w7")["key"]["id"] == 7
