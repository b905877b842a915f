"""The two directions of largest variance: a shadow of the space, the same for every run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wordmill.explorer.neighbourhoods import Neighbourhoods
from wordmill.explorer.projection.layout import Layout, faithfulness
from wordmill.vectors.matrix import Floats
from wordmill.vectors.postprocess import principal_axes

__all__ = ["PrincipalPlane", "layout_by_pca"]


@dataclass(frozen=True)
class PrincipalPlane:
    """The plane of largest variance: the mean (D,), two axes (D, 2), and their share of the variance."""

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    share: float

    @classmethod
    def of(cls, units: Floats) -> Self:
        """Find the plane of points (n, D); the largest coordinate of an axis is positive, so that signs stay."""
        mean = units.mean(axis=0, dtype=np.float64)
        centred = units - mean.astype(units.dtype)
        axes = principal_axes(centred)[:, :2].astype(np.float64)
        if axes.shape[1] < 2:
            axes = np.pad(axes, ((0, 0), (0, 1)))
        whole = float((centred.astype(np.float64) ** 2).sum())
        kept = float(((centred @ axes) ** 2).sum())
        return cls(mean, axes, kept / whole if whole > 0 else 1.0)

    def project(self, units: Floats) -> NDArray[np.float32]:
        """Return the shadows (m, 2) of points (m, D)."""
        return ((units - self.mean) @ self.axes).astype(np.float32)


def layout_by_pca(units: Floats, true: Neighbourhoods) -> Layout:
    """Lay out points (n, D)."""
    plane = PrincipalPlane.of(units)
    positions = plane.project(units)
    note = (
        f"A shadow: the two directions of largest variance, {plane.share:.0%} of it. Distances are true or too short."
    )
    return Layout("pca", "PCA", note, positions, faithfulness(positions, true), plane.project)
