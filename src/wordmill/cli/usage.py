"""What is wrong with a command line, in our words: commands, options and values that are not allowed."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Sequence
from itertools import pairwise
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import typer

from wordmill.cli.wording import as_options
from wordmill.config import KINDS, expected, knobs
from wordmill.errors import WordmillError
from wordmill.foreign import quoted
from wordmill.other_names import COMMANDS, renamed

__all__ = ["CommandLineError", "UsageError", "explained", "no_command", "refuse_single_dashes"]

UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # which Typer does not name
KNOBS = dict(knobs())
TRAINING = ("train", "tune", "encode", "phrases")  # commands that take them


class CommandLineError(WordmillError):
    """A command line that is not understood (exit code 2), or a value that is not allowed (1)."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


def explained(mistake: Any, command: Any, context: Any, arguments: Sequence[str]) -> CommandLineError:
    """Say in our words what the parser refused."""
    kind = type(mistake).__name__
    parameter: Any = mistake.param if hasattr(mistake, "param") else None
    if kind == "NoSuchOption":
        return _no_option(_whole(mistake.option_name, arguments), command, context, arguments)
    if kind == "BadOptionUsage":
        is_flag = any(mistake.option_name in _flags(option) and option.is_flag for option in _options(command))
        return CommandLineError(f"{mistake.option_name} takes {'no' if is_flag else 'a'} value{_see_help(context)}")
    if kind == "MissingParameter":
        _, info = _declared(parameter, command)
        return CommandLineError(f"{_name(parameter)} is missing: {_without_end(info.help)}{_see_help(context)}")
    if kind == "BadParameter" and parameter is not None:
        return CommandLineError(_no_value(parameter, command, context, arguments), code=1)
    takes = " ".join(_name(parameter) for parameter in command.params if parameter not in _options(command))
    return CommandLineError(f"too many arguments: {context.command_path} takes {takes or 'none'}{_see_help(context)}")


def no_command(name: str, commands: Sequence[str]) -> CommandLineError:
    """Say that there is no such command, and which one may be meant."""
    if name in COMMANDS:
        return CommandLineError(f"there is no command {name}: write wordmill {COMMANDS[name]}")
    near = difflib.get_close_matches(name, commands, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(commands)}"
    return CommandLineError(f"there is no command {quoted(name)}: {hint}")


def refuse_single_dashes(command: Any, context: Any, arguments: Sequence[str]) -> None:
    """Refuse word2vec.c's way to write an option, ``-size 100``, which would be read as the options -s, -i, -z, -e."""
    for argument in arguments:
        if argument == "--":
            return
        flag = argument.partition("=")[0]
        if re.fullmatch(r"-[A-Za-z][\w-]+", flag) and (_ours(flag, command) or _theirs(argument, command, arguments)):
            raise _no_option(argument, command, context, arguments)


def _no_option(argument: str, command: Any, context: Any, arguments: Sequence[str]) -> CommandLineError:
    """Say what an option of another tool or in another spelling is called here."""
    flag = argument.partition("=")[0]
    flags = sorted({flag for option in _options(command) for flag in _flags(option) if flag.startswith("--")})
    hint = _theirs(argument, command, arguments)
    if hint is None:
        near = _near(flag.lstrip("-"), flags)
        hint = f"did you mean {near}?" if near else f"{context.command_path} --help shows all"
    return CommandLineError(f"there is no option {flag}: {hint}")


def _near(name: str, flags: Sequence[str]) -> str | None:
    """Return the flag whose name is the same but for hyphens and case, else the most similar one."""
    plain = {flag.replace("-", ""): flag for flag in reversed(flags)}
    near = difflib.get_close_matches(re.sub("[-_]", "", name).lower(), plain, n=1)
    return plain[near[0]] if near else None


def _ours(flag: str, command: Any) -> bool:
    return any(f"-{flag.replace('_', '-')}" in _flags(option) for option in _options(command))


def _theirs(argument: str, command: Any, arguments: Sequence[str]) -> str | None:
    """Return what another tool's option is called here, where this command trains or encodes."""
    if command.name not in TRAINING:
        return None
    flag, _, value = argument.partition("=")
    following = dict(pairwise(arguments)).get(argument, "")
    hint = renamed(flag.lstrip("-"), value or following)
    return None if hint is None else as_options(hint, KNOBS)


def _no_value(parameter: Any, command: Any, context: Any, arguments: Sequence[str]) -> str:
    """Say what the value of a parameter is and what it may be."""
    value = command.make_parser(context).parse_args(args=[*arguments])[0].get(parameter.name)
    value = value[-1] if isinstance(value, list) and value else value
    shown = value if isinstance(value, str) and re.fullmatch(r"[\w.+-]{1,40}", value) else quoted(value)
    return f"{_name(parameter)} {shown} is not allowed: it must be {_allowed(parameter, command)}"


def _allowed(parameter: Any, command: Any) -> str:
    """Say what a parameter takes: a setting by its bounds, others by their annotation."""
    if command.name in TRAINING and parameter.name in KNOBS:
        return expected(KINDS[parameter.name], KNOBS[parameter.name]).replace(" or None", ", or left out")
    annotation, info = _declared(parameter, command)
    kind = next((kind for kind in get_args(annotation) if get_origin(kind) is Literal), annotation)
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    if NoneType in get_args(annotation):
        kind = get_args(annotation)[0]
    bounds = (f"{word} {bound:,}" for word, bound in (("from", info.min), ("to", info.max)) if bound is not None)
    return " ".join(["an integer" if kind is int else "a number" if kind is float else "readable", *bounds])


def _declared(parameter: Any, command: Any) -> tuple[Any, Any]:
    """Return the type of a parameter and Typer's facts about it, as the command's function has them."""
    signature = inspect.signature(inspect.unwrap(command.callback), eval_str=True)
    annotation, info = get_args(signature.parameters[parameter.name].annotation)[:2]
    return annotation, info


def _name(parameter: Any) -> str:
    """Return the long name of an option, or that of an argument."""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name.upper())


def _whole(flag: str, arguments: Sequence[str]) -> str:
    """Return the argument of which the parser has named one letter."""
    return next((given for given in arguments if given.startswith((flag, f"-{flag}"))), flag)


def _options(command: Any) -> list[Any]:
    return [parameter for parameter in command.params if parameter.param_type_name == "option"]


def _flags(option: Any) -> list[str]:
    return [*option.opts, *option.secondary_opts]


def _see_help(context: Any) -> str:
    return f" (see {context.command_path} --help)"


def _without_end(sentence: str | None) -> str:
    text = (sentence or "").strip().rstrip(".")
    return text[:1].lower() + text[1:]
