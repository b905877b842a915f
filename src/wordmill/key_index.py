"""The dictionary from keys to rows: read-only, and otherwise like any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Never

__all__ = ["KeyIndex"]


class KeyIndex(dict[Any, int]):
    """A dictionary that cannot be changed. What is made of it, by copies and pickles too, is an ordinary one."""

    def __reduce__(self) -> tuple[type[dict[Any, int]], tuple[()], None, None, Iterator[tuple[Any, int]]]:
        return dict, (), None, None, iter(self.items())

    def _refuse(self, *arguments: object, **named: object) -> Never:  # noqa: ARG002
        raise TypeError("rows belong to their keys: to change this dictionary, copy it first: dict(key_to_index)")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse
