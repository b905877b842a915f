from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordmill.errors import ParameterError
from wordmill.evaluation import evaluate_analogies, evaluate_pairs
from wordmill.explorer import explore
from wordmill.explorer.overlay import Overlay
from wordmill.vectors import KeyedVectors

QUESTIONS = """: place
paris france rome italy
paris france Rome italy
rome italy paris france
: odd
PARIS rome italy France
x y z w
"""
KEYS = ["paris", "france", "rome", "italy", "Rome", "tree", "house"]


@pytest.fixture(name="kv")
def _kv() -> KeyedVectors:
    rng = np.random.default_rng(5)
    city, country, french, italian = rng.standard_normal((4, 8))
    rows = [city + french, country + french, city + italian, country + italian, city + italian]
    return KeyedVectors(KEYS, np.array([*rows, *rng.standard_normal((2, 8))], np.float32), counts=np.arange(7, 0, -1))


def test_analogies_score_as_they_do_in_evaluation_and_failures_say_what_came(kv: KeyedVectors, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(QUESTIONS, encoding="utf-8")
    overlay = Overlay(kv, [tmp_path / "a.txt"])
    (found,) = overlay.answer()["sets"]
    result = evaluate_analogies(kv, tmp_path / "a.txt")
    assert found["score"] == pytest.approx(result.accuracy)
    assert (found["asked"], found["known"], found["failed"]) == (5, 4, 1)
    (failure,) = found["failures"]
    assert failure["question"] == ["paris", "rome", "italy"]
    assert failure["expected"] == "france"
    assert failure["got"] == kv.most_similar(["rome", "italy"], ["paris"])[0].key != "france"
    order = [neighbor.key for neighbor in kv.most_similar(["rome", "italy"], ["paris"]) if neighbor.key != "Rome"]
    assert failure["rank"] == order.index("france") + 1


def test_the_answers_of_analogies_are_coloured(kv: KeyedVectors, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(QUESTIONS.split(": odd", maxsplit=1)[0], encoding="utf-8")
    drawn = explore(kv, analogies=tmp_path / "a.txt", umap=False)
    (colour,) = [colour for colour in drawn.map.colours if colour.id == "evaluation"]
    labels = [colour.about["labels"][value] for value in colour.values]
    assert dict(zip(KEYS, labels, strict=True)) == {
        **dict.fromkeys(KEYS, "not asked"),
        "italy": "right",
        "france": "right",
    }
    assert drawn.manifest()["features"]["evaluation"]


def test_pairs_are_listed_by_how_far_people_and_model_differ(kv: KeyedVectors, tmp_path: Path) -> None:
    (tmp_path / "p.tsv").write_text(
        "paris\trome\t9\nfrance\titaly\t8\ntree\thouse\t7\nparis\ttree\t1\nparis\tabsent\t3\n", encoding="utf-8"
    )
    (found,) = Overlay(kv, pairs=[tmp_path / "p.tsv"]).answer()["sets"]
    assert found["score"] == pytest.approx(evaluate_pairs(kv, tmp_path / "p.tsv").spearman)
    assert (found["asked"], found["known"]) == (5, 4)
    apart = [abs(failure["ranks"][0] - failure["ranks"][1]) for failure in found["failures"]]
    assert apart == sorted(apart, reverse=True)
    for failure in found["failures"]:
        assert failure["model"] == pytest.approx(kv.similarity(*failure["pair"]), abs=1e-5)


def test_integer_keys_have_no_evaluation_sets(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="integers"):
        Overlay(KeyedVectors([1, 2], np.eye(2)), pairs=[tmp_path / "p.tsv"])
