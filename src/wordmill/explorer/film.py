"""Training as a film: the vectors of checkpoints, each aligned with the last, on one plane."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wordmill.explorer.map import Map
from wordmill.explorer.projection import PrincipalPlane
from wordmill.explorer.shown import Shown
from wordmill.explorer.tables import Table
from wordmill.vectors import KeyedVectors
from wordmill.vectors.postprocess import rotation

__all__ = ["Film", "Frame"]


class Frame(NamedTuple):
    """A moment of a training."""

    title: str
    vectors: KeyedVectors


class Film:
    """Frames of a training, earliest first, over the keys of a map."""

    def __init__(self, drawn: Map, frames: Sequence[Frame]) -> None:
        self._map, self._frames = drawn, frames

    def answer(self) -> dict[str, Any]:
        """Return the frames' titles and tables."""
        frames = [{"title": frame.title, "table": f"film/{place}"} for place, frame in enumerate(self._frames)]
        return {"frames": frames}

    def tables(self) -> dict[str, Table]:
        """Return where points lie in each frame, (n, 2); NaN for keys that it does not have."""
        return {f"film/{place}": Table.of_array(positions) for place, positions in enumerate(self._positions)}

    @cached_property
    def _positions(self) -> list[NDArray[np.float32]]:
        plane = PrincipalPlane.of(self._map.shown.units)
        return [self._of_frame(frame.vectors, plane) for frame in self._frames]

    def _of_frame(self, vectors: KeyedVectors, plane: PrincipalPlane) -> NDArray[np.float32]:
        """Rotate a frame onto the map, which takes away what training turned as a whole, and project it."""
        shown = self._map.shown
        rows = vectors.key_table.find_many(self._map.vectors.key_table.take(shown.rows))
        ids = np.flatnonzero(rows >= 0)
        positions = np.full((len(shown), 2), np.nan, np.float32)
        if len(ids):
            units = Shown.of_rows(vectors, rows[ids]).units
            positions[ids] = plane.project(units @ rotation(units, shown.units[ids]))
        return positions
