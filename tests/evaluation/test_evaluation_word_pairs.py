"""Word pairs: Spearman with ties, every column format, and the line of every mistake."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_vectors import WordVectors
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill import KeyedVectors, datasets
from wordmill.errors import FormatError, ParameterError
from wordmill.evaluation import WordPair, evaluate_pairs, read_pairs, spearman
from wordmill.vectors.subwords import Ngrams, Subwords

PLANE = WordVectors(["cat", "dog", "car", "Rome"], [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [-1.0, 0.2]])


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "pairs.txt"
    path.write_bytes(text.encode())
    return path


def ranks_slowly(values: list[float]) -> list[float]:
    """Mean rank: one, plus the smaller values, plus half of the other equal ones."""
    return [1 + sum(v < value for v in values) + (sum(v == value for v in values) - 1) / 2 for value in values]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=20))
def test_spearman_is_the_correlation_of_mean_ranks(points: list[tuple[int, int]]) -> None:
    x, y = ([float(point[side]) for point in points] for side in (0, 1))
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert math.isnan(spearman(x, y))
    else:
        assert spearman(x, y) == pytest.approx(np.corrcoef(ranks_slowly(x), ranks_slowly(y))[0, 1])


def test_spearman_of_textbook_numbers() -> None:
    assert spearman([1, 2, 3, 4], [1, 4, 9, 16]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert spearman([106, 100, 86, 101, 99, 103, 97, 113, 112, 110], [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]) == (
        pytest.approx(-29 / 165)
    )


def test_pairs_are_ranked_by_cosine(tmp_path: Path) -> None:
    result = evaluate_pairs(PLANE, write(tmp_path, "cat\tdog\t9\ncat\tcar\t5\nCAT\trome\t1\ncat\tunicorn\t2\n"))
    assert result.spearman == pytest.approx(1)
    assert (result.known, result.pairs, result.coverage) == (3, 4, 0.75)
    assert result.unknown_words == ("unicorn",)


def test_unseen_words_are_made_of_their_ngrams_where_asked_for(tmp_path: Path) -> None:
    rows = np.eye(3, dtype=np.float32)
    subwords = Subwords(Ngrams(2, 2, 1000), rows[:2], np.sort(Ngrams(2, 2, 1000).buckets_of([b"q"])[0]))  # <q and q>
    wv = KeyedVectors(["cat", "q-cat"], rows[[0, 2]], subwords=subwords)
    path = write(tmp_path, "cat\tq\t9\ncat\tQ-cat\t5\ncat\tx\t1\nq\tq-cat\t2\n")
    assert evaluate_pairs(wv, path).unknown_words == ("q", "x")
    result = evaluate_pairs(wv, path, unseen=True)
    assert (result.known, result.unknown_words, result.made_words) == (3, ("x",), ("q",))
    assert result.spearman == pytest.approx(math.sqrt(3) / 2)  # cosines: sqrt(1/2), 0, 0
    assert result.to_dict()["made_words"] == ["q"]
    few = evaluate_pairs(wv, path, unseen=True, restrict_vocab=1)
    assert (few.known, few.unknown_words) == (1, ("Q-cat", "q-cat", "x"))  # a key is not made of n-grams
    with pytest.raises(ParameterError, match="these vectors have none"):
        evaluate_pairs(PLANE, path, unseen=True)


def test_case_and_restricted_vocabulary(tmp_path: Path) -> None:
    path = write(tmp_path, "Cat\tdog\t9\ncat\tRome\t5\n")
    assert evaluate_pairs(PLANE, path, case="match").known == 1
    assert evaluate_pairs(PLANE, path, restrict_vocab=3).known == 1


@pytest.mark.parametrize(
    "text",
    [
        "love\tsex\t6.77\ntiger\tcat\t7.35\n",
        "love sex 6.77\ntiger   cat 7.35\n",
        'Word 1,Word 2,Human (mean)\r\nlove,sex,6.77\r\n\r\ntiger,"cat",7.35\r\n',
        "# Word 1\tWord 2\tsimilarity\nlove\tsex\t6.77\ntiger\tcat\t7.35",
        "\ufeffw1\tw2\tscore\rlove\tsex\t6.77\rtiger\tcat\t7.35\r",
        "love\tsex\t6.77\t9\t6\ntiger\tcat\t7.35\t9\t7\n",
        '"Word 1"\t"Word 2"\t"Score"\n"love"\t"sex"\t"6.77"\n"tiger"\t"cat"\t"7.35"\n',
        '"love" "sex" 6.77\n"tiger" "cat" 7.35\n',
        "w1;w2;Human (mean)\nlove;sex;6.77\ntiger;cat;7.35\n",
        "//Copyright 2013 3\n# of 2 5\nlove\tsex\t6.77\ntiger\tcat\t7.35\n",
        "#word1,word2,score\nlove,sex,6.77\ntiger,cat,7.35\n",
        "単語1,単語2,点\nlove,sex,6.77\ntiger,cat,7.35\n",
    ],
    ids=[
        "tab", "space", "csv", "comment", "cr", "more columns", "quoted tabs", "quoted spaces", "semicolons",
        "comments", "heading behind a #", "heading in Japanese",
    ],
)  # fmt: skip
def test_formats(tmp_path: Path, text: str) -> None:
    assert read_pairs(write(tmp_path, text)) == [WordPair("love", "sex", 6.77), WordPair("tiger", "cat", 7.35)]


def test_phrases_and_commas_stay_whole(tmp_path: Path) -> None:
    assert read_pairs(write(tmp_path, "New York\tcity\t8\n")) == [WordPair("New York", "city", 8)]
    assert read_pairs(write(tmp_path, 'a,b,c\n"well, then",so,3\n')) == [WordPair("well, then", "so", 3)]


@pytest.mark.parametrize("separator", ["\t", ",", ";", " "])
@pytest.mark.parametrize("word", ['"', "#tag", ":)", "'s", '5"', "/", "NA", "nan"])
def test_marks_are_words_wherever_they_stand(tmp_path: Path, separator: str, word: str) -> None:
    rows = [(word, "x", "1"), ("x", word, "2"), ("y", word, "3")]
    pairs = read_pairs(write(tmp_path, "\n".join(map(separator.join, rows))))
    assert pairs == [WordPair(first, second, float(score)) for first, second, score in rows]


@pytest.mark.parametrize("score", ["NA", "nan", "N/A", "null", "inf", "-", "?", "", "3.5x", "3,5", "1_0"])
def test_a_first_row_without_a_score_is_no_heading(tmp_path: Path, score: str) -> None:
    with pytest.raises(FormatError, match=r"line 1: .* in column 3 is not a score"):
        read_pairs(write(tmp_path, f"cat\tdog\t{score}\t1\ncat\tcar\t2\t1\n"))


def test_compressed_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv.gz"
    path.write_bytes(gzip.compress(b"cat\tdog\t1\n"))
    with pytest.raises(FormatError, match="is compressed; unpack it first"):
        read_pairs(path)


@pytest.mark.parametrize("column", [2, None, "score", 3.0, True])
def test_score_column_is_an_integer(tmp_path: Path, column: Any) -> None:
    with pytest.raises(ParameterError, match="score_column"):
        read_pairs(write(tmp_path, "cat\tdog\t1\n"), score_column=column)


def test_score_column_and_tags(tmp_path: Path) -> None:
    simlex = write(tmp_path, "word1\tword2\tPOS\tSimLex999\nold\tnew\tA\t1.58\n")
    assert read_pairs(simlex, score_column=4) == [WordPair("old", "new", 1.58)]
    men = write(tmp_path, "sun-n sunlight-n 50\nx-ray-n far-off 1\n")
    assert read_pairs(men, strip_tags=True) == [WordPair("sun", "sunlight", 50), WordPair("x-ray", "far-off", 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cat\tdog\t9\ncat\tdog\n", "pairs.txt, line 2: 2 columns, the score should be in 3"),
        ("w1\tw2\tPOS\tscore\nold\tnew\tA\t1.58\n", r"line 2: 'A' in column 3 is not a score; .*w1, w2, POS, score"),
        ("cat\tdog\t9\ncat\tdog\tnan\n", "line 2: 'nan' in column 3 is not a score"),
        ("cat\tdog\ncat\tdog\n", "line 1: 2 columns"),
        ("# nothing\n", "no word pairs in it"),
        ("cat\tdog\t9\n\tdog\t8\n", "line 2: a word is missing"),
        ("#love\t#hate\n#love\t#peace\t3\n", "line 1: 2 columns"),
        ("w1\tw2\tscore\n", "no word pairs in it"),
    ],
)
def test_bad_files_name_the_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_pairs(write(tmp_path, text))


def test_score_column_is_no_word_column(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="columns 1 and 2 are the words"):
        read_pairs(write(tmp_path, "cat dog 9\n"), score_column=2)


def test_nothing_known_is_undefined_and_said(tmp_path: Path) -> None:
    result = evaluate_pairs(PLANE, write(tmp_path, "x y 1\nz w 2\n"))
    assert math.isnan(result.spearman)
    assert str(result).endswith("Spearman undefined   known 0 of 2 pairs (0.0%)")
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["spearman"] is None


def test_bundled_pairs_are_readable() -> None:
    pairs = read_pairs(datasets.word_pairs_path())
    assert len(pairs) == 102
    assert max(pairs, key=lambda pair: pair.score) == WordPair("money", "currency", 9.51)
