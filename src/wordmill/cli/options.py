"""Options of the command line, made from the fields of `TrainConfig`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import Field, fields
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args

import typer

from wordmill.cli.tokenizers import METAVAR, tokenizer_named
from wordmill.cli.usage import CommandLineError
from wordmill.config import KINDS, LENGTHS, Address, Knob, Tokenizer, TrainConfig
from wordmill.phrases import PhraseBook
from wordmill.presets import preset

__all__ = [
    "ALL",
    "CORPUS",
    "Corpora",
    "Json",
    "ModelPath",
    "Topn",
    "corpus_files",
    "corpus_source",
    "setting_files",
    "with_settings",
]

Corpora = Annotated[
    list[str],
    typer.Argument(help="Text files, compressed or not, or Parquet; a pattern in quotes; or - for standard input."),
]
ModelPath = Annotated[Path, typer.Argument(help="A model directory, or a file of vectors; - is standard input.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]
Topn = Annotated[int, typer.Option("--topn", "-n", min=1, help="How many to show.")]

#: Groups of knobs that decide how a corpus is read.
CORPUS = frozenset({"Corpus"})
ALL = frozenset({"Model", "Documents", "Training", "Corpus", "Run", "Cluster"})


def with_settings(
    groups: Collection[str] = ALL, without: Collection[str] = (), *, presets: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each knob of some groups; it gets their values as the dictionary `settings`.

    With `presets` there is --preset, too: what it names are the values of options that are left out. A command that
    has a parameter `given_to` gets Typer's context.
    """
    options = [_option(entry) for entry in fields(TrainConfig)]
    names = {entry.name for entry in fields(TrainConfig) if entry.metadata["knob"].group in groups}
    names -= {"verbose", *without}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def wrapped(**given: Any) -> None:
            settings = {name: given.pop(name) for name in names}
            if presets:
                settings |= _left_out(given["given_to"], preset(given.pop("preset")))
                if "given_to" not in own:
                    del given["given_to"]
            command(settings=settings, **given)

        own = inspect.signature(command, eval_str=True).parameters
        parameters = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in own.values()
            if parameter.name not in ("settings", "given_to")
        ]
        parameters += [option for option in options if option.name in names]
        parameters += _PRESET_PARAMETERS if presets else []
        wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        del wrapped.__wrapped__
        return wrapped

    return decorate


_PRESET_PARAMETERS = [
    inspect.Parameter("given_to", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
    inspect.Parameter(
        "preset",
        inspect.Parameter.KEYWORD_ONLY,
        default="words",
        annotation=Annotated[
            Literal["words", "items", "logs"],
            typer.Option(
                "--preset",
                help="Settings to begin with: words, the defaults; items, for baskets and histories; logs, for "
                "sessions and logs. Options come on top.",
                rich_help_panel="Model",
            ),
        ],
    ),
]


def _left_out(context: typer.Context, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return those settings that the command line does not give itself."""
    given = {name for name in settings if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"}
    return {name: value for name, value in settings.items() if name not in given}


def corpus_source(corpora: list[str]) -> str | Path | list[Path]:
    """Return the corpus arguments as `read_corpus` takes them."""
    if len(corpora) == 1:
        return corpora[0] if corpora[0] == "-" else Path(corpora[0])
    if "-" in corpora:
        raise CommandLineError("- is standard input, which goes alone: cat a.txt b.txt | wordmill ... -")
    return [Path(path) for path in corpora]


def corpus_files(source: str | Path | list[Path]) -> tuple[Path | None, ...]:
    """Return the files that a corpus argument names, patterns spelled out; None is standard input."""
    from wordmill.sources.opening import Files, open_source

    opened = open_source(source)
    return opened.paths if isinstance(opened, Files) else ()


def setting_files(settings: Mapping[str, Any]) -> list[Path]:
    """Return the files that settings name."""
    return [value for value in settings.values() if isinstance(value, Path)]


def _option(field: Field[Any]) -> inspect.Parameter:
    """Describe one option as Typer wants it: a parameter with an annotation."""
    knob: Knob = field.metadata["knob"]
    kinds = [kind for kind in KINDS[field.name] if kind is not NoneType]
    flag, annotation, default = "--" + field.name.replace("_", "-"), kinds[0], field.default
    rest: dict[str, Any] = {"help": knob.help, "rich_help_panel": knob.group}
    if kinds == [bool]:
        flag += f"/--no-{flag[2:]}"
    elif Tokenizer in kinds:
        annotation = str
        rest |= {"parser": tokenizer_named, "metavar": METAVAR}
    elif kinds[0] is int and len(kinds) == 2:  # an integer or a word
        annotation, default = str, str(default)
        rest |= {"parser": _integer_or_word, "metavar": "INTEGER|" + "|".join(get_args(kinds[1]))}
    elif PhraseBook in kinds:
        annotation, default = str, str(default)
        rest |= {"parser": _passes_or_file, "metavar": "INTEGER|FILE"}
    elif Address in kinds:
        annotation = str
    elif LENGTHS in kinds:
        annotation = str
        rest |= {"parser": _lengths, "metavar": "SHORTEST-LONGEST"}
    if NoneType in KINDS[field.name]:
        annotation = annotation | None
        rest |= {"show_default": False}
    annotation = Annotated[annotation, typer.Option(flag, **rest)]
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _lengths(text: str) -> tuple[int, ...] | str:
    """Read 3-6 as (3, 6); anything else is left to the check of the parameter."""
    parts = text.split("-")
    return tuple(map(int, parts)) if len(parts) == 2 and all(map(str.isdecimal, parts)) else text


def _passes_or_file(text: str) -> int | Path:
    return int(text) if text.lstrip("+-").isdecimal() else Path(text)


def _integer_or_word(text: str) -> int | str:
    return int(text) if text.lstrip("+-").isdecimal() else text
