"""A layout of points in the plane, and how far it lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wordmill.explorer.neighbourhoods import Neighbourhoods
from wordmill.extras import import_extra
from wordmill.vectors.matrix import Floats, row_norms, spans
from wordmill.vectors.nearest import nearest_rows

__all__ = ["Layout", "Place", "faithfulness", "near_on_map", "place_by_neighbours"]

Place = Callable[[Floats], NDArray[np.float32]]

_NEAR = 50  # points on the map that count as near, where there are enough
_SHARE = 100  # one in so many points is near, where there are fewer
_ANCHORS = 5  # neighbours that a new point is put among
_POINTS = 4096  # looked at together


@dataclass(frozen=True)
class Layout:
    """Where points lie in the plane.

    Attributes
    ----------
    id, title, note : str
        What it is called, and what it means, for people.
    positions : (n, 2) float32
    faithful : (n,) float32
        For each point the share of its true neighbours that are near on the map.
    place : function
        Where other unit vectors (m, D) belong: (m, 2).
    """

    id: str
    title: str
    note: str
    positions: NDArray[np.float32]
    faithful: NDArray[np.float32]
    place: Place


def near_on_map(points: int) -> int:
    """How many of the points on a map count as near to one."""
    return min(_NEAR, max(10, points // _SHARE), points - 1)


def faithfulness(positions: NDArray[np.float32], true: Neighbourhoods) -> NDArray[np.float32]:
    """Share of each point's true neighbours that are among the `near_on_map` nearest of it in the plane, (n,)."""
    points, k = true.ids.shape
    if not k:
        return np.ones(points, np.float32)
    tree = import_extra("sklearn.neighbors", "maps in the explorer", extra="explore").KDTree(positions)
    shares = np.empty(points, np.float32)
    for begin, end in spans(0, points, _POINTS):
        near = tree.query(positions[begin:end], near_on_map(points) + 1, return_distance=False)  # itself too
        shares[begin:end] = (true.ids[begin:end, :, None] == near[:, None, :]).any(axis=2).mean(axis=1)
    return shares


def place_by_neighbours(units: Floats, positions: NDArray[np.float32]) -> Place:
    """Return a function that puts new points among their nearest ones, the nearer the more."""

    def place(others: Floats) -> NDArray[np.float32]:
        found = nearest_rows(units, row_norms(units), others, min(_ANCHORS, len(units)))
        weights = np.maximum(found.similarities.astype(np.float64), 0.0) ** 4 + 1e-9
        weights /= weights.sum(axis=1, keepdims=True)
        placed: NDArray[np.float32] = np.einsum("mk,mkc->mc", weights, positions[found.ids]).astype(np.float32)
        return placed

    return place
