"""Categories, outliers, intervals and the comparison of models."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from evaluation_vectors import WordVectors

from wordmill.errors import FormatError, ParameterError
from wordmill.evaluation import (
    OutlierSet,
    compare_models,
    evaluate_categories,
    evaluate_outliers,
    read_categories,
    read_outliers,
)
from wordmill.evaluation.categories import purity
from wordmill.evaluation.intervals import bootstrap, bootstrap_share

KINDS = {"fruit": ["apple", "pear", "plum", "grape"], "metal": ["iron", "gold", "zinc", "tin"], "sea": ["cod", "eel"]}


def vectors_by_kind(noise: float) -> WordVectors:
    rng = np.random.default_rng(1)
    words = [word for members in KINDS.values() for word in members]
    kinds = np.repeat(np.arange(3), [len(members) for members in KINDS.values()])
    return WordVectors(words, np.eye(3, 6)[kinds] + rng.normal(0, noise, (len(words), 6)))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def categories_file(tmp_path: Path) -> Path:
    rows = [f"{word}\t{kind}" for kind, members in KINDS.items() for word in members]
    return write(tmp_path / "kinds.tsv", "\n".join([*rows, "unicorn\tfruit"]))


def test_separate_categories_are_pure(tmp_path: Path) -> None:
    result = evaluate_categories(vectors_by_kind(0.05), categories_file(tmp_path))
    assert result.purity == 1.0
    assert (result.categories, result.known, result.words) == (3, 10, 11)
    assert result.unknown_words == ("unicorn",)
    assert "purity 1.0000 in 3 clusters   known 10 of 11 words (90.9%)" in str(result)


def test_noise_is_less_pure_and_the_same_each_time(tmp_path: Path) -> None:
    path = categories_file(tmp_path)
    scores = [evaluate_categories(vectors_by_kind(3.0), path).purity for _ in range(2)]
    assert scores[0] == scores[1] < 0.95


def test_purity_counts_the_largest_label_of_each_cluster() -> None:
    assert purity(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 2])) == pytest.approx(4 / 6)


def test_equal_vectors_cluster_without_end_or_error(tmp_path: Path) -> None:
    words = [word for members in KINDS.values() for word in members]
    same = WordVectors(words, np.ones((len(words), 2)))
    assert 0 < evaluate_categories(same, categories_file(tmp_path)).purity < 1


def test_category_columns(tmp_path: Path) -> None:
    expected = [("carp", "fish"), ("oak", "tree")]
    assert read_categories(write(tmp_path / "a", ",category,word\n0,fish,carp\n1,tree,oak\n")) == expected
    assert read_categories(write(tmp_path / "b", "carp\tfish\noak\ttree\n")) == expected
    with pytest.raises(FormatError, match="line 2: 1 column;"):
        read_categories(write(tmp_path / "c", "carp,fish\noak\n"))
    with pytest.raises(FormatError, match="no words in it"):
        read_categories(write(tmp_path / "d", "word,category\n"))


@pytest.mark.parametrize(
    "text",
    [
        "WORD,CATEGORY\ncarp,fish\noak,tree\n",
        "Category\tWord\nfish\tcarp\ntree\toak\n",
        "\tcategory\tword\n0\tfish\tcarp\n1\ttree\toak\n",
        '"Concept";"Class"\n"carp";"fish"\n"oak";"tree"\n',
        "# category,word\nfish,carp\ntree,oak\n",
        "#Words,Categories\ncarp,fish\n// more\noak,tree\n",
        "carp fish\noak tree\n",
        ",category,word\n0,fish,carp\n1,fish,\n2,tree,oak\n",
    ],
)
def test_headings_of_categories_are_no_words(tmp_path: Path, text: str) -> None:
    assert read_categories(write(tmp_path / "kinds", text)) == [("carp", "fish"), ("oak", "tree")]


def test_words_that_could_be_a_heading_are_words(tmp_path: Path) -> None:
    text = "word,class\nterm,class\noak,tree\n"
    assert read_categories(write(tmp_path / "a", text)) == [("word", "class"), ("term", "class"), ("oak", "tree")]
    assert read_categories(write(tmp_path / "b", "#tag,net\nword,net\n")) == [("#tag", "net"), ("word", "net")]


def test_no_category_is_no_category(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 2: 'oak' has no category"):
        read_categories(write(tmp_path / "kinds", "carp,fish\noak,\n"))


def test_utf16_and_binary_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "kinds"
    path.write_text("carp,fish\n", encoding="utf-16")
    with pytest.raises(FormatError, match="is UTF-16; convert the file: iconv -f utf-16 -t utf-8"):
        read_categories(path)
    path.write_text("carp,fish\n", encoding="utf-16-le")
    with pytest.raises(FormatError, match="NUL"):
        read_categories(path)


def test_outliers_are_found_and_placed(tmp_path: Path) -> None:
    text = "category,words,outliers\nfruit,\"['apple', 'pear', 'plum', 'nix']\",\"['iron', 'pixie', 'grape']\"\n"
    result = evaluate_outliers(vectors_by_kind(0.05), write(tmp_path / "sets.csv", text))
    assert (result.known, result.questions, result.unknown_words) == (2, 3, ("nix", "pixie"))
    assert result.accuracy in (0.5, 1.0)  # iron for sure; grape is a fruit
    assert result.position >= 0.5
    alone = evaluate_outliers(
        vectors_by_kind(0.05), write(tmp_path / "one.csv", text.replace(", 'pixie', 'grape'", ""))
    )
    assert (alone.accuracy, alone.position) == (1.0, 1.0)


def test_columns_of_outliers_are_found_in_any_case(tmp_path: Path) -> None:
    text = "# sets\n\tCategory\tWords\tOUTLIERS\n0\tx\t['a', 'b']\t['c']\n"
    assert read_outliers(write(tmp_path / "sets.tsv", text)) == [OutlierSet("x", ("a", "b"), ("c",))]


def test_outlier_directory(tmp_path: Path) -> None:
    write(tmp_path / "fruit.txt", "apple\npear\n\niron\nzinc\n")
    assert read_outliers(tmp_path) == [OutlierSet("fruit", ("apple", "pear"), ("iron", "zinc"))]
    write(tmp_path / "metal.txt", "iron\nzinc\n")
    with pytest.raises(FormatError, match=r"metal.txt: 0 empty lines"):
        read_outliers(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "line 1: the heading must name"),
        ("category,words,outliers\nx,apple,\"['b']\"\n", "line 2: 'apple' is no list of words"),
        ('category,words,outliers\nx,"[1]","[\'b\']"\n', "line 2: '\\[1\\]' is no list of words"),
        ("category,words,outliers\n", "no sets of words in it"),
    ],
)
def test_bad_outlier_tables(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_outliers(write(tmp_path / "sets.csv", text))


def test_bootstrap_of_a_mean_agrees_with_its_standard_error() -> None:
    values = np.random.default_rng(3).normal(5, 2, 400)
    low, high = bootstrap(lambda chosen: float(values[chosen].mean()), 400)
    half = 1.96 * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03)


def test_bootstrap_of_a_share() -> None:
    low, high = bootstrap_share(300, 1000)
    assert (low, high) == pytest.approx((0.3 - 0.0284, 0.3 + 0.0284), abs=0.003)
    assert all(math.isnan(end) for end in bootstrap_share(0, 0))
    with pytest.raises(ParameterError, match="level=95"):
        bootstrap_share(1, 2, level=95)


def test_comparison_holds_every_model_and_set(tmp_path: Path) -> None:
    pairs = write(tmp_path / "pairs.tsv", "apple\tpear\t9\napple\tiron\t1\ngold\tzinc\t8\ncod\ttin\t2\n")
    questions = write(tmp_path / "q.txt", ": s\nx y z w\n")
    comparison = compare_models(
        {"good": vectors_by_kind(0.01), "bad": vectors_by_kind(5.0)},
        analogies=[questions],
        pairs=[pairs],
        categories=[categories_file(tmp_path)],
    )
    assert comparison.models == ("good", "bad")
    assert comparison.scores["pairs.tsv"]["good"].points > comparison.scores["pairs.tsv"]["bad"].points
    table = str(comparison).splitlines()
    assert table[0].split() == ["good", "bad"]
    assert table[1].split() == ["q.txt", "undefined", "(0%)", "undefined", "(0%)"]
    record = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert record["kinds.tsv"]["good"] == {"points": 100.0, "interval": None, "coverage": pytest.approx(10 / 11)}


def test_nothing_to_compare_and_equal_names(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="nothing to compare"):
        compare_models({}, pairs=["x"])
    (tmp_path / "sub").mkdir()
    text = "apple\tpear\t9\n"
    twins = [write(tmp_path / "p.tsv", text), write(tmp_path / "sub" / "p.tsv", text)]
    with pytest.raises(ParameterError, match="the same name"):
        compare_models({"m": vectors_by_kind(1.0)}, pairs=twins)


def test_blank_words_of_a_table_of_outliers_are_none(tmp_path: Path) -> None:
    (tmp_path / "sets.csv").write_text(
        "category,words,outliers\nx,\"['a', 'b', '']\",\"['c', ' ']\"\n", encoding="utf-8"
    )
    assert read_outliers(tmp_path / "sets.csv") == [OutlierSet("x", ("a", "b"), ("c",))]
    (tmp_path / "sets.csv").write_text("category,words,outliers\nx,\"['a', 'b']\"\n", encoding="utf-8")
    with pytest.raises(FormatError, match="line 2: 2 cells, and the heading has 3"):
        read_outliers(tmp_path / "sets.csv")
