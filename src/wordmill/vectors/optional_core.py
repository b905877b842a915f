"""The compiled core where it is there: vectors are served without it too."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from types import ModuleType

__all__ = ["optional_core"]


@cache
def optional_core() -> ModuleType | None:
    """`wordmill.core`, or None where nothing is compiled."""
    if find_spec("wordmill._core") is None:
        return None
    from wordmill import core  # noqa: PLC0415 (only where it is there)

    return core
