"""All commands as one program: errors in one line, and the exit codes."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from wordmill.cli import analogy, demo, encode, evaluate, export, info, nearest, similarity, train
from wordmill.cli import map as word_map
from wordmill.cli.console import error
from wordmill.cli.signals import leave_tidily
from wordmill.cli.wording import as_options, in_options
from wordmill.config import knobs
from wordmill.errors import OutputError, WordmillError
from wordmill.other_names import renamed
from wordmill.standard_streams import ReaderGoneError

__all__ = ["app", "refuse_other_names"]

#: What a command loads before a signal is an exception: while NumPy loads, one would be lost, or a traceback.
LOADED_BEFORE = {
    "train": "wordmill.cli.training",
    "demo": "wordmill.cli.training",
    "encode": "wordmill.corpus",
    "evaluate": "wordmill.evaluation",
}


class Commands(TyperGroup):
    """Turns what went wrong into one line and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program; help, too, may have a reader who is gone, or a full disk to go to."""
        try:
            return super().main(*args, **kwargs)
        except ReaderGoneError:
            sys.exit(0)
        except OutputError as problem:
            error(str(problem))
            sys.exit(1)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except WordmillError as mistake:
            _fail(in_options(mistake, self._options(ctx)))
        except OSError as problem:
            reason = problem.strerror or str(problem) or type(problem).__name__
            _fail(f"{problem.filename}: {reason}" if problem.filename else reason)
        except MemoryError:
            _fail("out of memory: raise --min-count, give --max-final-vocab or lower --vector-size")
        except KeyboardInterrupt as interrupt:
            _fail("interrupted", code=128 + getattr(interrupt, "number", signal.SIGINT))

    def _options(self, ctx: Any) -> list[str]:
        """Names of the parameters that the command takes as options; none before there is a command."""
        command = self.get_command(ctx, ctx.invoked_subcommand or "")
        parameters = [] if command is None else command.params
        return [str(parameter.name).rstrip("_") for parameter in parameters if parameter.param_type_name == "option"]


class Command(TyperCommand):
    """From where it begins, a signal tidies up."""

    def invoke(self, ctx: Any) -> Any:
        """Run it."""
        importlib.import_module(LOADED_BEFORE.get(ctx.info_name, "wordmill.cli.queries"))
        with leave_tidily():
            return super().invoke(ctx)


def _fail(message: str, code: int = 1) -> NoReturn:
    error(message)
    raise typer.Exit(code) from None


app = typer.Typer(
    cls=Commands,
    help="Word2vec-style vectors of words, items, nodes and events.",
    epilog="Example: wordmill train corpus.txt -o model/ && wordmill nearest model/ king",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _module in (train, nearest, analogy, similarity, evaluate, word_map, export, info, encode, demo):
    app.command(_module.__name__.rpartition(".")[2], cls=Command, epilog=_module.EXAMPLES)(_module.command)
app.command("convert", cls=Command, help=export.CONVERT, epilog=export.EXAMPLES)(export.command)


@app.callback(invoke_without_command=True)
def _program(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        import wordmill

        typer.echo(f"wordmill {wordmill.__version__}")
        raise typer.Exit


def refuse_other_names(arguments: Sequence[str]) -> None:
    """Exit with what another tool's option, ``-size`` or ``--dim`` say, is called here."""
    if arguments[:1] not in (["train"], ["encode"]):
        return
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, _, value = argument.lstrip("-").partition("=")
        if argument == "--":
            return
        hint = renamed(name, value or following) if argument.startswith("-") and len(name) > 1 else None
        if hint is not None:
            error(f"there is no option {argument.partition('=')[0]}: {as_options(hint, [name for name, _ in knobs()])}")
            sys.exit(2)
