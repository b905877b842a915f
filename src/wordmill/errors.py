"""Exceptions of wordmill: each message says what is wrong, where, and what to do about it, on one line."""

from __future__ import annotations

from wordmill.foreign import one_line, quoted

__all__ = [
    "ClusterError",
    "CoreNotBuiltError",
    "CorpusError",
    "CutShortError",
    "DivergenceError",
    "FormatError",
    "Misfit",
    "MissingDependencyError",
    "MissingKeyError",
    "NotFittedError",
    "OutputError",
    "ParameterError",
    "TooLargeError",
    "UnknownNameError",
    "VocabularyError",
    "WordmillError",
    "counted",
    "misfit",
]


class WordmillError(Exception):
    """Base of every error that wordmill raises on purpose. The command line shows it as one line and exits with 1.

    Whatever a message quotes, it is one printable line of a thousand characters or so.
    """

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*(one_line(part) if isinstance(part, str) else part for part in arguments), **named)


class ParameterError(WordmillError, ValueError):
    """A parameter is unknown, out of bounds or of the wrong type; the message names it and its bounds."""


class CorpusError(WordmillError, ValueError):
    """A corpus cannot be read as sequences of keys; the message names the source and the place in it."""


class VocabularyError(WordmillError, ValueError):
    """No usable vocabulary is left after counting and thresholds."""


class FormatError(WordmillError, ValueError):
    """A file or directory of vectors is not what it claims to be; the message names the file and the place in it."""


class TooLargeError(FormatError, MemoryError):
    """What a file of vectors holds does not fit into memory."""


class CutShortError(FormatError, EOFError):
    """A file of vectors ends before all is read that it says it holds."""


class MissingKeyError(WordmillError, KeyError):
    """A key has no vector; the message suggests near spellings."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""  # KeyError would show the repr


class UnknownNameError(WordmillError, AttributeError, TypeError):
    """An attribute, or a way of asking, that is not there; the message says what to write."""


class DivergenceError(WordmillError, ArithmeticError):
    """Training diverged: the loss is not finite or explodes."""


class ClusterError(WordmillError, RuntimeError):
    """A cluster cannot be reached, is too small or of other programs, or was lost; the message says what goes on."""


class NotFittedError(WordmillError, AttributeError, ValueError):
    """Vectors were asked for before `fit`."""


class OutputError(WordmillError, OSError):
    """The output cannot be written; the message says what is there."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""  # OSError would want an errno


class MissingDependencyError(WordmillError, ImportError):
    """An optional package is missing; the message gives the command that installs it."""


class CoreNotBuiltError(WordmillError, ImportError):
    """The compiled core is missing; the message gives the command that builds it."""


class Misfit(ValueError):  # noqa: N818 (no error that a user sees)
    """What a file says does not fit together; who reads the file adds its name and the cure."""


def counted(number: int, noun: str) -> str:
    """Return a number and what it counts: 1 word, 2,000 words."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def misfit(error: Exception) -> str:
    """Say why what a file says does not fit together; of errors that are not ours, in our words."""
    if isinstance(error, WordmillError | Misfit):
        return str(error)
    if isinstance(error, KeyError) and error.args:
        return f"{quoted(error.args[0])} is missing"
    return "a value is not of the kind that it should be"
