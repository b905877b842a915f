"""Files of analogies: Google's sections, Microsoft's questions and answers, and the directories of BATS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from wordmill.errors import FormatError, counted
from wordmill.evaluation.lines import is_comment, numbered_lines, section_name
from wordmill.paths import checked_path

__all__ = ["Question", "read_analogies"]


@dataclass(frozen=True)
class Question:
    """One question: `a` is to `b` as `c` is to any of the `answers`."""

    section: str
    a: str
    b: str
    c: str
    answers: tuple[str, ...]


def read_analogies(path: str | os.PathLike[str]) -> Iterator[Question]:
    """Yield the questions of a file or directory, whose name decides the format.

    - a directory: BATS (Gladkova et al., 2016), a `.txt` file for each relation, lines of a word, a tab and its answers
      `one/two/three`: a question for each two lines, the first answer of the one, any answer of the other;
    - `*.questions`: Microsoft's (Mikolov, Yih & Zweig, 2013), three words a line, and in the file `*.answers` beside it
      a relation and the answer;
    - any other file: Google's (Mikolov et al., 2013), sections `: name`, each followed by lines of four words. A
      line of four words that begins with a smiley, `:)` or `:D`, is a question; one that begins with `# ` or `//` is a
      comment.

    Raises
    ------
    FormatError
        Something cannot be read, is no question or is empty; the message names file and line.
    """
    source = checked_path(path)
    if source.is_dir():
        yield from _read_bats(source)
    elif source.suffix == ".questions":
        yield from _read_microsoft(source)
    else:
        yield from _read_google(source)


def _read_google(path: Path) -> Iterator[Question]:
    section: str | None = None
    questions = 0
    for number, line in numbered_lines(path):
        if is_comment(line):
            continue
        words, name = line.split(), section_name(line)
        if name is not None and (len(words) != 4 or words[0] == ":"):
            section = name
            continue
        if len(words) != 4:
            raise FormatError(
                f"{path}, line {number}: {counted(len(words), 'word')}, and an analogy has 4: a b c answer"
            )
        if section is None:
            raise FormatError(f"{path}, line {number}: a question before any section; add a line ': name' above it")
        a, b, c, answer = words
        questions += 1
        yield Question(section, a, b, c, (answer,))
    if not questions:
        raise FormatError(f"{path}: no questions in it; the format is ': section' lines, then lines of four words")


def _read_microsoft(path: Path) -> Iterator[Question]:
    questions, answers = (list(numbered_lines(file)) for file in (path, path.with_suffix(".answers")))
    if not questions or len(questions) != len(answers):
        raise FormatError(
            f"{path}: {counted(len(questions), 'question')}, and {len(answers)} lines in the .answers file beside it"
        )
    for (number, question), (_, answer) in zip(questions, answers, strict=True):
        words, relation = question.split(), answer.split()
        if len(words) != 3 or len(relation) != 2:
            raise FormatError(f"{path}, line {number}: a question is 'a b c', its line of answers 'relation answer'")
        a, b, c = words
        yield Question(relation[0], a, b, c, (relation[1],))


def _read_bats(directory: Path) -> Iterator[Question]:
    files = sorted(directory.rglob("*.txt"))
    if not files:
        raise FormatError(f"{directory}: no .txt files in it; BATS has one for each relation, in four directories")
    relations = {file: [_bats_pair(file, number, line) for number, line in numbered_lines(file)] for file in files}
    if not any(len(pairs) > 1 for pairs in relations.values()):
        raise FormatError(f"{directory}: no questions in it; a relation needs two lines, a word and its answers each")
    for file, pairs in relations.items():
        for (a, b), (c, answers) in permutations(pairs, 2):
            yield Question(file.stem, a, b[0], c, answers)


def _bats_pair(file: Path, number: int, line: str) -> tuple[str, tuple[str, ...]]:
    word, *rest = line.split()
    answers = tuple(answer for answer in rest[0].split("/") if answer) if len(rest) == 1 else ()
    if not answers:
        raise FormatError(
            f"{file}, line {number}: {counted(len(rest) + 1, 'column')}; a line is a word and its answers one/two"
        )
    return word, answers
