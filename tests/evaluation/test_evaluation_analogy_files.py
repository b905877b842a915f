"""Formats of analogies other than Google's: every question is there, every mistake named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from evaluation_vectors import WordVectors

from wordmill.errors import FormatError
from wordmill.evaluation import Question, evaluate_analogies, read_analogies

ROYAL = WordVectors(
    ["man", "king", "woman", "queen", "boy", "prince"],
    np.array([[1, 0, 0, 0], [1, 0, 0, 1], [0, 1, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 1, 1]]),
)


def write(directory: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def test_microsoft_questions_and_answers(tmp_path: Path) -> None:
    write(tmp_path, {"w.questions": "good better rough\nsee saw do\n", "w.answers": "JJ_JJR rougher\nVB_VBD did\n"})
    assert list(read_analogies(tmp_path / "w.questions")) == [
        Question("JJ_JJR", "good", "better", "rough", ("rougher",)),
        Question("VB_VBD", "see", "saw", "do", ("did",)),
    ]


def test_bats_asks_every_ordered_pair_of_lines(tmp_path: Path) -> None:
    bats = write(
        tmp_path, {"1_a/I01 [x].txt": "man\tking/ruler\nwoman\tqueen/empress\nboy\tprince\n", "2_b/E01.txt": ""}
    )
    questions = list(read_analogies(bats))
    assert len(questions) == 6
    assert questions[0] == Question("I01 [x]", "man", "king", "woman", ("queen", "empress"))
    assert {(q.a, q.c) for q in questions} == {
        (a, c) for a in ("man", "woman", "boy") for c in ("man", "woman", "boy") if a != c
    }


def test_any_answer_will_do(tmp_path: Path) -> None:
    bats = write(tmp_path, {"E01.txt": "man\tking\nwoman\tempress/queen\nboy\tunicorn\n"})
    result = evaluate_analogies(ROYAL, bats)
    # boy has no known answer, and the first answer of woman, which would be its b, is unknown: man to woman is left
    assert (result.total.questions, result.total.known, result.total.correct) == (6, 1, 1)


@pytest.mark.parametrize(
    ("files", "source", "message"),
    [
        ({"w.questions": "a b c\n", "w.answers": ""}, "w.questions", "1 question, and 0 lines in the .answers file"),
        ({"w.questions": "a b\n", "w.answers": "X c\n"}, "w.questions", "line 1: a question is 'a b c'"),
        ({"w.questions": "a b c\n"}, "w.questions", "w.answers: cannot be read"),
        ({"bats/x.csv": "a,b"}, "bats", "no .txt files in it"),
        ({"bats/x.txt": "a\tb\nc d e\n"}, "bats", "x.txt, line 2: 3 columns"),
        ({"bats/x.txt": "a\tb\nc\t/\n"}, "bats", "x.txt, line 2: 2 columns; a line is a word and its answers"),
        ({"bats/x.txt": "a\tb\n", "bats/y.txt": "c\td\n"}, "bats", "no questions in it; a relation needs two lines"),
    ],
)
def test_bad_files_name_the_place(tmp_path: Path, files: dict[str, str], source: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        list(read_analogies(write(tmp_path, files) / source))
