"""Exact neighbours among points, and what they say of a space: density, hubs, anisotropy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wordmill.vectors.matrix import Floats, row_norms
from wordmill.vectors.nearest import nearest_rows

__all__ = ["NEIGHBOURS", "Neighbourhoods", "mean_cosine"]

NEIGHBOURS = 10


@dataclass(frozen=True)
class Neighbourhoods:
    """The k nearest of each of n points, best first: ids (n, k) and cosines (n, k), no point its own neighbour."""

    ids: NDArray[np.int64]
    cosines: Floats

    @classmethod
    def of(cls, units: Floats, k: int = NEIGHBOURS) -> Self:
        """Search all points exactly; there are fewer neighbours where there are not more than k points."""
        most = min(k, len(units) - 1)
        if not most:
            return cls(np.empty((len(units), 0), np.int64), np.empty((len(units), 0), np.float32))
        found = nearest_rows(units, row_norms(units), units, most, exclude=list(np.arange(len(units))[:, None]))
        return cls(found.ids, found.similarities)

    def nearest(self, k: int) -> Neighbourhoods:
        """Return the k nearest alone."""
        return Neighbourhoods(self.ids[:, :k], self.cosines[:, :k])

    @cached_property
    def density(self) -> Floats:
        """Mean cosine of each point and its neighbours, (n,)."""
        return self.cosines.mean(axis=1) if self.ids.shape[1] else np.zeros(len(self.ids), np.float32)

    @cached_property
    def occurrences(self) -> NDArray[np.int64]:
        """How many points each is a neighbour of, (n,): k in the mean."""
        return np.bincount(self.ids.ravel(), minlength=len(self.ids))

    @property
    def skewness(self) -> float:
        """Skewness of the occurrences: 0 where all are neighbours alike, above 1 where some are everybody's.

        Source: Radovanović, Nanopoulos and Ivanović, "Hubs in space", 2010.
        """
        spread = float(self.occurrences.std())
        return float(((self.occurrences - self.occurrences.mean()) ** 3).mean()) / spread**3 if spread > 0 else 0.0


def mean_cosine(units: Floats) -> float:
    """Mean cosine of two different points, over all pairs: 0 where vectors point everywhere alike.

    It is the squared length of their mean, less what each has with itself.
    """
    points = len(units)
    if points < 2:
        return 0.0
    total = units.sum(axis=0, dtype=np.float64)
    own = float((units.astype(np.float64) ** 2).sum())
    return (float(total @ total) - own) / (points * (points - 1))
