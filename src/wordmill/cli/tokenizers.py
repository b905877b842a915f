"""`--tokenizer`: one of ours, or a function that the user has."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from functools import reduce, wraps
from pathlib import Path
from typing import Any, cast, get_args

from wordmill.cli.usage import CommandLineError
from wordmill.errors import CorpusError
from wordmill.foreign import one_line, quoted
from wordmill.text import TokenizerName

__all__ = ["METAVAR", "tokenizer_named"]

METAVAR = "|".join((*get_args(TokenizerName), "MODULE:FUNCTION"))


def tokenizer_named(name: str) -> TokenizerName | Callable[[str], list[str]]:
    """Return the tokenizer of a name, or import the function that MODULE:FUNCTION names, also from this directory."""
    if name in get_args(TokenizerName):
        return cast("TokenizerName", name)
    module, colon, path = name.partition(":")
    if not (module and colon and path):
        raise _refused(f"{quoted(name)}: write {', '.join(get_args(TokenizerName))} or MODULE:FUNCTION")
    function = _found(_imported(module), path, name)
    if not callable(function):
        raise _refused(
            f"{quoted(name)} is of type {type(function).__name__}, and a function from a text to its words is needed"
        )
    return _explained(cast("Callable[[str], list[str]]", function), name)


def _refused(reason: str) -> CommandLineError:
    return CommandLineError(f"--tokenizer: {reason}", code=1)


def _explained(function: Callable[[str], list[str]], name: str) -> Callable[[str], list[str]]:
    """Let the errors of a user's function be one line, like others."""

    @wraps(function)
    def explained(text: str) -> list[str]:
        try:
            tokens: Any = function(text)
            return list(tokens) if isinstance(tokens, Iterator) else tokens  # which works here, where it can fail
        except Exception as error:
            reason = one_line(f"{type(error).__name__}: {error}")
            raise CorpusError(f"{name} fails at the text {quoted(text)}: {reason}") from error

    return explained


def _imported(module: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)  # as Python does for its scripts
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise _refused(
            f"there is no module {quoted(error.name)}: write it as {error.name}.py in this directory, or install it"
            if error.name == module
            else f"{module} needs the module {quoted(error.name)}: install it"
        ) from None
    except Exception as error:
        raise _refused(f"{module} cannot be imported: {one_line(f'{type(error).__name__}: {error}')}") from None


def _found(module: Any, path: str, name: str) -> Any:
    try:
        return reduce(getattr, path.split("."), module)
    except AttributeError:
        raise _refused(f"{quoted(name)}: {module.__name__} has no {path}") from None
