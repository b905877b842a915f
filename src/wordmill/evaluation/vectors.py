"""What evaluation needs of a set of vectors, and the two look-ups that every measure starts with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.paths import checked_path

__all__ = ["Case", "Vectors", "check_arguments", "row_lookup", "unit_rows"]

Case = Literal["ignore", "match"]


class Vectors(Protocol):
    """Vectors by key, the most frequent first: `KeyedVectors`, gensim's, or anything of this shape."""

    @property
    def index_to_key(self) -> Sequence[Any]:
        """Keys by row."""

    @property
    def key_to_index(self) -> Mapping[Any, int]:
        """Row by key."""

    @property
    def vectors(self) -> NDArray[Any]:
        """Matrix (V, D), floating point."""


def check_arguments(function: str, vectors: object, *paths: object) -> None:
    """Raise `ParameterError` where vectors and paths have changed places, or a model is given for its vectors."""
    is_set = all(hasattr(vectors, name) for name in ("index_to_key", "key_to_index", "vectors"))
    if is_set and all(isinstance(path, str | os.PathLike) and checked_path(path) for path in paths):
        return
    if not is_set and hasattr(type(vectors), "wv"):
        raise ParameterError(f"{function} takes vectors, not the model: give model.wv")
    if not is_set:
        raise ParameterError(f"{function} takes vectors first, model.wv say, and {quoted(vectors)} are none")
    wrong = next(path for path in paths if not isinstance(path, str | os.PathLike))
    raise ParameterError(f"{function} takes vectors, then the path of a file, and {quoted(wrong)} is no path")


def row_lookup(vectors: Vectors, case: Case, limit: int | None = None) -> dict[str, int]:
    """Map each of the first `limit` words, case-folded where `case="ignore"`, to its first row.

    Of words that differ only in case the first one, which is the most frequent, stands for all.
    """
    if case not in ("ignore", "match"):
        raise ParameterError(f"case={quoted(case)} is unknown: use 'ignore' or 'match'")
    if limit is not None and limit < 1:
        raise ParameterError(f"restrict_vocab={limit} leaves no words: use a positive number, or None for all")
    keys = vectors.index_to_key
    rows: dict[str, int] = {}
    for row in range(len(keys) if limit is None else min(limit, len(keys))):
        key = keys[row]
        if not isinstance(key, str):
            raise ParameterError(f"the keys are {type(key).__name__}, and evaluation sets are made of words")
        rows.setdefault(fold(key, case), row)
    return rows


def fold(word: str, case: Case) -> str:
    """`word` as it is compared: Unicode case folding where `case="ignore"`."""
    return word.casefold() if case == "ignore" else word


def unit_rows(matrix: NDArray[Any]) -> NDArray[np.float32]:
    """Rows of a matrix (N, D) scaled to length 1, float32; zero rows stay zero."""
    rows = np.asarray(matrix, dtype=np.float32)
    norms = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    if not np.isfinite(norms).all():
        raise ParameterError(f"vector {int(np.argmin(np.isfinite(norms)))} is not finite: the model has diverged")
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    unit: NDArray[np.float32] = rows * scale.astype(np.float32)[:, None]
    return unit
