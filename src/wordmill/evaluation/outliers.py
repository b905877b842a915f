"""Outlier detection: which of nine words does not belong? (Camacho-Collados & Navigli, 2016)."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, counted
from wordmill.evaluation.intervals import Interval, bootstrap_share
from wordmill.evaluation.lines import numbered_lines, table_rows
from wordmill.evaluation.scores import Score, json_number
from wordmill.evaluation.vectors import Case, Vectors, check_arguments, fold, row_lookup, unit_rows
from wordmill.foreign import quoted
from wordmill.hints import helpful_arguments
from wordmill.paths import checked_path

__all__ = ["OutlierSet", "OutliersResult", "evaluate_outliers", "read_outliers"]


@dataclass(frozen=True)
class OutlierSet:
    """Words of one kind, and words that are not: each of the outliers is one question."""

    name: str
    words: tuple[str, ...]
    outliers: tuple[str, ...]


@dataclass(frozen=True)
class OutliersResult:
    """How often the outlier was found, and how near it came.

    Attributes
    ----------
    accuracy : share of the known questions in which the outlier is the least like the others
    position : mean place of the outlier, 0 (most like the others) to 1 (least): the paper's OPP
    known, questions : questions whose outlier and at least two other words have a vector, of all
    unknown_words : the words without a vector, sorted; they are left out of their sets
    """

    source: str
    accuracy: float
    position: float
    known: int
    questions: int
    unknown_words: tuple[str, ...]
    case: Case

    @property
    def coverage(self) -> float:
        """Share of the questions that are known."""
        return self.known / self.questions

    @property
    def interval(self) -> Interval:
        """Bootstrap interval (95 %) of the accuracy, questions resampled."""
        return bootstrap_share(round(self.accuracy * self.known), self.known) if self.known else (np.nan, np.nan)

    @property
    def score(self) -> Score:
        """The accuracy, in points."""
        low, high = self.interval
        return Score(100 * self.accuracy, (100 * low, 100 * high), self.coverage)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; undefined scores are None."""
        return {
            "source": self.source,
            "accuracy": json_number(self.accuracy),
            "interval": [json_number(end) for end in self.interval],
            "position": json_number(self.position),
            "known": self.known,
            "questions": self.questions,
            "coverage": self.coverage,
            "unknown_words": list(self.unknown_words),
            "case": self.case,
        }

    def __str__(self) -> str:
        low, high = self.interval
        score = f"{self.accuracy:.4f} ({low:.2f} to {high:.2f}), position {self.position:.4f}"
        score = "undefined" if np.isnan(self.accuracy) else score
        known = f"known {self.known:,} of {self.questions:,} questions ({self.coverage:.1%})"
        return f"{self.source:<28} outliers found {score}   {known}"


@helpful_arguments
def evaluate_outliers(vectors: Vectors, path: str | os.PathLike[str], *, case: Case = "ignore") -> OutliersResult:
    """Find the outlier of each set: the word whose cosines with the other words sum to the least.

    Parameters
    ----------
    vectors
        `KeyedVectors`, the most frequent key first.
    path
        As in `read_outliers`.
    case
        ``"ignore"``: words are compared case-folded; ``"match"``: words are compared as they are.
    """
    check_arguments("evaluate_outliers", vectors, path)
    sets = read_outliers(path)
    lookup = row_lookup(vectors, case)
    places = []
    for one in sets:
        words = [lookup[fold(word, case)] for word in one.words if fold(word, case) in lookup]
        if len(words) >= 2:
            outliers = [lookup[fold(word, case)] for word in one.outliers if fold(word, case) in lookup]
            places += [_place(unit_rows(vectors.vectors[[*words, outlier]])) for outlier in outliers]
    mentioned = {word for one in sets for word in (*one.words, *one.outliers)}
    return OutliersResult(
        Path(path).name,
        float(np.mean([place == 1.0 for place in places])) if places else float("nan"),
        float(np.mean(places)) if places else float("nan"),
        len(places),
        sum(len(one.outliers) for one in sets),
        tuple(sorted(word for word in mentioned if fold(word, case) not in lookup)),
        case,
    )


def _place(unit: NDArray[np.float32]) -> float:
    """How unlike the others the last of the unit vectors (N, D) is: 1 if no other is less like the rest, to 0."""
    cosines = unit.astype(np.float64) @ unit.T
    likeness = cosines.sum(axis=1) - np.diag(cosines)
    return float((likeness[:-1] > likeness[-1]).mean())


def read_outliers(path: str | os.PathLike[str]) -> list[OutlierSet]:
    """Read sets of words with outliers.

    - a directory: a `.txt` file for each set, the words a line each, an empty line, the outliers a line each;
    - a file: CSV whose heading names `category`, `words` and `outliers`, in any case, the last two columns lists
      `['one', 'two']`; the separator may also be a tab or a semicolon.

    Raises
    ------
    FormatError
        The message names file and line.
    """
    source = checked_path(path)
    sets = _read_directory(source) if source.is_dir() else _read_table(source)
    if not sets:
        raise FormatError(f"{source}: no sets of words in it; give a directory of .txt files, or a CSV file")
    return sets


def _read_directory(directory: Path) -> list[OutlierSet]:
    sets = []
    for file in sorted(directory.glob("*.txt")):
        lines = list(numbered_lines(file))
        # numbered_lines leaves the empty line out: it is where the numbers jump
        jumps = [i for i in range(1, len(lines)) if lines[i][0] > lines[i - 1][0] + 1]
        if len(jumps) != 1:
            raise FormatError(f"{file}: {len(jumps)} empty lines between words; one parts the words from the outliers")
        words = [line.strip() for _, line in lines]
        sets.append(OutlierSet(file.stem, tuple(words[: jumps[0]]), tuple(words[jumps[0] :])))
    return sets


def _read_table(path: Path) -> list[OutlierSet]:
    heading, *rows = list(table_rows(path)) or [(1, [])]
    names = [cell.casefold() for cell in heading[1]]
    if not {"category", "words", "outliers"} <= set(names):
        raise FormatError(f"{path}, line {heading[0]}: the heading must name the columns category, words and outliers")
    sets = []
    for number, row in rows:
        if len(row) != len(names):
            raise FormatError(f"{path}, line {number}: {counted(len(row), 'cell')}, and the heading has {len(names)}")
        named = dict(zip(names, row, strict=True))
        sets.append(
            OutlierSet(named["category"], *(_list(path, number, named[name]) for name in ("words", "outliers")))
        )
    return sets


def _list(path: Path, number: int, text: str) -> tuple[str, ...]:
    try:
        items = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:  # the last two: too many brackets
        raise FormatError(
            f"{path}, line {number}: {quoted(text)} is no list of words such as ['one', 'two']"
        ) from error
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise FormatError(f"{path}, line {number}: {quoted(text)} is no list of words such as ['one', 'two']")
    return tuple(item for item in items if item.strip())
