"""The keys that are on the map: the most frequent ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wordmill.vectors import KeyedVectors
from wordmill.vectors.matrix import Floats

__all__ = ["Shown"]


@dataclass(frozen=True)
class Shown:
    """n keys of a model, by falling count; the id of a point is its place among them.

    Attributes
    ----------
    rows : (n,) int64
        Rows of the model.
    keys : list of str
        As text, integers too.
    counts : (n,) int64 or None
    units : (n, D) float32
        Their vectors, scaled to length 1; vectors of zeros stay so.
    """

    rows: NDArray[np.int64]
    keys: list[str]
    counts: NDArray[np.int64] | None
    units: Floats

    @classmethod
    def most_frequent(cls, vectors: KeyedVectors, most: int) -> Self:
        """Take the most frequent keys; where counts are not known the first ones, which formats begin with."""
        rows = np.arange(min(most, len(vectors)), dtype=np.int64)
        if (counts := vectors.counts) is not None:
            rows = np.argsort(-counts, kind="stable")[:most].astype(np.int64)
        return cls.of_rows(vectors, rows)

    @classmethod
    def of_rows(cls, vectors: KeyedVectors, rows: NDArray[np.int64]) -> Self:
        """Take some rows as they are."""
        counts = None if vectors.counts is None else vectors.counts[rows]
        units = np.ascontiguousarray(vectors.unit_vectors(rows), dtype=np.float32)
        return cls(rows, [str(key) for key in vectors.key_table.take(rows)], counts, units)

    def __len__(self) -> int:
        return len(self.rows)

    def id_of(self, row: int) -> int | None:
        """Return the id of a row of the model; None where it is not on the map."""
        return self._ids.get(row)

    def ids_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the ids of rows, -1 for those that are not on the map."""
        return np.array([self._ids.get(row, -1) for row in rows.tolist()], dtype=np.int64)

    @cached_property
    def _ids(self) -> dict[int, int]:
        return {row: place for place, row in enumerate(self.rows.tolist())}
