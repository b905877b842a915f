"""Neighbourhoods in the plane, by UMAP (McInnes, Healy and Melville, 2018) on our exact graph of neighbours."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wordmill.explorer.neighbourhoods import Neighbourhoods
from wordmill.explorer.projection.kept import KeptLayouts, fingerprint_of
from wordmill.explorer.projection.layout import Layout, faithfulness, place_by_neighbours
from wordmill.explorer.projection.pca import PrincipalPlane
from wordmill.extras import import_extra
from wordmill.vectors.matrix import Floats

__all__ = ["GRAPH", "LEAST", "layout_by_umap"]

GRAPH = 15  # neighbours of a point in the graph, itself among them
LEAST = 20  # points that have neighbourhoods to speak of
_SETTINGS = (
    f"umap, {GRAPH} neighbours, min_dist 0.1, begun with PCA"  # what a layout depends on, beside points and seed
)
_NOTE = (
    "Neighbourhoods: who is near here is near in the space, as far as two dimensions have room. "
    "Distances between groups mean little."
)


def layout_by_umap(
    units: Floats, true: Neighbourhoods, *, seed: int, kept: KeptLayouts, progress: Callable[[str], object]
) -> Layout:
    """Lay out points (n, D) of which `GRAPH` - 1 neighbours are known; the same for the same seed."""
    made_of = fingerprint_of(units, _SETTINGS, seed)
    positions = kept.get(made_of, lambda: _positions(units, true, seed, progress))
    place = place_by_neighbours(units, positions)
    return Layout("umap", "UMAP", _NOTE, positions, faithfulness(positions, true.nearest(10)), place)


def _positions(
    units: Floats, true: Neighbourhoods, seed: int, progress: Callable[[str], object]
) -> NDArray[np.float32]:
    progress("preparing UMAP")
    umap = import_extra("umap", "maps by UMAP")
    own = np.arange(len(units))[:, None]
    graph = np.concatenate([own, true.ids[:, : GRAPH - 1]], axis=1).astype(np.int32)
    distances = np.concatenate([np.zeros(own.shape), 1 - true.cosines[:, : GRAPH - 1]], axis=1).clip(min=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="precomputed_knn")  # new points are placed by us
        layout = umap.UMAP(
            n_neighbors=GRAPH,
            init=_beginning(units, seed),
            random_state=seed,
            n_jobs=1,
            precomputed_knn=(graph, distances.astype(np.float32)),
            tqdm_kwds={"file": _Bar(progress), "disable": False, "bar_format": "{n}/{total} epochs"},
        )
        return _scaled(np.asarray(layout.fit_transform(units), dtype=np.float64))


class _Bar:
    """The file that UMAP's progress bar is drawn in."""

    def __init__(self, progress: Callable[[str], object]) -> None:
        self._progress = progress

    def write(self, text: str) -> None:
        """Pass on how far it is."""
        if found := re.search(r"(\d+)/(\d+) epochs", text):
            self._progress(f"laying out by UMAP: {100 * int(found[1]) // max(int(found[2]), 1)} %")

    def flush(self) -> None:
        """Do nothing: a bar wants it."""


def _beginning(units: Floats, seed: int) -> NDArray[np.float32]:
    """Where points begin: their PCA, as wide as UMAP wants it, a little apart where several are in one place."""
    plane = PrincipalPlane.of(units).project(units).astype(np.float64)
    plane *= 10 / max(float(np.abs(plane).max()), 1e-12)
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=plane.shape)
    return (plane + noise).astype(np.float32)


def _scaled(positions: NDArray[np.float64]) -> NDArray[np.float32]:
    """Move and scale positions into the square from -1 to 1."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    half = max(float((high - low).max()) / 2, 1e-12)
    scaled: NDArray[np.float32] = ((positions - (low + high) / 2) / half).astype(np.float32)
    return scaled
