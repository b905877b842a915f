"""What was given to one command, for another one that has some of its options."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import typer

__all__ = ["command_line", "remember"]

_GIVEN = "wordmill.arguments"


def remember(context: Any, arguments: Sequence[str]) -> None:
    """Keep the arguments of the command that is about to run."""
    context.meta[_GIVEN] = [*arguments]


def command_line(context: typer.Context, program: str, name: str, without: Collection[str], also: Sequence[str]) -> str:
    """Write a command line of another command: what was given here that it has, but for some options, and more."""
    group: Any = context.find_root().command
    known = {option.name for option in group.commands[name].params} - {*without}
    kept = [part for option, parts in _options(context) if option is None or option in known for part in parts]
    return f"{program} {shlex.join([name, *kept, *also])}"


def _options(context: typer.Context) -> Iterator[tuple[str | None, list[str]]]:
    """Yield the names of the options that were given, and how they stood there; None: no option."""
    options = {flag: option for option in context.command.params for flag in (*option.opts, *option.secondary_opts)}
    arguments = iter(context.meta.get(_GIVEN, ()))
    for argument in arguments:
        option = options.get(argument.partition("=")[0]) if argument.startswith("-") and argument != "-" else None
        if option is None:
            yield None, [argument]
        elif getattr(option, "is_flag", False) or "=" in argument:
            yield option.name, [argument]
        else:
            yield option.name, [argument, next(arguments)]
