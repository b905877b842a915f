"""How good the vectors of a run are, by the same evaluator for every program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from wordmill.evaluation import evaluate_analogies, evaluate_pairs

__all__ = ["load_vectors", "measure_quality"]


class SavedVectors:
    """Keys and matrix that a run left in an .npz file."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self.index_to_key: list[str] = arrays["keys"].tolist()
            self.vectors = arrays["vectors"]
        self.key_to_index = {key: row for row, key in enumerate(self.index_to_key)}


def load_vectors(path: Path) -> SavedVectors:
    """Open what `programs.py` wrote."""
    return SavedVectors(path)


def measure_quality(vectors: SavedVectors, analogies: Path, pairs: list[Path]) -> dict[str, dict[str, Any]]:
    """Scores in points (0 to 100) by set, with the share of each set that the vocabulary covers."""
    result = evaluate_analogies(vectors, analogies, restrict_vocab=30_000)
    scores: dict[str, dict[str, Any]] = {"analogies": _points(result.accuracy, result.coverage)}
    for path in pairs:
        pair_result = evaluate_pairs(vectors, path, strip_tags=path.name.startswith("MEN"))
        scores[path.stem] = _points(pair_result.spearman, pair_result.coverage)
    return scores


def _points(score: float, coverage: float) -> dict[str, Any]:
    return {"points": None if np.isnan(score) else 100 * score, "coverage": coverage}
