"""Settings to begin with, by what the sequences hold; measured, see docs/guide/items.md."""

from __future__ import annotations

from typing import Any

from wordmill.errors import ParameterError
from wordmill.foreign import quoted

__all__ = ["PRESETS", "preset"]

PRESETS: dict[str, dict[str, Any]] = {
    "words": {},  # the defaults
    "items": {"window": "sequence", "ns_exponent": 0.5, "epochs": 30},
    "logs": {"window": 3, "ns_exponent": 0.5, "epochs": 40, "alpha": 0.1, "sample": 0.0, "min_count": 1},
}


def preset(name: str) -> dict[str, Any]:
    """Return the settings of this name; `ParameterError` where there are none."""
    if name not in PRESETS:
        raise ParameterError(f"preset={quoted(name)} is not allowed: it must be {' or '.join(map(repr, PRESETS))}")
    return dict(PRESETS[name])
