"""Word pairs: do the cosines of words rise and fall with people's scores? Spearman's rank correlation."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wordmill.errors import FormatError, ParameterError, counted
from wordmill.evaluation.intervals import Interval, bootstrap
from wordmill.evaluation.lines import table_rows
from wordmill.evaluation.scores import Score, json_number
from wordmill.evaluation.vectors import Case, Vectors, check_arguments, fold, row_lookup, unit_rows
from wordmill.foreign import listed, quoted
from wordmill.hints import helpful_arguments
from wordmill.vectors.table import VectorTable

__all__ = ["PairsResult", "WordPair", "evaluate_pairs", "ranks", "read_pairs", "spearman"]

#: What stands for a score that is missing: those that pandas and R read so, and infinities.
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_MISSING = frozenset({"na", "n/a", "n.a.", "nan", "null", "none", "nil", "missing", "inf", "infinity"})


@dataclass(frozen=True)
class WordPair:
    """Two words and how alike people found them, on any scale."""

    first: str
    second: str
    score: float


@dataclass(frozen=True)
class PairsResult:
    """Correlation with people's scores over the known pairs, and how many those are.

    Attributes
    ----------
    spearman : rank correlation, -1..1; NaN where fewer than two pairs are known or all scores are equal
    pearson : linear correlation of the same numbers
    known, pairs : pairs whose words both have a vector, of those in the file
    unknown_words : the words without a vector, sorted
    made_words : those that are no keys and have a vector of their n-grams, sorted (with `unseen`)
    interval : bootstrap interval (95 %) of `spearman`, pairs resampled
    """

    source: str
    spearman: float
    pearson: float
    interval: Interval
    known: int
    pairs: int
    unknown_words: tuple[str, ...]
    restrict_vocab: int | None
    case: Case
    made_words: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """Share of the pairs whose words are both known."""
        return self.known / self.pairs if self.pairs else float("nan")

    @property
    def score(self) -> Score:
        """Spearman's correlation, in points."""
        low, high = self.interval
        return Score(100 * self.spearman, (100 * low, 100 * high), self.coverage)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; a correlation that is undefined is None."""
        return {
            "source": self.source,
            "spearman": json_number(self.spearman),
            "interval": [json_number(end) for end in self.interval],
            "pearson": json_number(self.pearson),
            "known": self.known,
            "pairs": self.pairs,
            "coverage": self.coverage,
            "unknown_words": list(self.unknown_words),
            "made_words": list(self.made_words),
            "restrict_vocab": self.restrict_vocab,
            "case": self.case,
        }

    def __str__(self) -> str:
        low, high = self.interval
        score = "undefined" if np.isnan(self.spearman) else f"{self.spearman:.4f} ({low:.2f} to {high:.2f})"
        known = f"known {self.known:,} of {counted(self.pairs, 'pair')} ({self.coverage:.1%})"
        return f"{self.source:<28} Spearman {score}   {known}"


@helpful_arguments
def evaluate_pairs(
    vectors: Vectors,
    path: str | os.PathLike[str],
    *,
    restrict_vocab: int | None = None,
    case: Case = "ignore",
    score_column: int = 3,
    strip_tags: bool = False,
    unseen: bool = False,
) -> PairsResult:
    """Correlate the cosines of word pairs with people's scores.

    Parameters
    ----------
    vectors
        `KeyedVectors`, the most frequent key first.
    path, score_column, strip_tags
        As in `read_pairs`.
    restrict_vocab
        Only this many of the most frequent words count as known; `None`: all.
    case
        ``"ignore"``: words are compared case-folded, and the most frequent spelling gives the vector;
        ``"match"``: words are compared as they are.
    unseen
        Whether words that are no keys are known by their n-grams, where these have a vector: of `KeyedVectors` with
        subwords.

    Raises
    ------
    FormatError
        The file cannot be read or a line is no pair; the message names file and line.
    ParameterError
        A setting is unknown, the keys are not words, or `unseen` is set and the vectors have no subwords.
    """
    check_arguments("evaluate_pairs", vectors, path)
    pairs = read_pairs(path, score_column=score_column, strip_tags=strip_tags)
    words = [word for pair in pairs for word in (pair.first, pair.second)]
    lookup = row_lookup(vectors, case, restrict_vocab)
    rows = np.array([lookup.get(fold(word, case), -1) for word in words])
    units, has = np.zeros((len(words), vectors.vectors.shape[1])), rows >= 0
    units[has] = unit_rows(vectors.vectors[rows[has]])
    made = _made_of_ngrams(vectors, words, case) if unseen else {}
    for place, word in enumerate(words):
        if word in made:
            units[place], has[place] = unit_rows(made[word][None])[0], True
    known = has.reshape(-1, 2).all(axis=1)
    cosines = np.einsum("ij,ij->i", units[::2][known], units[1::2][known])
    scores = np.array([pair.score for pair in pairs])[known]
    unknown = sorted({word for word, has_one in zip(words, has, strict=True) if not has_one})
    return PairsResult(
        Path(path).name,
        spearman(cosines, scores),
        _pearson(cosines, scores),
        bootstrap(lambda chosen: spearman(cosines[chosen], scores[chosen]), len(scores)),
        int(known.sum()),
        len(pairs),
        tuple(unknown),
        restrict_vocab,
        case,
        tuple(sorted(made)),
    )


def _made_of_ngrams(vectors: Vectors, words: Sequence[str], case: Case) -> dict[str, NDArray[Any]]:
    """Return the vectors of those words that are no keys and have n-grams with rows."""
    if not isinstance(vectors, VectorTable) or vectors.subwords is None:
        raise ParameterError("unseen=True makes words of their n-grams, and these vectors have none: leave it out")
    keys, made = row_lookup(vectors, case), {}
    for word in dict.fromkeys(words):
        vector: NDArray[Any] | None = None if fold(word, case) in keys else vectors.get(word)
        if vector is not None:
            made[word] = vector
    return made


def read_pairs(path: str | os.PathLike[str], *, score_column: int = 3, strip_tags: bool = False) -> list[WordPair]:
    """Read word pairs with scores: a line each, columns separated by tabs, commas (CSV) or spaces.

    A first line that has a name in the score's column, which begins with a letter, is a heading; NA, nan, null and the
    like are no names but a score that is missing, an error on any line. Lines that begin with `# ` or `//` are
    comments; other columns are left out.

    Parameters
    ----------
    path
        UTF-8 text. The first line decides the separator: a tab if it has one, else a semicolon, a comma, or white
        space. Cells may be in double quotes.
    score_column
        Which column holds the score, counted from 1; 4 for the full SimLex-999.
    strip_tags
        Remove a tag such as `-n` from the end of each word: for the lemma form of MEN (`sun-n sunlight-n 50`).

    Raises
    ------
    FormatError
        The message names file and line.
    """
    asked: object = score_column
    if isinstance(asked, bool) or not isinstance(asked, int) or asked < 3:
        raise ParameterError(f"score_column={quoted(score_column)}: columns 1 and 2 are the words; use 3 or more")
    rows = list(table_rows(path))
    heading = rows.pop(0)[1] if rows and _is_heading(rows[0][1], score_column) else []
    if not rows:
        raise FormatError(f"{path}: no word pairs in it; the format is word, word, score on a line each")
    pairs = []
    for number, columns in rows:
        if len(columns) < score_column:
            raise FormatError(
                f"{path}, line {number}: {counted(len(columns), 'column')}, the score should be in {score_column}"
            )
        score = _score(columns, score_column)
        if score is None:
            raise FormatError(
                f"{path}, line {number}: {quoted(columns[score_column - 1])} in column {score_column} is not a score; "
                f"set score_column to the column that holds it{_names(heading)}, or leave the line out"
            )
        if not all(columns[:2]):
            raise FormatError(f"{path}, line {number}: a word is missing; leave the line out")
        first, second = (_strip_tag(word) if strip_tags else word for word in columns[:2])
        pairs.append(WordPair(first, second, score))
    return pairs


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Spearman's rank correlation of two sequences (N,); ties share the mean of their ranks; NaN: undefined."""
    return _pearson(ranks(np.asarray(x)), ranks(np.asarray(y)))


def ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Ranks from 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: NDArray[np.float64] = (last - (counts - 1) / 2)[inverse.ravel()]
    return mean


def _pearson(x: NDArray[Any], y: NDArray[Any]) -> float:
    if len(x) < 2:
        return float("nan")
    dx, dy = x - x.mean(), y - y.mean()
    scale = np.sqrt((dx @ dx) * (dy @ dy))
    return float(dx @ dy / scale) if scale > 0 else float("nan")


def _is_heading(columns: list[str], score_column: int) -> bool:
    """Whether a row has the name of the score where the score should be."""
    cell = "".join(columns[score_column - 1 : score_column])
    return re.match(r"\W*[^\W\d_]", cell) is not None and cell.casefold().strip("#<>()[]") not in _MISSING


def _names(heading: list[str]) -> str:
    return f" ({listed(heading)})" if heading else ""


def _score(columns: list[str], score_column: int) -> float | None:
    """Read the finite number in a column counted from 1; None if there is none."""
    cell = columns[score_column - 1] if score_column <= len(columns) else ""
    value = float(cell) if _NUMBER.fullmatch(cell) else math.nan  # Python would read 1_0 too
    return value if math.isfinite(value) else None


def _strip_tag(word: str) -> str:
    head, dash, tag = word.rpartition("-")
    return head if dash and len(tag) == 1 else word
