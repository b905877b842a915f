"""Where to put the labels of points, so that none covers another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["place_labels"]

Boxes = NDArray[np.float64]  # (..., 4): left, bottom, right, top


def place_labels(points: NDArray[np.float64], sizes: NDArray[np.float64], *, radius: float, bounds: Boxes) -> Boxes:
    """Place one box beside each point, greedily: the most crowded points choose first, each the nearest free place.

    Parameters
    ----------
    points
        (N, 2), in pixels.
    sizes
        (N, 2): width and height of each label, in pixels.
    radius
        Of the dots, in pixels: labels keep clear of all of them.
    bounds
        (4,): the boxes stay within.

    Returns
    -------
    (N, 4) boxes; NaN for a label that fits nowhere near its point.
    """
    boxes = np.full((len(points), 4), np.nan)
    taken = np.concatenate([points - radius, points + radius], axis=1)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    crowding = (distances < 4 * sizes.mean()).sum(axis=1)
    for i in np.argsort(-crowding, kind="stable"):
        candidates = _candidates(points[i], sizes[i], radius)
        inside = (candidates[:, :2] >= bounds[:2]).all(axis=1) & (candidates[:, 2:] <= bounds[2:]).all(axis=1)
        free = np.flatnonzero(inside & ~_overlap(candidates, taken).any(axis=1))
        if free.size:
            boxes[i] = candidates[free[0]]
            taken = np.vstack([taken, boxes[i]])
    return boxes


def _candidates(point: NDArray[np.float64], size: NDArray[np.float64], radius: float) -> Boxes:
    """Boxes around a point in rings of growing distance, right and left first."""
    angles = np.deg2rad([0, 180, 90, 270, 45, 135, 315, 225, 22, 158, 338, 202, 68, 112, 292, 248])
    gaps = radius + 1 + size[1] * np.array([0.1, 0.4, 0.8, 1.3, 1.9, 2.6, 3.4])
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    offsets = gaps[:, None, None] * directions
    # the box touches the ring with the side that faces the point
    centres = point + (offsets + directions * size / 2).reshape(-1, 2)
    return np.concatenate([centres - size / 2, centres + size / 2], axis=1)


def _overlap(a: Boxes, b: Boxes) -> NDArray[np.bool_]:
    """Whether boxes (A, 4) and (B, 4) overlap: (A, B)."""
    apart = (a[:, None, :2] >= b[None, :, 2:]) | (a[:, None, 2:] <= b[None, :, :2])
    return np.asarray(~apart.any(axis=2))
