"""Options of a training on a graph: how it is read, and how walks go on it."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wordmill.cli.usage import CommandLineError
from wordmill.foreign import quoted

if TYPE_CHECKING:
    from wordmill.graphs import Walks

__all__ = ["Walking", "spelled_out", "with_walks"]


def _option(*flags: str, **rest: Any) -> Any:
    return typer.Option(*flags, rich_help_panel="Graph", **rest)


@dataclass(frozen=True)
class Walking:
    """What the command line says of walks; each field is an option."""

    walks: Annotated[
        int | None,
        _option("--walks", min=1, help="Read a graph, and train so many walks from each node, others in each epoch."),
    ] = None
    walk_length: Annotated[int | None, _option("--walk-length", min=1, help="Nodes of a walk; 80 if left out.")] = None
    p: Annotated[float | None, _option("--p", "-p", help="High: walks seldom go back the way they came.")] = None
    q: Annotated[
        float | None, _option("--q", help="High: walks stay among common neighbours. Low: they go outwards. Also -q.")
    ] = None
    form: Annotated[
        Literal["edges", "adjacency"] | None,
        _option("--form", help="Lines of edges, or of a node with all its neighbours; edges if left out."),
    ] = None
    columns: Annotated[
        str | None,
        _option(
            "--columns",
            metavar="SOURCE,TARGET[,WEIGHT]",
            help="Which columns hold edges: by name, from,to,weight, or by number, 1,2; else there are two or three.",
        ),
    ] = None
    heading: Annotated[
        bool | None,
        _option("--heading/--no-heading", help="Whether the first line names columns; left out: if it looks so."),
    ] = None
    comments: Annotated[
        str | None, _option("--comments", help="Characters that begin comments above the edges: '#%' if left out.")
    ] = None
    directed: Annotated[bool, _option("--directed", help="Edges go one way.")] = False
    weighted: Annotated[
        bool | None,
        _option("--weighted/--no-weighted", help="Whether a third column is a weight; it is if left out."),
    ] = None
    save_walks: Annotated[
        Path | None,
        _option("--save-walks", help="Write the walks of the first epoch, one a line; without -o that is all."),
    ] = None

    def check(self) -> None:
        """Refuse what has no meaning without walks."""
        if self.walks is not None:
            return
        for field in fields(self):
            if getattr(self, field.name) not in (None, False):
                flag = "--" + field.name.replace("_", "-")
                raise CommandLineError(f"{flag} is of walks on a graph: give their number too, --walks 10")

    def make(self, source: Any, settings: dict[str, Any]) -> Walks:
        """Read the graph, and walk on it."""
        from wordmill.graphs import random_walks, read_graph

        threads = settings.get("workers") if settings.get("backend") != "ray" else None
        graph = read_graph(
            source,
            directed=self.directed,
            weighted=self.weighted,
            form=self.form or "edges",
            columns=None if self.columns is None else columns_of(self.columns),
            heading=self.heading,
            comments=self.comments,
            delimiter=settings.get("delimiter"),
            threads=threads,
        )
        rules = {"walk_length": self.walk_length, "walks_per_node": self.walks, "p": self.p, "q": self.q}
        given = {name: value for name, value in rules.items() if value is not None}
        return random_walks(graph, **given, seed=settings.get("seed", 1), threads=threads)  # type: ignore[arg-type]


def columns_of(text: str) -> list[str | int]:
    """Read names of columns, or numbers."""
    names = [name.strip() for name in text.split(",")]
    if not 2 <= len(names) <= 3 or not all(names):
        raise CommandLineError(
            f"--columns {quoted(text)} is not allowed: write from,to, or with a weight from,to,weight", code=1
        )
    return [int(name) for name in names] if all(map(str.isdecimal, names)) else [*names]


def with_walks(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of walks, but for some; it gets them as the argument `walking`."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True).parameters.values()
        options = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in inspect.signature(Walking, eval_str=True).parameters.values()
            if parameter.name not in without
        ]
        names = [option.name for option in options]

        @functools.wraps(command)
        def wrapped(**given: Any) -> None:
            command(walking=Walking(**{name: given.pop(name) for name in names}), **given)

        parameters = [parameter for parameter in own if parameter.name != "walking"]
        wrapped.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters] + options
        )
        del wrapped.__wrapped__
        return wrapped

    return decorate


def spelled_out(arguments: Sequence[str]) -> list[str]:
    """Write `-q 2` as `--q 2` where the corpus is a graph: elsewhere it means --quiet, which takes no number."""
    following = [*arguments[1:], ""][: len(arguments)]
    said = {f"{argument} {later}" for argument, later in zip(arguments, following, strict=True)} | {*arguments}
    if not said & {"--space graph", "--space=graph"} and not any(
        argument.partition("=")[0] in ("--walks", "--labels") for argument in arguments
    ):
        return [*arguments]
    return [
        "--q" if argument == "-q" and re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", later) else argument
        for argument, later in zip(arguments, following, strict=True)
    ]
