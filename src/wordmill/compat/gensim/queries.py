"""gensim's queries in wordmill's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import MissingKeyError, ParameterError
from wordmill.foreign import quoted
from wordmill.vectors.keys import Key
from wordmill.vectors.matrix import Floats, row_norms
from wordmill.vectors.table import VectorTable

__all__ = ["gensim_query", "mean_of"]

WeightedTerm = tuple[Key | Floats, float]


class Asked(Protocol):
    """What is asked of gensim's KeyedVectors here."""

    @property
    def wrapped(self) -> VectorTable:
        """The vectors as wordmill has them."""

    @property
    def vectors(self) -> Floats:
        """The matrix (V, D)."""

    def get_index(self, key: Key, default: int | None = None) -> int:
        """Row of a key."""

    def get_vector(self, key: Key, norm: bool = False) -> Floats:
        """Vector (D,) of a key."""

    def __contains__(self, key: object) -> bool: ...


def gensim_query(vectors: Asked, positive: Any, negative: Any) -> list[WeightedTerm]:
    """Return one query of weighted keys and vectors, all to be added.

    gensim takes weights as they are given, also the negative ones, and adds vectors at their own length, where wordmill
    takes their directions.
    """
    terms: list[WeightedTerm] = []
    for query, default in ((positive, 1.0), (negative, -1.0)):
        for what, weight in _weighted(query, default):
            if isinstance(what, np.ndarray):
                terms.append((what, weight * float(row_norms(what[None].astype(np.float64))[0])))
            else:
                row = vectors.get_index(what, -1)
                terms.append((vectors.get_vector(what) if row < 0 else vectors.wrapped.key_table[row], weight))
    return terms


def _weighted(query: Any, default: float) -> Iterator[tuple[Any, float]]:
    """Yield the terms of a query: a key or vector, or a list of them or of pairs with a weight."""
    if query is None:
        return
    for item in [query] if _is_term(query) else query:
        what, weight = (item, default) if _is_term(item) else item
        yield what, float(weight)


def _is_term(item: Any) -> bool:
    return isinstance(item, str | int | np.integer) or (isinstance(item, np.ndarray) and item.ndim == 1)


def mean_of(
    vectors: Asked,
    keys: Sequence[Key | Floats] | Floats,
    weights: Sequence[float] | NDArray[Any] | None,
    pre_normalize: bool,
    post_normalize: bool,
    ignore_missing: bool,
) -> Floats:
    """Weighted mean (D,), where only keys, not vectors, are normalized."""
    if len(keys) == 0:
        raise ParameterError("the mean of nothing: give at least one key")
    if weights is not None and len(weights) != len(keys):
        raise ParameterError(f"{len(keys)} keys but {len(weights)} weights")
    total, size = np.zeros(vectors.vectors.shape[1]), 0.0
    for key, weight in zip(keys, np.ones(len(keys)) if weights is None else weights, strict=True):
        if isinstance(key, np.ndarray):
            total += weight * key
        elif key in vectors:
            total += weight * vectors.get_vector(key, norm=pre_normalize)
        elif ignore_missing:
            continue
        else:
            raise MissingKeyError(f"no vector for {quoted(key)}: leave it out, or pass ignore_missing=True")
        size += abs(weight)
    scale = np.linalg.norm(total) if post_normalize else size
    return (total / (scale or 1.0)).astype(vectors.vectors.dtype)
