"""All commands as one program: errors in one line, and the exit codes."""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from wordmill.cli import (
    analogy,
    demo,
    encode,
    evaluate,
    explore,
    export,
    infer,
    info,
    nearest,
    phrases,
    serve,
    similarity,
    subwords,
    train,
    tune,
)
from wordmill.cli import map as word_map
from wordmill.cli.again import remember
from wordmill.cli.console import error, print_text
from wordmill.cli.signals import leave_tidily
from wordmill.cli.usage import CommandLineError, UsageError, explained, no_command, refuse_single_dashes
from wordmill.cli.walking import spelled_out
from wordmill.cli.wording import in_options
from wordmill.errors import OutputError, WordmillError
from wordmill.standard_streams import ReaderGoneError

__all__ = ["app"]


#: What cures want of memory, by command.
MORE_MEMORY = dict.fromkeys(
    ("train", "tune", "encode", "phrases", "demo"), "raise --min-count, give --max-final-vocab or lower --vector-size"
)
LESS_IS_READ = "the vectors do not fit: wordmill convert --limit makes a model of the first, most frequent ones"

#: What a command loads before a signal is an exception: while NumPy loads, one would be lost, or a traceback.
LOADED_BEFORE = {
    "train": "wordmill.cli.training",
    "demo": "wordmill.cli.training",
    "infer": "wordmill.cli.training",
    "tune": "wordmill.tuning",
    "encode": "wordmill.corpus",
    "phrases": "wordmill.corpus",
    "serve": "wordmill.serving",
    "evaluate": "wordmill.evaluation",
}


class Commands(TyperGroup):
    """Turns errors into one line and an exit code."""

    def main(self, *args: Any, **rest: Any) -> NoReturn:
        """Run the program and exit with its code; help, too, may have a reader who is gone, or a full disk."""
        code: Any = 0
        try:
            code = super().main(*args, **{**rest, "standalone_mode": False})
        except ReaderGoneError:
            pass
        except CommandLineError as mistake:
            error(str(mistake))
            code = mistake.code
        except OutputError as problem:
            error(str(problem))
            code = 1
        sys.exit(code if isinstance(code, int) else 0)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; without any, show the help."""
        given = [*args]
        if not args:
            typer.echo(ctx.get_help(), nl=False)
            raise typer.Exit(2)
        try:
            return super().parse_args(ctx, args)
        except UsageError as mistake:
            raise explained(mistake, self, ctx, given) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the first argument names."""
        if args[0] not in self.commands:
            raise no_command(args[0], list(self.commands))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except CommandLineError as mistake:
            _fail(str(mistake), mistake.code)
        except UsageError as mistake:  # a command's own
            _fail(getattr(mistake, "message", ""), code=2)
        except WordmillError as mistake:
            _fail(in_options(mistake, self._options(ctx)))
        except BrokenPipeError:  # of an output that is standard output
            raise ReaderGoneError from None
        except OSError as problem:
            reason = problem.strerror or str(problem) or type(problem).__name__
            _fail(f"{problem.filename}: {reason}" if problem.filename else reason)
        except MemoryError:
            _fail(f"out of memory: {MORE_MEMORY.get(ctx.invoked_subcommand or '', LESS_IS_READ)}")
        except KeyboardInterrupt as interrupt:
            _fail("interrupted", code=128 + getattr(interrupt, "number", signal.SIGINT))

    def _options(self, ctx: Any) -> list[str]:
        """Names of the parameters that the command takes as options; none before there is a command."""
        command = self.get_command(ctx, ctx.invoked_subcommand or "")
        parameters = [] if command is None else command.params
        return [str(parameter.name).rstrip("_") for parameter in parameters if parameter.param_type_name == "option"]


class Command(TyperCommand):
    """From where it begins, a signal tidies up."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments."""
        given = spelled_out(args)
        args = [*given]
        remember(ctx, given)
        refuse_single_dashes(self, ctx, given)
        try:
            return super().parse_args(ctx, args)
        except UsageError as mistake:
            raise explained(mistake, self, ctx, given) from None

    def invoke(self, ctx: Any) -> Any:
        """Run it."""
        importlib.import_module(LOADED_BEFORE.get(ctx.info_name, "wordmill.cli.queries"))
        with leave_tidily():
            return super().invoke(ctx)


def _fail(message: str, code: int = 1) -> NoReturn:
    error(message)
    raise typer.Exit(code) from None


app = typer.Typer(
    name="wordmill",
    cls=Commands,
    help="Word2vec-style vectors of words, items, nodes and events.",
    epilog="Example: wordmill train corpus.txt -o model/ && wordmill nearest model/ king",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _module in (
    train,
    tune,
    infer,
    nearest,
    analogy,
    similarity,
    subwords,
    evaluate,
    word_map,
    explore,
    export,
    info,
    serve,
    encode,
    phrases,
    demo,
):
    app.command(_module.__name__.rpartition(".")[2], cls=Command, epilog=_module.EXAMPLES)(_module.command)
app.command("convert", cls=Command, help=export.CONVERT, epilog=export.EXAMPLES)(export.command)


@app.callback(invoke_without_command=True)
def _program(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        import wordmill

        print_text(f"wordmill {wordmill.__version__}")
        raise typer.Exit
