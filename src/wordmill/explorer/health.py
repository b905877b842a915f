"""Two ailments of vector spaces, each with its number and its cure: anisotropy and hubs."""

from __future__ import annotations

from typing import Any

import numpy as np

from wordmill.errors import counted
from wordmill.explorer.neighbourhoods import Neighbourhoods, mean_cosine
from wordmill.explorer.shown import Shown
from wordmill.vectors import KeyedVectors
from wordmill.vectors.matrix import Floats
from wordmill.vectors.postprocess import all_but_the_top, centre, to_unit_length

__all__ = ["anisotropy", "hubs"]

_TRIED = 10_000  # points on which cures are tried
_TOP = 20  # hubs that are named
_DIRECTIONS = 3  # taken away by the second cure
_CENTRE = "wordmill.vectors.postprocess.centre(vectors)"
_BUT_THE_TOP = f"wordmill.vectors.postprocess.all_but_the_top(vectors, {_DIRECTIONS})"


def anisotropy(shown: Shown) -> dict[str, Any]:
    """Mean cosine of two keys: far from 0 the vectors lie in a cone, and all similarities are too high."""
    found = mean_cosine(shown.units)
    after = mean_cosine(_units(centre(_table(shown.units))))
    cure = f"Taking the mean of all vectors away leaves {abs(after):.3f} of {found:.3f}: {_CENTRE}"
    return {"mean_cosine": found, "cured": after, "cure": cure}


def hubs(shown: Shown, neighbours: Neighbourhoods) -> dict[str, Any]:
    """Keys that are neighbours of too many: how skewed it is, the worst, and the better of two cures, if one helps."""
    occurrences = neighbours.occurrences
    worst = np.argsort(-occurrences, kind="stable")[:_TOP].tolist()
    top = [[place, int(occurrences[place])] for place in worst]
    some, k = _table(shown.units[:_TRIED]), max(1, neighbours.ids.shape[1])
    before = neighbours.skewness if len(some) == len(shown) else Neighbourhoods.of(_units(some), k).skewness
    cured = {_CENTRE: centre(some)}
    if some.vector_size > _DIRECTIONS:
        cured[_BUT_THE_TOP] = all_but_the_top(some, _DIRECTIONS)
    after = {cure: Neighbourhoods.of(_units(table), k).skewness for cure, table in cured.items()}
    best = min(after, key=after.__getitem__)
    among = f"Among the {counted(len(some), 'most frequent key')} the skewness is {before:.2f}"
    helps = after[best] < before
    cure = f"and {after[best]:.2f} after {best}" if helps else f"and none of {', '.join(after)} makes it less"
    cured_to = min(before, after[best])
    return {"skewness": neighbours.skewness, "top": top, "cured": cured_to, "cure": f"{among}, {cure}"}


def _table(units: Floats) -> KeyedVectors:
    return KeyedVectors(np.arange(len(units)), units)


def _units(table: KeyedVectors) -> Floats:
    return np.ascontiguousarray(to_unit_length(table).vectors, np.float32)
