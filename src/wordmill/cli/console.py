"""What the command line writes: results on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

__all__ = ["at_work", "error", "note", "print_json", "print_rows", "program"]


def note(message: str) -> None:
    """Write a line for the person at the terminal."""
    typer.echo(message, err=True)


@contextlib.contextmanager
def at_work(what: str) -> Iterator[None]:
    """Show on a terminal that something goes on, and for how long, until it is done."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        bar.add_task(what)
        yield


def program() -> str:
    """Return how this program is called here: `wordmill`, or its path where the search path finds another or none."""
    called = Path(sys.argv[0])
    if called.stem != "wordmill":
        return "wordmill"
    found = shutil.which("wordmill")
    return "wordmill" if found and called.exists() and Path(found).samefile(called) else str(called)


def error(message: str) -> None:
    """Write what went wrong, on one line."""
    typer.secho("wordmill: " + " ".join(message.split()), err=True, fg="red" if sys.stderr.isatty() else None)


def print_json(value: Any, *, indent: int | None = None) -> None:
    """Write a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent))


def print_rows(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table on a terminal, tab-separated values elsewhere."""
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(str(cell) for cell in row))
        return
    table = Table(*heading, box=None, pad_edge=False, header_style="dim")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(highlight=False, markup=False).print(table)
