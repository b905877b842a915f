"""What points are coloured by: numbers with a scale, or categories with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.explorer.shown import Shown
from wordmill.extras import import_extra
from wordmill.vectors.matrix import Floats

__all__ = ["Colour", "by_category", "by_cluster", "by_group", "by_number"]

_MOST_CLUSTERS = 24
_NAMED_BY = 3  # keys in the name of a cluster


@dataclass(frozen=True)
class Colour:
    """A value for each point (n,), and what the manifest says of it."""

    values: NDArray[Any]
    about: dict[str, Any]

    @property
    def id(self) -> str:
        """Name in tables."""
        return str(self.about["id"])


def by_number(name: str, title: str, values: NDArray[Any], *, log: bool = False) -> Colour:
    """Colour by numbers, on a scale without the outermost hundredth at either end."""
    numbers = values.astype(np.float32)
    low, high = np.quantile(numbers, [0.0, 1.0] if log else [0.01, 0.99]).tolist()
    about = {"id": name, "title": title, "type": "number", "log": log, "low": low, "high": high}
    return Colour(numbers, about)


def by_category(name: str, title: str, values: NDArray[Any], labels: Sequence[str]) -> Colour:
    """Colour by the place of a point's label among some."""
    return Colour(values.astype(np.uint16), {"id": name, "title": title, "type": "category", "labels": list(labels)})


def by_group(name: str, groups: Mapping[str, Sequence[str]], shown: Shown) -> Colour:
    """Colour keys by the first group that has them; the others have none."""
    place = {key: number for number, key in enumerate(shown.keys)}
    values = np.zeros(len(shown), np.uint16)
    for number, members in reversed([*enumerate(groups.values(), 1)]):
        values[[place[key] for key in members if key in place]] = number
    return by_category(f"group:{name}", name, values, ["no group", *(group or "others" for group in groups)])


def by_cluster(shown: Shown, seed: int) -> Colour:
    """Colour by k-means of directions; a cluster is named by frequent keys of its middle."""
    count = min(_MOST_CLUSTERS, max(2, round(len(shown) ** 0.5 / 4)), len(shown))
    cluster = import_extra("sklearn.cluster", "clusters in the explorer", extra="explore")
    fitted = cluster.MiniBatchKMeans(count, random_state=seed, n_init=1, batch_size=4096).fit(shown.units)
    members = fitted.labels_.astype(np.int64)
    near = np.einsum("nd,nd->n", shown.units, fitted.cluster_centers_[members])
    used = [number for number in np.argsort(-np.bincount(members, minlength=count)) if (members == number).any()]
    places = np.zeros(count, np.uint16)
    places[used] = np.arange(len(used))
    labels = [_name(np.flatnonzero(members == number), near, shown) for number in used]
    return by_category("cluster", "Cluster", places[members], labels)


def _name(members: NDArray[np.int64], near: Floats, shown: Shown) -> str:
    """Name a cluster by its most frequent keys among the half that is nearest to its centre."""
    bound = np.median(near[members])
    return ", ".join(shown.keys[place] for place in members[near[members] >= bound][:_NAMED_BY].tolist())
