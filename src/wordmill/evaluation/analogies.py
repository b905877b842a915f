"""Analogies: a is to b as c is to which word? Accuracy by section, unknown words counted."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.evaluation.analogy_files import Question, read_analogies
from wordmill.evaluation.intervals import Interval, bootstrap_share
from wordmill.evaluation.scores import Score, json_number
from wordmill.evaluation.vectors import Case, Vectors, check_arguments, fold, row_lookup, unit_rows
from wordmill.foreign import quoted
from wordmill.hints import helpful_arguments

__all__ = ["AnalogyResult", "AnalogySection", "Answers", "answer_questions", "evaluate_analogies"]

Method = Literal["3cosadd", "3cosmul"]
Unknown = Literal["skip", "wrong"]

_BLOCK_BYTES = 4 << 20  # of scores held at a time
_EPSILON = 1e-6  # keeps 3CosMul's quotient finite


@dataclass(frozen=True)
class AnalogySection:
    """Score of one section, or of several together.

    Attributes
    ----------
    questions : questions in the file
    known : those whose three words and at least one answer are in the (restricted) vocabulary
    correct : those answered right
    scored : those that count: `known`, or all `questions` with `unknown="wrong"`
    """

    name: str
    questions: int
    known: int
    correct: int
    scored: int

    @property
    def accuracy(self) -> float:
        """Right answers per question that counts; NaN where none does."""
        return self.correct / self.scored if self.scored else float("nan")

    @property
    def coverage(self) -> float:
        """Share of the questions whose words are all known."""
        return self.known / self.questions if self.questions else float("nan")

    def interval(self, level: float = 0.95) -> Interval:
        """Bootstrap interval of the accuracy, questions resampled."""
        return bootstrap_share(self.correct, self.scored, level)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able fields and what follows from them."""
        return {
            "name": self.name,
            "accuracy": json_number(self.accuracy),
            "interval": [json_number(end) for end in self.interval()],
            "coverage": json_number(self.coverage),
            "correct": self.correct,
            "scored": self.scored,
            "known": self.known,
            "questions": self.questions,
        }

    def __str__(self) -> str:
        accuracy = "undefined" if math.isnan(self.accuracy) else f"{self.accuracy:.2%}"
        return (
            f"{self.name:<28} {accuracy:>9}  {self.correct:>6,} of {self.scored:>6,}   "
            f"known {self.known:>6,} of {self.questions:>6,} ({self.coverage:.1%})"
        )


@dataclass(frozen=True)
class AnalogyResult:
    """Scores by section and together, with the settings they were measured under."""

    sections: tuple[AnalogySection, ...]
    source: str
    method: Method
    restrict_vocab: int | None
    case: Case
    unknown: Unknown

    @property
    def total(self) -> AnalogySection:
        """All sections together."""
        return _sum("total", self.sections)

    @property
    def semantic(self) -> AnalogySection:
        """Sections about meaning, those whose name does not start with `gram`, as Google names its grammar sections."""
        return _sum("semantic", [s for s in self.sections if not s.name.startswith("gram")])

    @property
    def syntactic(self) -> AnalogySection:
        """Sections about grammar, those whose name starts with `gram`."""
        return _sum("syntactic", [s for s in self.sections if s.name.startswith("gram")])

    @property
    def accuracy(self) -> float:
        """Right answers per question that counts, over all sections."""
        return self.total.accuracy

    @property
    def coverage(self) -> float:
        """Share of all questions whose words are all known."""
        return self.total.coverage

    @property
    def score(self) -> Score:
        """The accuracy over all sections, in points."""
        low, high = self.total.interval()
        return Score(100 * self.accuracy, (100 * low, 100 * high), self.coverage)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able: settings, total and sections."""
        return {
            "source": self.source,
            "method": self.method,
            "restrict_vocab": self.restrict_vocab,
            "case": self.case,
            "unknown": self.unknown,
            **{key: value for key, value in self.total.to_dict().items() if key != "name"},
            "sections": [section.to_dict() for section in self.sections],
        }

    def __str__(self) -> str:
        rows = [*self.sections]
        if self.syntactic.questions and self.semantic.questions:
            rows += [self.semantic, self.syntactic]
        words = "all words" if self.restrict_vocab is None else f"the {self.restrict_vocab:,} most frequent words"
        head = f"{self.source}: {self.method} over {words}, case: {self.case}, unknown words: {self.unknown}"
        return "\n".join([head, *map(str, rows), str(self.total)])


@helpful_arguments
def evaluate_analogies(
    vectors: Vectors,
    path: str | os.PathLike[str],
    *,
    method: Method = "3cosadd",
    restrict_vocab: int | None = 30_000,
    case: Case = "ignore",
    unknown: Unknown = "skip",
) -> AnalogyResult:
    """Answer the questions of a file of analogies and count the right answers.

    Parameters
    ----------
    vectors
        `KeyedVectors`, the most frequent key first.
    path
        Google's, Microsoft's or BATS's questions: see `read_analogies`.
    method
        ``"3cosadd"``: the word closest to b - a + c, all of unit length (Mikolov et al., 2013, arXiv:1301.3781).
        ``"3cosmul"``: the word d of the largest cos(d, b) cos(d, c) / cos(d, a), cosines shifted to 0..1 (Levy &
        Goldberg, 2014, CoNLL). The three words of the question are never an answer.
    restrict_vocab
        Questions and answers are limited to this many of the most frequent words; `None`: all words.
    case
        ``"ignore"``: words are compared case-folded, and the most frequent spelling gives the vector;
        ``"match"``: words are compared as they are.
    unknown
        Questions with a word outside the (restricted) vocabulary are left out, ``"skip"``, or count as ``"wrong"``.

    Raises
    ------
    FormatError
        The file cannot be read or a line is no question; the message names file and line.
    ParameterError
        A setting is unknown, or the keys are not words.
    """
    check_arguments("evaluate_analogies", vectors, path)
    if method not in ("3cosadd", "3cosmul"):
        raise ParameterError(f"method={quoted(method)} is unknown: use '3cosadd' or '3cosmul'")
    if unknown not in ("skip", "wrong"):
        raise ParameterError(f"unknown={quoted(unknown)} is unknown: use 'skip' or 'wrong'")
    questions = list(read_analogies(path))
    answers = answer_questions(vectors, questions, method=method, restrict_vocab=restrict_vocab, case=case)
    sections = tuple(_tally(questions, answers.known, answers.correct, unknown))
    return AnalogyResult(sections, Path(path).name, method, restrict_vocab, case, unknown)


class Answers(NamedTuple):
    """What became of Q questions."""

    known: NDArray[np.bool_]  # (Q,) whether its three words and an answer have vectors
    correct: NDArray[np.bool_]  # (Q,)
    rows: NDArray[np.int64]  # (Q,) the row that was answered; -1: none
    ranks: NDArray[np.int64]  # (Q,) place of the best right answer among all, from 1; 0 where the question is not known


def answer_questions(
    vectors: Vectors,
    questions: Sequence[Question],
    *,
    method: Method,
    restrict_vocab: int | None,
    case: Case,
    ranked: bool = False,
) -> Answers:
    """Answer questions as `evaluate_analogies` does; find the ranks of right answers only where they are wanted."""
    lookup = row_lookup(vectors, case, restrict_vocab)
    given = np.array(
        [lookup.get(fold(word, case), -1) for q in questions for word in (q.a, q.b, q.c)], dtype=np.int64
    ).reshape(-1, 3)
    answers = [{lookup[word] for word in (fold(w, case) for w in q.answers) if word in lookup} for q in questions]
    known = np.all(given >= 0, axis=1) & np.array([bool(rows) for rows in answers], dtype=bool)
    unit = unit_rows(vectors.vectors[:restrict_vocab])
    spelling = np.array([lookup[fold(key, case)] for key in vectors.index_to_key[: len(unit)]])
    answered, ranks = np.full(len(questions), -1), np.zeros(len(questions), np.int64)
    answered[known] = _answer(given[known], unit, spelling, method)
    correct = np.array([row in rows for row, rows in zip(answered.tolist(), answers, strict=True)], dtype=bool)
    if ranked:
        ranks[correct] = 1
        wrong = np.flatnonzero(known & ~correct)
        ranks[wrong] = _ranks(given[wrong], [answers[place] for place in wrong.tolist()], unit, spelling, method)
    return Answers(known, correct, answered, ranks)


def _answer(
    given: NDArray[np.int64], unit: NDArray[np.float32], spelling: NDArray[np.int64], method: Method
) -> NDArray[np.int64]:
    """Rows (Q,) of the answers, -1 for none.

    `given` (Q, 3): a, b and c; `unit` (N, D): the candidates; `spelling` (N,): the first row of the same word.
    """
    answers = np.empty(len(given), dtype=np.int64)
    for part, scores in _scores_in_blocks(unit, given, method):
        answers[part] = _best(scores, given[part], spelling)
    return answers


def _ranks(
    given: NDArray[np.int64],
    answers: Sequence[set[int]],
    unit: NDArray[np.float32],
    spelling: NDArray[np.int64],
    method: Method,
) -> NDArray[np.int64]:
    """Places (Q,), from 1, of the best right answer among all words that are not given; as `_answer`."""
    own = spelling == np.arange(len(spelling))  # of several spellings the first stands for all
    ranks = np.empty(len(given), dtype=np.int64)
    for part, scores in _scores_in_blocks(unit, given, method):
        right = [scores[place, [*rows]].max() for place, rows in enumerate(answers[part])]
        ranks[part] = 1 + (scores[:, own] > np.array(right)[:, None]).sum(axis=1)
    return ranks


def _scores_in_blocks(
    unit: NDArray[np.float32], given: NDArray[np.int64], method: Method
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield blocks of bounded size: which questions, and the scores (B, N) of every word, -inf of those given."""
    size = max(1, _BLOCK_BYTES // (unit.itemsize * len(unit)))
    for start in range(0, len(given), size):
        part = slice(start, start + size)
        scores = _scores(unit, given[part], method)
        np.put_along_axis(scores, given[part], -np.inf, axis=1)
        yield part, scores


def _scores(unit: NDArray[np.float32], given: NDArray[np.int64], method: Method) -> NDArray[np.float32]:
    """Score of every word (B, N) as the answer to questions with the given rows (B, 3)."""
    a, b, c = unit[given.T]
    if method == "3cosadd":
        sums: NDArray[np.float32] = (b - a + c) @ unit.T
        return sums
    scores: NDArray[np.float32] = b @ unit.T
    factor, divisor = c @ unit.T, a @ unit.T
    scores += 1
    factor += 1
    divisor += 1 + 2 * _EPSILON
    scores *= factor
    scores /= divisor
    return scores


def _best(scores: NDArray[np.float32], given: NDArray[np.int64], spelling: NDArray[np.int64]) -> NDArray[np.int64]:
    """First row (B,) of the best-scored word that is no other spelling of a given word; -1: none."""
    best = scores.argmax(axis=1)
    while True:
        top = scores[np.arange(len(best)), best]
        again = np.flatnonzero((spelling[best][:, None] == given).any(axis=1) & (top > -np.inf))
        if not again.size:
            return np.where(top > -np.inf, spelling[best], -1)
        scores[again, best[again]] = -np.inf
        best[again] = scores[again].argmax(axis=1)


def _tally(
    questions: list[Question], known: NDArray[np.bool_], correct: NDArray[np.bool_], unknown: Unknown
) -> Iterator[AnalogySection]:
    names = np.array([question.section for question in questions])
    for name in dict.fromkeys(question.section for question in questions):
        own = names == name
        count, of_known = int(own.sum()), int(known[own].sum())
        yield AnalogySection(name, count, of_known, int(correct[own].sum()), count if unknown == "wrong" else of_known)


def _sum(name: str, sections: tuple[AnalogySection, ...] | list[AnalogySection]) -> AnalogySection:
    return AnalogySection(
        name,
        sum(s.questions for s in sections),
        sum(s.known for s in sections),
        sum(s.correct for s in sections),
        sum(s.scored for s in sections),
    )
