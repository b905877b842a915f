"""Values that are no keys: missing ones, and those that are neither text nor integers, with what makes keys of them."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Set

import numpy as np

__all__ = ["as_key", "is_missing"]

#: Types of which `str` makes no good text.
_AS_TEXT: list[tuple[type | tuple[type, ...], str]] = [
    ((bytes, bytearray), "{}.decode()"),
    ((datetime.date, datetime.time), "{}.isoformat()"),  # a datetime is a date, and so is a timestamp of pandas
    (enum.Enum, "{}.name"),
    (Set, "'/'.join(sorted(map(str, {})))"),
    ((tuple, list), "'/'.join(map(str, {}))"),
]
_MISSING = ("NoneType", "NAType", "NaTType", "MaskedConstant")


def is_missing(value: object) -> bool:
    """Whether this is a missing value: None, NaN, or what pandas and NumPy have for it."""
    return type(value).__name__ in _MISSING or (isinstance(value, float | np.floating) and bool(np.isnan(value)))


def as_key(value: object, name: str) -> str:
    """Return the expression that makes a key of a value of this type, which is called `name`."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return f"int({name})"
    ways = (way for types, way in _AS_TEXT if isinstance(value, types))
    return next(ways, "str({})").format(name)
