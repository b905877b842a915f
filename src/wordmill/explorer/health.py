"""Two ailments of vector spaces, each with its number and its cure: anisotropy and hubs."""

from __future__ import annotations

from typing import Any

import numpy as np

from wordmill.errors import counted
from wordmill.explorer.neighbourhoods import Neighbourhoods, mean_cosine
from wordmill.explorer.shown import Shown
from wordmill.vectors.matrix import Floats, row_norms, unit_rows

__all__ = ["anisotropy", "hubs"]

_TRIED = 10_000  # points on which a cure is tried
_TOP = 20  # hubs that are named
_CENTRE = "wordmill.vectors.postprocess.centre(vectors)"


def anisotropy(shown: Shown) -> dict[str, Any]:
    """Mean cosine of two keys: far from 0 the vectors lie in a cone, and all similarities are too high."""
    found = mean_cosine(shown.units)
    after = mean_cosine(_centred(shown.units))
    cure = f"Taking the mean of all vectors away leaves {after:.3f} of {found:.3f}: {_CENTRE}"
    return {"mean_cosine": found, "cured": after, "cure": cure}


def hubs(shown: Shown, neighbours: Neighbourhoods) -> dict[str, Any]:
    """Keys that are neighbours of too many: how skewed it is, the worst, and what centred vectors would have."""
    occurrences = neighbours.occurrences
    worst = np.argsort(-occurrences, kind="stable")[:_TOP].tolist()
    some, k = shown.units[:_TRIED], max(1, neighbours.ids.shape[1])
    before = neighbours if len(some) == len(shown) else Neighbourhoods.of(some, k)
    after = Neighbourhoods.of(_centred(some), k)
    cure = (
        f"Among the {counted(len(some), 'most frequent key')} the skewness is {before.skewness:.2f}, "
        f"and {after.skewness:.2f} with the mean of all vectors taken away: {_CENTRE}"
    )
    top = [[place, int(occurrences[place])] for place in worst]
    return {"skewness": neighbours.skewness, "top": top, "cured": after.skewness, "cure": cure}


def _centred(units: Floats) -> Floats:
    centred = units - units.mean(axis=0, dtype=np.float64).astype(units.dtype)
    return unit_rows(centred, row_norms(centred))
