"""Analogies: equal to the definition written out word by word; every setting, every count, every bad file."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_vectors import WordVectors
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill import datasets
from wordmill.errors import FormatError, ParameterError
from wordmill.evaluation import Question, analogies, evaluate_analogies, read_analogies

ROYAL = WordVectors(
    ["man", "king", "woman", "queen", "apple", "Rome"],
    [[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1], [-1, -1, 0], [0, -1, -1]],
)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "questions.txt"
    path.write_text(text, encoding="utf-8")
    return path


def answer_slowly(vectors: WordVectors, question: Question, method: str, limit: int, ignore_case: bool) -> str | None:
    """The definition: the best of the first `limit` words but the given ones; None where a word is unknown."""

    def same(word: str) -> str:
        return word.casefold() if ignore_case else word

    words = vectors.index_to_key[:limit]
    first: dict[str, np.ndarray[Any, Any]] = {}
    for word, row in zip(words, vectors.vectors, strict=False):
        first.setdefault(same(word), row.astype(np.float64) / np.linalg.norm(row))
    given_words = [same(word) for word in (question.a, question.b, question.c)]
    if any(word not in first for word in [*given_words, same(question.answers[0])]):
        return None
    a, b, c = (first[word] for word in given_words)
    best, best_score = "", -math.inf
    for word, row in zip(words, vectors.vectors, strict=False):
        d = row.astype(np.float64) / np.linalg.norm(row)
        near_a, near_b, near_c = ((1 + d @ other) / 2 for other in (a, b, c))
        score = d @ (b - a + c) if method == "3cosadd" else near_b * near_c / (near_a + 1e-6)
        if same(word) not in given_words and score > best_score:
            best, best_score = same(word), score
    return best


def test_planted_analogy_is_solved(tmp_path: Path) -> None:
    path = write(tmp_path, ": royal\nman king woman queen\nking man queen woman\n: bad\nman king woman apple\n")
    result = evaluate_analogies(ROYAL, path)
    assert [(s.name, s.correct, s.scored) for s in result.sections] == [("royal", 2, 2), ("bad", 0, 1)]
    assert result.accuracy == pytest.approx(2 / 3)
    assert result.coverage == 1.0


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    method=st.sampled_from(["3cosadd", "3cosmul"]),
    case=st.sampled_from(["ignore", "match"]),
    limit=st.integers(3, 14),
)
def test_equals_the_definition(
    tmp_path_factory: pytest.TempPathFactory, seed: int, method: Any, case: Any, limit: int
) -> None:
    rng = np.random.default_rng(seed)
    words = ["a", "B", "b", "c", "A", "d", "C", "e", "E", "f", "g", "h"]
    vectors = WordVectors(words, rng.normal(size=(len(words), 4)))
    questions = [rng.choice([*words, "zzz"], size=4) for _ in range(30)]
    text = ": one\n" + "\n".join(" ".join(question) for question in questions)
    path = write(tmp_path_factory.mktemp("analogies"), text)
    answers = [answer_slowly(vectors, q, method, limit, case == "ignore") for q in read_analogies(path)]
    known = sum(answer is not None for answer in answers)
    right = sum(
        answer == (q.answers[0].casefold() if case == "ignore" else q.answers[0])
        for answer, q in zip(answers, read_analogies(path), strict=True)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analogies, "_BLOCK_BYTES", int(rng.integers(1, 2000)))
        total = evaluate_analogies(vectors, path, method=method, case=case, restrict_vocab=limit).total
    assert (total.questions, total.known, total.correct) == (30, known, right)


def test_other_spellings_of_the_given_words_are_no_answers(tmp_path: Path) -> None:
    vectors = WordVectors(
        ["man", "king", "woman", "King", "KING", "queen"],
        [[1.0, 0.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.1, 1.0, 1.0], [0.0, 1.0, 1.1], [0.0, 1.0, 2.0]],
    )
    path = write(tmp_path, ": royal\nman king woman queen\n")
    assert evaluate_analogies(vectors, path, case="ignore").total.correct == 1
    assert evaluate_analogies(vectors, path, case="match").total.correct == 0


def test_case_policies(tmp_path: Path) -> None:
    path = write(tmp_path, ": capitals\nMan King Woman Queen\nman king rome queen\n")
    assert evaluate_analogies(ROYAL, path, case="ignore").total.known == 2
    assert evaluate_analogies(ROYAL, path, case="match").total.known == 0


def test_unknown_words_are_counted_and_skipped_or_wrong(tmp_path: Path) -> None:
    path = write(tmp_path, ": royal\nman king woman queen\nman king woman duchess\n")
    skipped = evaluate_analogies(ROYAL, path).total
    wrong = evaluate_analogies(ROYAL, path, unknown="wrong").total
    assert (skipped.accuracy, skipped.coverage) == (1.0, 0.5)
    assert (wrong.accuracy, wrong.coverage) == (0.5, 0.5)


def test_restricted_vocabulary_limits_questions_and_answers(tmp_path: Path) -> None:
    path = write(tmp_path, ": royal\nman king woman queen\n")
    assert evaluate_analogies(ROYAL, path, restrict_vocab=3).total.known == 0
    assert evaluate_analogies(ROYAL, path, restrict_vocab=None).total.correct == 1


def test_three_words_leave_no_answer(tmp_path: Path) -> None:
    vectors = WordVectors(["a", "b", "c"], np.eye(3))
    total = evaluate_analogies(vectors, write(tmp_path, ": x\na b c a\n")).total
    assert (total.known, total.correct) == (1, 0)


def test_zero_vectors_score_but_do_not_spread(tmp_path: Path) -> None:
    vectors = WordVectors([*ROYAL.index_to_key, "zero"], np.vstack([ROYAL.vectors, np.zeros(3)]))
    path = write(tmp_path, ": royal\nman king woman queen\nzero king woman queen\n")
    total = evaluate_analogies(vectors, path).total
    assert (total.known, total.correct) == (2, 2)


def test_google_questions_have_fourteen_sections() -> None:
    questions = list(read_analogies(datasets.questions_words_path()))
    assert len(questions) == 19_544
    assert len({question.section for question in questions}) == 14
    result = evaluate_analogies(ROYAL, datasets.questions_words_path())
    assert result.semantic.questions == 8_869
    assert result.syntactic.questions == 10_675
    assert result.total.questions == 19_544


def test_result_says_what_was_measured(tmp_path: Path) -> None:
    path = write(tmp_path, ": royal\nman king woman queen\nman king woman duchess\n: gram1\nx y z w\n")
    result = evaluate_analogies(ROYAL, path)
    text = str(result)
    assert "known      1 of      3 (33.3%)" in text.splitlines()[-1]
    assert "30,000 most frequent words" in text
    assert "semantic" in text
    record = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert record["questions"] == 3
    assert record["sections"][1]["accuracy"] is None


def test_smileys_are_words_and_comments_are_none(tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_text(
        "//Copyright 2013 Google\n# my own four words\n: smileys\n:) happy :( sad\n:D glad :'( sad\n:more\n"
        "#love love #hate hate\n// one two three\n",
        encoding="utf-8",
    )
    assert list(read_analogies(path)) == [
        Question("smileys", ":)", "happy", ":(", ("sad",)),
        Question("smileys", ":D", "glad", ":'(", ("sad",)),
        Question("more", "#love", "love", "#hate", ("hate",)),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (": royal\nman king woman\n", r"questions.txt, line 2: 3 words, and an analogy has 4"),
        ("\nman king woman queen\n", r"line 2: a question before any section"),
        ("", r"no questions in it"),
        ("# a comment, and nothing else\n", r"no questions in it"),
        (": empty\n", r"no questions in it"),
        (": s\n:) happy :(\n", r"line 2: 3 words"),
        (": s\n#one two three\n", r"line 2: 3 words"),
    ],
)
def test_bad_files_name_the_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        evaluate_analogies(ROYAL, write(tmp_path, text))


def test_missing_file_and_bad_bytes(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        evaluate_analogies(ROYAL, tmp_path / "none.txt")
    path = tmp_path / "latin1.txt"
    path.write_bytes(b": x\n\xe9 b c d\n")
    with pytest.raises(FormatError, match="byte 4 is not UTF-8"):
        evaluate_analogies(ROYAL, path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "cosine"}, "method='cosine' is unknown"),
        ({"unknown": "maybe"}, "unknown='maybe' is unknown"),
        ({"case": "lower"}, "case='lower' is unknown"),
        ({"restrict_vocab": 0}, "restrict_vocab=0"),
    ],
)
def test_bad_settings_name_the_choices(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        evaluate_analogies(ROYAL, write(tmp_path, ": x\na b c d\n"), **options)


def test_vectors_that_cannot_be_evaluated(tmp_path: Path) -> None:
    path = write(tmp_path, ": x\na b c d\n")
    with pytest.raises(ParameterError, match="made of words"):
        evaluate_analogies(WordVectors([1, 2], np.eye(2)), path)
    with pytest.raises(ParameterError, match="vector 1 is not finite"):
        evaluate_analogies(WordVectors(["a", "b"], [[1.0, 0.0], [np.nan, 0.0]]), path)
