"""The map: points, neighbours, layouts and colours, with the manifest and the tables that the page begins with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from wordmill.explorer.colours import Colour, by_cluster, by_group, by_number
from wordmill.explorer.health import anisotropy, hubs
from wordmill.explorer.neighbourhoods import NEIGHBOURS, Neighbourhoods
from wordmill.explorer.projection import KeptLayouts, Layout, layout_by_pca, layout_by_umap
from wordmill.explorer.projection.kept import fingerprint_of
from wordmill.explorer.projection.layout import near_on_map
from wordmill.explorer.projection.umap import GRAPH, LEAST
from wordmill.explorer.shown import Shown
from wordmill.explorer.tables import Table
from wordmill.vectors import KeyedVectors
from wordmill.version import VERSION

__all__ = ["Map", "draw"]


@dataclass(frozen=True)
class Map:
    """What is computed once of a model."""

    name: str
    kind: str
    vectors: KeyedVectors
    shown: Shown
    neighbours: Neighbourhoods
    layouts: Sequence[Layout]
    colours: Sequence[Colour]
    health: Mapping[str, Any]

    def about(self) -> dict[str, Any]:
        """Return the part of the manifest that is the same for every page."""
        near = near_on_map(len(self.shown))
        layouts = [
            {
                "id": layout.id,
                "title": layout.title,
                "note": layout.note,
                "faithful": float(layout.faithful.mean()),
                "near": near,
            }
            for layout in self.layouts
        ]
        return {
            "wordmill": VERSION,
            "model": self.name,
            "kind": self.kind,
            "fingerprint": self.fingerprint,
            "keys": len(self.vectors),
            "shown": len(self.shown),
            "dimension": self.vectors.vector_size,
            "layouts": layouts,
            "colours": [colour.about for colour in self.colours],
            **self.health,
        }

    @cached_property
    def fingerprint(self) -> str:
        """What tells this map from others."""
        return fingerprint_of(self.shown.units, self.shown.keys, self.name)

    def point(self, place: int) -> dict[str, Any]:
        """Return a point as answers name it."""
        counts = self.shown.counts
        return {"key": self.shown.keys[place], "id": place, "count": None if counts is None else int(counts[place])}

    def point_of_row(self, row: int) -> dict[str, Any]:
        """Return any row of the model as answers name it; its id is None where it is not on the map."""
        counts = self.vectors.counts
        count = None if counts is None else int(counts[row])
        return {"key": str(self.vectors.key_table[row]), "id": self.shown.id_of(row), "count": count}

    def tables(self) -> dict[str, Table]:
        """Return the tables by name."""
        narrow = np.uint16 if len(self.shown) <= 1 << 16 else np.uint32
        found = {
            "keys": Table.of_json(self.shown.keys, len(self.shown)),
            "neighbours": Table.of_array(self.neighbours.ids.astype(narrow)),
            "similarities": Table.of_array(self.neighbours.cosines.astype(np.float32)),
        }
        if self.shown.counts is not None:
            found["counts"] = Table.of_array(self.shown.counts.astype(np.float64))
        found |= {f"layout/{layout.id}": Table.of_array(layout.positions) for layout in self.layouts}
        return found | {f"colour/{colour.id}": Table.of_array(colour.values) for colour in self.colours}


def draw(
    name: str,
    kind: str,
    vectors: KeyedVectors,
    *,
    keys: int,
    umap: bool,
    groups: Mapping[str, Mapping[str, Sequence[str]]],
    seed: int,
    kept: KeptLayouts,
    progress: Callable[[str], object],
) -> Map:
    """Compute the map of a model.

    Parameters
    ----------
    name, kind
        What the model is called, and what its keys are.
    vectors
        The model.
    keys
        How many keys are on the map.
    umap
        Whether it is laid out by UMAP, too.
    groups
        Keys by group, by the name of the file.
    seed
        Of UMAP and of clusters.
    kept
        Where layouts are kept.
    progress
        Gets told what is done now.
    """
    shown = Shown.most_frequent(vectors, keys)
    by_umap = umap and len(shown) >= LEAST
    progress("finding the neighbours of each key")
    graph = Neighbourhoods.of(shown.units, GRAPH - 1 if by_umap else NEIGHBOURS)
    neighbours = graph.nearest(NEIGHBOURS)
    drawn = [layout_by_pca(shown.units, neighbours)]
    if by_umap:
        drawn.append(layout_by_umap(shown.units, graph, seed=seed, kept=kept, progress=progress))
    progress("looking for clusters and hubs")
    colours = [] if shown.counts is None else [by_number("frequency", "Frequency", shown.counts, log=True)]
    colours += [by_group(file, members, shown) for file, members in groups.items()]
    if len(shown) > 1:
        colours.append(by_cluster(shown, seed))
    colours.append(by_number("density", "Density: mean cosine of the neighbours", neighbours.density))
    colours.append(by_number("hubness", "Hubs: how many keys it is a neighbour of", neighbours.occurrences))
    colours += [
        by_number(f"faithful:{layout.id}", f"How true {layout.title} is here", layout.faithful) for layout in drawn
    ]
    health = {"anisotropy": anisotropy(shown), "hubs": hubs(shown, neighbours)}
    return Map(name, kind, vectors, shown, neighbours, drawn, colours, health)
