"""Two models side by side: aligned in one map, and the keys whose neighbours changed most."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.explorer.map import Map
from wordmill.explorer.neighbourhoods import Neighbourhoods
from wordmill.explorer.shown import Shown
from wordmill.explorer.tables import Table
from wordmill.vectors import KeyedVectors
from wordmill.vectors.postprocess import rotation

__all__ = ["LEAST", "Comparison"]

LEAST = 20  # sightings of a key, below which its neighbours are mostly chance


class Comparison:
    """Another model beside the one of a map, over the keys on the map that both have.

    Parameters
    ----------
    drawn
        The map.
    name, other
        The other model. It may have other dimensions and other keys.
    """

    def __init__(self, drawn: Map, name: str, other: KeyedVectors) -> None:
        if other.kind != drawn.vectors.kind:
            raise ParameterError(f"{name} has {other.kind} keys, {drawn.name} {drawn.vectors.kind}: nothing to compare")
        rows = other.key_table.find_many(drawn.vectors.key_table.take(drawn.shown.rows))
        self._map, self.name, self._ids = drawn, name, np.flatnonzero(rows >= 0)
        if len(self._ids) < 2:
            raise ParameterError(f"{name} shares {len(self._ids)} of the keys on the map with {drawn.name}: too few")
        self._there = Shown.of_rows(other, rows[self._ids])
        here = drawn.shown.units[self._ids]
        self._neighbours = Neighbourhoods.of(here), Neighbourhoods.of(self._there.units)  # among the shared keys

    @cached_property
    def _aligned(self) -> NDArray[np.float32]:
        """The other model's vectors (m, D), rotated to lie as near to those here as they can."""
        turned = self._there.units @ rotation(self._there.units, self._map.shown.units[self._ids])
        return np.ascontiguousarray(turned, np.float32)

    @cached_property
    def overlap(self) -> NDArray[np.float64]:
        """Share of the neighbours here that are neighbours there, (m,)."""
        here, there = (neighbours.ids for neighbours in self._neighbours)
        shared: NDArray[np.float64] = (here[:, :, None] == there[:, None, :]).any(axis=2).mean(axis=1)
        return shared

    @cached_property
    def cosine(self) -> NDArray[np.float64]:
        """Cosine of a key's vectors here and there, (m,), the models aligned."""
        cosines: NDArray[np.float64] = np.einsum(
            "md,md->m", self._map.shown.units[self._ids], self._aligned, dtype=np.float64
        )
        return cosines

    def changed(self, most: int, least: int) -> dict[str, Any]:
        """Return the keys whose neighbours changed most, of those seen at least so often by both."""
        often = np.ones(len(self._ids), np.bool_)
        for counts in (self._counts_here, self._there.counts):
            if counts is not None:
                often &= counts >= least
        order = np.lexsort((self.cosine, self.overlap))
        chosen = order[often[order]][:most]
        return {"other": self.name, "least": least, "changed": [self._change(place) for place in chosen.tolist()]}

    @property
    def _counts_here(self) -> NDArray[np.int64] | None:
        counts = self._map.shown.counts
        return None if counts is None else counts[self._ids]

    def _change(self, place: int) -> dict[str, Any]:
        here, there = ([self._key(near) for near in nearest.ids[place].tolist()] for nearest in self._neighbours)
        return {
            "point": self._map.point(int(self._ids[place])),
            "overlap": float(self.overlap[place]),
            "cosine": float(self.cosine[place]),
            "here": here,
            "there": there,
            "came": [key for key in there if key not in here],
            "went": [key for key in here if key not in there],
        }

    def _key(self, place: int) -> str:
        return self._map.shown.keys[int(self._ids[place])]

    def tables(self) -> dict[str, Table]:
        """Return where the other model's points lie on each layout, (n, 2): NaN for keys that it does not have."""
        found = {}
        for layout in self._map.layouts:
            positions = np.full((len(self._map.shown), 2), np.nan, np.float32)
            positions[self._ids] = layout.place(self._aligned)
            found[f"layout/other:{layout.id}"] = Table.of_array(positions)
        return found
