"""Categorisation: do words of one category cluster together? Purity of k-means clusters of unit vectors."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, counted
from wordmill.evaluation.lines import cells, is_comment, numbered_lines, separator_of
from wordmill.evaluation.scores import Score, json_number
from wordmill.evaluation.vectors import Case, Vectors, check_arguments, fold, row_lookup, unit_rows
from wordmill.foreign import quoted
from wordmill.hints import helpful_arguments

__all__ = ["CategoriesResult", "evaluate_categories", "purity", "read_categories"]

_NAMES = {
    "word": frozenset({"word", "words", "concept", "concepts", "term", "item", "noun"}),
    "category": frozenset({"category", "categories", "class", "cluster", "group", "label", "type"}),
}


@dataclass(frozen=True)
class CategoriesResult:
    """Purity of the clusters, and how many words took part.

    Attributes
    ----------
    purity : share of words that belong to the largest category of their cluster, 0..1; NaN where no word is known
    categories : number of categories with a known word, and so of clusters
    known, words : words with a vector, of those in the file
    unknown_words : the words without a vector, sorted
    """

    source: str
    purity: float
    categories: int
    known: int
    words: int
    unknown_words: tuple[str, ...]
    case: Case

    @property
    def coverage(self) -> float:
        """Share of the words that are known."""
        return self.known / self.words

    @property
    def score(self) -> Score:
        """The purity, in points."""
        return Score(100 * self.purity, None, self.coverage)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; an undefined purity is None."""
        return {
            "source": self.source,
            "purity": json_number(self.purity),
            "categories": self.categories,
            "known": self.known,
            "words": self.words,
            "coverage": self.coverage,
            "unknown_words": list(self.unknown_words),
            "case": self.case,
        }

    def __str__(self) -> str:
        score = "undefined" if np.isnan(self.purity) else f"{self.purity:.4f}"
        known = f"known {self.known:,} of {self.words:,} words ({self.coverage:.1%})"
        return f"{self.source:<28} purity {score} in {self.categories} clusters   {known}"


@helpful_arguments
def evaluate_categories(
    vectors: Vectors, path: str | os.PathLike[str], *, case: Case = "ignore", seed: int = 0
) -> CategoriesResult:
    """Cluster the words of a file into as many clusters as it has categories, and score the clusters by purity.

    Clusters are k-means of unit vectors, the tightest of 20 runs from k-means++ seeds (Arthur & Vassilvitskii, 2007).

    Parameters
    ----------
    vectors
        `KeyedVectors`, the most frequent key first.
    path
        As in `read_categories`.
    case
        ``"ignore"``: words are compared case-folded; ``"match"``: words are compared as they are.
    seed
        Of the clusters.
    """
    check_arguments("evaluate_categories", vectors, path)
    words = read_categories(path)
    lookup = row_lookup(vectors, case)
    known = [(lookup[fold(word, case)], category) for word, category in words if fold(word, case) in lookup]
    labels = np.unique([category for _, category in known], return_inverse=True)[1]
    unknown = sorted({word for word, _ in words if fold(word, case) not in lookup})
    count = len(set(labels.tolist()))
    score = float("nan")
    if known:
        units = unit_rows(vectors.vectors[[row for row, _ in known]]).astype(np.float64)
        score = purity(_cluster(units, count, np.random.default_rng(seed)), labels)
    return CategoriesResult(Path(path).name, score, count, len(known), len(words), tuple(unknown), case)


def read_categories(path: str | os.PathLike[str]) -> list[tuple[str, str]]:
    """Read (word, category) pairs: columns separated by tabs, semicolons, commas or one space, in double quotes or not.

    A first line that names a column of words (`word`, `concept`, `term`, `item`, `noun`) and one of categories
    (`category`, `class`, `cluster`, `group`, `label`, `type`), in any case, is a heading that says where they are;
    without one they are the first and second. Lines without a word, with which public copies of BLESS are filled up,
    and lines that begin with `# ` or `//` are left out.

    Raises
    ------
    FormatError
        The message names file and line.
    """
    lines = list(numbered_lines(path))
    separator = separator_of(lines[0][1]) if lines else None
    rows = [(number, cells(line, separator)) for number, line in lines if not is_comment(line)]
    columns = _named_columns(cells(lines[0][1].lstrip("# "), separator), rows) if lines else {}
    if columns and not is_comment(lines[0][1]):
        rows = rows[1:]
    word_column, category_column = columns.get("word", 0), columns.get("category", 1)
    pairs: list[tuple[str, str]] = []
    for number, row in rows:
        if len(row) <= max(word_column, category_column) or (separator is None and len(row) != 2):
            raise FormatError(
                f"{path}, line {number}: {counted(len(row), 'column')}; a line is a word and its category"
            )
        word, category = row[word_column], row[category_column]
        if word and not category:
            raise FormatError(
                f"{path}, line {number}: {quoted(word)} has no category; give it one or leave the line out"
            )
        if word:
            pairs.append((word, category))
    if not pairs:
        raise FormatError(f"{path}: no words in it; the format is word, category on a line each")
    return pairs


def _named_columns(first: list[str], rows: list[tuple[int, list[str]]]) -> dict[str, int]:
    """Where a heading says that words and categories are; empty where the first line is a word and its category."""
    names = [cell.casefold() for cell in first]
    columns = {
        kind: next(column for column, name in enumerate(names) if name in known)
        for kind, known in _NAMES.items()
        if not known.isdisjoint(names)
    }
    if len(columns) < len(_NAMES):
        return {}
    column = columns["category"]
    again = sum(row[column : column + 1] == [first[column]] for _, row in rows)
    return columns if again <= 1 else {}  # of a category that other words have too, the first line is one more word


def purity(clusters: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Share of cases (N,) whose label is the most common one of their cluster."""
    table = np.zeros((clusters.max() + 1, labels.max() + 1), dtype=np.int64)
    np.add.at(table, (clusters, labels), 1)
    return float(table.max(axis=1).sum() / len(labels))


def _cluster(units: NDArray[np.float64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Clusters (N,) of the tightest of 20 runs of k-means."""
    runs = [_k_means(units, _spread_seeds(units, count, rng)) for _ in range(20)]
    return min(runs, key=lambda run: run[1])[0]


def _k_means(units: NDArray[np.float64], centres: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
    """Move centres (K, D) to the means of their points until nothing changes; clusters (N,) and summed distances."""
    clusters = np.full(len(units), -1)
    for _ in range(300):
        distances = _squared_distances(units, centres)
        before, clusters = clusters, distances.argmin(axis=1)
        if (clusters == before).all():
            break
        members = [units[clusters == k] for k in range(len(centres))]
        # an empty cluster keeps its centre
        centres = np.array([m.mean(axis=0) if len(m) else c for m, c in zip(members, centres, strict=True)])
    return clusters, float(distances.min(axis=1).sum())


def _spread_seeds(units: NDArray[np.float64], count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Choose points as centres (K, D), each by its squared distance from those before it (k-means++)."""
    centres = units[[rng.integers(len(units))]]
    while len(centres) < count:
        weights = _squared_distances(units, centres).min(axis=1) + 1e-12
        centres = np.vstack([centres, units[rng.choice(len(units), p=weights / weights.sum())]])
    return centres


def _squared_distances(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    squares = (points**2).sum(axis=1)[:, None] - 2 * points @ centres.T + (centres**2).sum(axis=1)
    return np.asarray(np.clip(squares, 0, None))
