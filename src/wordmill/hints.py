"""Wrong names of attributes and arguments, answered as wrong parameters are: with what the thing is called here."""

from __future__ import annotations

import difflib
import inspect
from abc import ABCMeta
from collections.abc import Callable, Mapping
from functools import wraps
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar

from wordmill.errors import ParameterError, UnknownNameError
from wordmill.foreign import quoted
from wordmill.other_names import ARGUMENTS

__all__ = ["HelpfulNames", "helpful_arguments", "near_name"]

P = ParamSpec("P")
R = TypeVar("R")


class _Helpful(ABCMeta):
    """The same for names that are asked of the class."""

    if not TYPE_CHECKING:  # type checkers see that they are not there

        def __getattr__(cls, name: str) -> Any:
            raise _unknown(cls, name)


class HelpfulNames(metaclass=_Helpful):
    """A class whose unknown attributes are errors that say what to write; `HINTS` has those of other tools.

    So are unknown arguments of its public methods.
    """

    HINTS: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, method in list(vars(cls).items()):
            if isinstance(method, FunctionType) and not name.startswith("_"):
                setattr(cls, name, helpful_arguments(method))
            elif isinstance(method, classmethod):
                setattr(cls, name, classmethod(helpful_arguments(method.__func__)))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if inspect.getattr_static(type(self), name, None) is not None:
                return object.__getattribute__(self, name)  # a property that has raised: its own error, once more
            raise _unknown(type(self), name)


def helpful_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Answer arguments that a function does not have with what they are called in it."""
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return function  # it answers for itself

    @wraps(function)
    def answering(*args: P.args, **kwargs: P.kwargs) -> R:
        if not kwargs.keys() <= parameters.keys():
            unknown = next(name for name in kwargs if name not in parameters)
            raise _unknown_argument(function, unknown, [name for name in parameters if name not in ("self", "cls")])
        return function(*args, **kwargs)

    return answering


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


def _unknown_argument(function: Callable[..., Any], name: str, known: list[str]) -> ParameterError:
    ours = next((other for other in ARGUMENTS.get(name, ()) if other in known), None)
    if ours is not None:
        hint = f"here it is {ours}"
    else:
        near = near_name(name, known)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}" if known else "it takes none"
    return ParameterError(f"{getattr(function, '__name__', 'it')} takes no {name}=: {hint}")
