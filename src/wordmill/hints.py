"""Wrong names of attributes, answered as wrong parameters are: with what the thing is called here."""

from __future__ import annotations

import difflib
import inspect
from abc import ABCMeta
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from wordmill.errors import UnknownNameError
from wordmill.foreign import quoted

__all__ = ["HelpfulNames", "near_name"]


class _Helpful(ABCMeta):
    """The same for names that are asked of the class."""

    if not TYPE_CHECKING:  # type checkers see that they are not there

        def __getattr__(cls, name: str) -> Any:
            raise _unknown(cls, name)


class HelpfulNames(metaclass=_Helpful):
    """A class whose unknown attributes are errors that say what to write; `HINTS` has those of other tools."""

    HINTS: ClassVar[Mapping[str, str]] = {}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if inspect.getattr_static(type(self), name, None) is not None:
                return object.__getattribute__(self, name)  # a property that has raised: its own error, once more
            raise _unknown(type(self), name)


def near_name(name: str, known: list[str]) -> str | None:
    """Return the most similar public name, if any."""
    near = difflib.get_close_matches(name, [other for other in known if not other.startswith("_")], n=1, cutoff=0.7)
    return near[0] if near else None


def _unknown(cls: type[HelpfulNames], name: str) -> AttributeError:
    """Make the error; names with an underscore are asked for by programs, not by people."""
    if name.startswith("_"):
        return AttributeError(f"{cls.__name__} has no attribute {quoted(name)}")
    hint = cls.HINTS.get(name)
    if hint is None and (near := near_name(name, dir(cls))):
        hint = f"did you mean {near}?"
    return UnknownNameError(f"{cls.__name__} has no attribute {quoted(name)}" + (f": {hint}" if hint else ""))
