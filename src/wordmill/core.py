"""The compiled core and the instruction set that it uses."""

from __future__ import annotations

import os
from functools import cache

from wordmill import _core as core
from wordmill.errors import ParameterError

__all__ = ["core", "instruction_set", "search_instruction_set"]


@cache
def instruction_set() -> str:
    """Return the instruction set in use: the best that this machine runs, or the one that `WORDMILL_ISA` forces."""
    return _chosen(core.available_isas())


@cache
def search_instruction_set() -> str:
    """Return the instruction set of the neighbour search, which has more to choose from."""
    return _chosen(core.available_screens())


def _chosen(available: list[str]) -> str:
    forced = os.environ.get("WORDMILL_ISA", "")
    if forced and forced not in available:
        raise ParameterError(f"WORDMILL_ISA={forced} cannot run here: unset it or choose one of {', '.join(available)}")
    return forced or available[0]
