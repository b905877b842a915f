"""Labels of nodes told from their vectors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier

import wordmill as wm
from wordmill.errors import FormatError, MissingDependencyError, ParameterError, WordmillError
from wordmill.evaluation.nodes import f1_scores

NODES, CLASSES = 120, 4
LABELS = {f"n{node}": f"class {node % CLASSES}" for node in range(NODES)}


def vectors(noise: float, integers: bool = False) -> wm.KeyedVectors:
    """Vectors about a centre for each class."""
    random = np.random.default_rng(0)
    rows = np.eye(CLASSES)[np.arange(NODES) % CLASSES] * 4 + noise * random.normal(size=(NODES, CLASSES))
    keys: Any = np.arange(NODES) if integers else list(LABELS)
    return wm.KeyedVectors(keys, rows.astype(np.float32))


def test_clear_classes_are_told_and_noise_is_not() -> None:
    good, bad = (wm.evaluate_nodes(vectors(noise), LABELS, shares=(0.2, 0.8), splits=5) for noise in (0.1, 100.0))
    assert good.by_share[0.8].micro == good.by_share[0.8].macro == 1.0
    assert bad.by_share[0.2].micro < 0.5
    assert (good.nodes, good.labels, list(good.by_share)) == (NODES, CLASSES, [0.2, 0.8])
    gain, (low, high) = good.difference(bad)[0.2]
    assert 0.3 < low <= gain <= high < 1
    assert "micro-F1" in str(good)
    assert good.to_dict()["shares"][1]["micro_interval"] == [1.0, 1.0]


def test_scores_are_those_of_scikit_learn() -> None:
    middling = vectors(3.0)
    result = wm.evaluate_nodes(middling, LABELS, shares=0.5, splits=3, seed=4)  # type: ignore[arg-type]
    classes = np.array([*LABELS.values()])
    for number in range(3):
        known, asked = np.split(np.random.default_rng([4, number]).permutation(NODES), 2)
        model = OneVsRestClassifier(LogisticRegression(max_iter=1000)).fit(middling.vectors[known], classes[known])
        told = model.predict(middling.vectors[asked])
        of_split = result.by_share[0.5].micro_splits[number], result.by_share[0.5].macro_splits[number]
        assert of_split == pytest.approx([f1_score(classes[asked], told, average=kind) for kind in ("micro", "macro")])


def test_f1_of_several_labels_is_scikit_learns() -> None:
    random = np.random.default_rng(1)
    truth, told = random.random((50, 6)) < 0.3, random.random((50, 6)) < 0.3
    truth[:, 5] = told[:, 5] = False
    expected = [f1_score(truth, told, average=kind, zero_division=0) for kind in ("micro", "macro")]
    assert f1_scores(truth, told) == pytest.approx(expected)


def test_a_node_is_told_as_many_labels_as_it_has(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("".join(f"{node}\t{node % 4}\t{(node + 1) % 4}\n" for node in range(NODES)), encoding="utf-8")
    result = wm.evaluate_nodes(vectors(0.1, integers=True), path, shares=[0.5], splits=2)
    assert result.labels == 4
    assert result.by_share[0.5].micro == 1.0


def test_splits_are_the_same_for_any_two_models() -> None:
    one, other = (wm.evaluate_nodes(vectors(noise), LABELS, shares=[0.5], splits=4) for noise in (5.0, 5.0))
    assert one == other
    assert one.difference(other)[0.5] == (0.0, (0.0, 0.0))
    with pytest.raises(ParameterError, match="other labels or splits"):
        one.difference(wm.evaluate_nodes(vectors(5.0), LABELS, shares=[0.5], splits=3))


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("n0 a\nn1 b\nnobody a\n", ParameterError, "labels.txt, line 3: the node 'nobody' is not among the vectors"),
        ("n0 a\nn1\n", FormatError, "labels.txt, line 2: 'n1' has no label"),
        ("n0 a\nn1 b\nn0 b\n", ParameterError, "line 3: the node 'n0' comes twice"),
        ("n0 a\nn1 a\n", FormatError, "1 label, and two are needed"),
        ("", FormatError, "0 labels"),
    ],
)
def test_bad_labels_are_named(text: str, kind: type[Exception], message: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(kind, match=message):
        wm.evaluate_nodes(vectors(1.0), path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shares": [0.5, 1.0]}, "shares holds 1.0"),
        ({"shares": [0.001]}, "leaves none on one side"),
        ({"splits": 0}, "splits=0"),
        ({"labels": 7}, "labels are of type int"),
        ({"labels": {"n0": "a", 99: "b"}}, r"labels\[99\]: the node 99 is not among the vectors"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(WordmillError, match=message):
        wm.evaluate_nodes(vectors(1.0), **{"labels": LABELS, **arguments})


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(MissingDependencyError, match="scores of nodes need scikit-learn"):
        wm.evaluate_nodes(vectors(1.0), LABELS)
