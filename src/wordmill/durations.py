"""Lengths of time as users write them: 90s, 30m, 2h."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta

__all__ = ["duration_seconds"]

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800}


def duration_seconds(value: object, units: Collection[str] = tuple(_SECONDS)) -> float | None:
    """Return the seconds of a `timedelta`, or of a text: a number and one of the units; None where it is neither."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([smhdw])", value) if isinstance(value, str) else None
    return float(found[1]) * _SECONDS[found[2]] if found and found[2] in units else None
