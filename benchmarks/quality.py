"""How good the vectors of a run are, by the same evaluator for every program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from wordmill import KeyedVectors
from wordmill.evaluation import evaluate_analogies, evaluate_pairs, read_pairs

__all__ = ["load_vectors", "measure_quality", "write_words"]

_COVERED = 0.9  # a set of whose pairs the vocabulary has a smaller share is scored with words of n-grams too


class SavedVectors:
    """Keys and matrix that a run left in an .npz file; `whole` has further words too, at the end."""

    def __init__(self, path: Path, *, whole: bool = False) -> None:
        with np.load(path) as arrays:
            parts = ["", "further_"] if whole else [""]
            self.index_to_key: list[str] = [key for part in parts for key in arrays[f"{part}keys"].tolist()]
            self.vectors = np.concatenate([arrays[f"{part}vectors"] for part in parts])
        self.key_to_index = {key: row for row, key in enumerate(self.index_to_key)}


def load_vectors(path: Path, *, whole: bool = False) -> SavedVectors:
    """Open what `programs.py` wrote."""
    return SavedVectors(path, whole=whole)


def write_words(pairs: list[Path], target: Path) -> None:
    """Write the words of some sets of pairs, for `Job.further_words`."""
    words = {word for path in pairs for pair in _pairs_of(path) for word in (pair.first, pair.second)}
    target.write_text("\n".join(sorted(word for word in words if " " not in word)), encoding="utf-8")


def measure_quality(
    vectors: SavedVectors | KeyedVectors,
    analogies: Path | None,
    pairs: list[Path],
    whole: SavedVectors | None = None,
    *,
    halves: bool = False,
) -> dict[str, dict[str, Any]]:
    """Scores in points (0 to 100) by set, with the share of each set that the vocabulary covers.

    Of `whole`, which has words of n-grams too, sets that the vocabulary covers badly are scored as well. `halves`: of
    the analogies those of meaning and those of grammar, too.
    """
    scores: dict[str, dict[str, Any]] = {}
    if analogies is not None:
        result = evaluate_analogies(vectors, analogies, restrict_vocab=30_000)
        parts = {"analogies": result.total}
        if halves:
            parts |= {"semantic": result.semantic, "syntactic": result.syntactic}
        scores = {name: _points(part.accuracy, part.coverage, part.interval()) for name, part in parts.items()}
    for path in pairs:
        known = _pair_scores(vectors, path)
        scores[path.stem] = known
        if whole is not None and known["coverage"] < _COVERED:
            scores[f"{path.stem} with unseen"] = _pair_scores(whole, path)
    return scores


def _pair_scores(vectors: SavedVectors | KeyedVectors, path: Path) -> dict[str, Any]:
    result = evaluate_pairs(vectors, path, strip_tags=_has_tags(path))
    return _points(result.spearman, result.coverage, result.interval)


def _pairs_of(path: Path) -> Any:
    return read_pairs(path, strip_tags=_has_tags(path))


def _has_tags(path: Path) -> bool:
    return path.name.startswith("MEN")


def _points(score: float, coverage: float, interval: tuple[float, float]) -> dict[str, Any]:
    if np.isnan(score):
        return {"points": None, "coverage": coverage}
    return {"points": 100 * score, "coverage": coverage, "interval": [100 * end for end in interval]}
