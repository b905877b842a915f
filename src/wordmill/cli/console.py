"""What the command line writes: results on standard output, everything else on standard error.

All of it goes through here, so that foreign text (keys, paths, lines of files) is never markup and never an escape.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from wordmill.foreign import one_line, printable, printable_json

__all__ = ["ask", "at_work", "error", "note", "print_json", "print_rows", "print_text", "program"]


def note(message: str) -> None:
    """Write a line for the person at the terminal."""
    typer.echo(printable(message), err=True)


def ask(prompt: str) -> None:
    """Write the beginning of a line that the person ends."""
    typer.echo(prompt, err=True, nl=False)


@contextlib.contextmanager
def at_work(what: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal that work is going on, and for how long; yields what says that it is another work now."""
    about = TextColumn("{task.description}", markup=False, table_column=Column(overflow="fold"))
    columns = SpinnerColumn(), about, TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(printable(what))
        yield lambda other: bar.update(task, description=printable(other))


def program() -> str:
    """Return how this program is called here: `wordmill`, or its path where the search path finds another or none."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{Path(sys.executable).name} -m wordmill"
    if called.stem != "wordmill":
        return "wordmill"
    found = shutil.which("wordmill")
    return "wordmill" if found and called.exists() and Path(found).samefile(called) else str(called)


def error(message: str) -> None:
    """Write what went wrong, on one line."""
    typer.secho("wordmill: " + one_line(message), err=True, fg="red" if sys.stderr.isatty() else None)


def print_text(text: str) -> None:
    """Write lines of text."""
    typer.echo(printable(text, keep="\n"))


def print_json(value: Any, *, indent: int | None = None) -> None:
    """Write a value as JSON, whose escapes keep every key as it is."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    typer.echo(printable_json(text))


def print_rows(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table on a terminal, long cells on several lines; tab-separated values elsewhere."""
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(printable(str(cell)) for cell in row))
        return
    table = Table(*(Column(name, overflow="fold") for name in heading), box=None, pad_edge=False, header_style="dim")
    for row in rows:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    Console(highlight=False).print(table)
