"""What the library says, in the words of the command line."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable
from dataclasses import fields
from functools import cache

from wordmill.config import knobs
from wordmill.errors import FormatError, WordmillError
from wordmill.foreign import one_line

__all__ = ["OptionFormatter", "as_options", "in_options"]

_OF_GRAPHS = ("heading", "comments")  # what is logged while a graph is read names them


@cache
def _reading() -> frozenset[str]:
    """Return how vectors are read: options of convert alone, where `format` is what is written."""
    from wordmill.vectors.formats.rows import ReadOptions

    return frozenset({*(entry.name for entry in fields(ReadOptions)), "from"} - {"dtype"})


def in_options(mistake: WordmillError, options: Collection[str]) -> str:
    """Turn the parameters that an error names into options of a command, or into those of the command that has them."""
    message = str(mistake).replace(" or None", ", or left out")
    if not isinstance(mistake, FormatError):
        return as_options(message, options)
    message = as_options(message.replace("(format=", "(from="), options)
    if _reading().issubset(options):
        return message
    elsewhere = as_options(message, _reading() - {*options})
    return message if elsewhere == message else f"{elsewhere} (wordmill convert has this option, and makes a model)"


def as_options(message: str, names: Iterable[str]) -> str:
    """Turn the parameters that a message names into options: vector_size=5 into --vector-size 5, (3, 6) into 3-6."""
    ours = "|".join(names)
    value = r"'(?P<word>\w+)'|\((?P<low>\d+), (?P<high>\d+)\)|(?P<value>'[^']*'|[-+]?\w+(?:[.+-]\w+)*)"
    return re.sub(
        rf"\b(?P<set>{ours})=(?:{value})?|\b(?=\w+_)(?P<long>{ours})\b|(?<=here it is )(?P<here>{ours})\b",
        _as_option,
        message,
    )


class OptionFormatter(logging.Formatter):
    """Writes what the library logs as one line, in the words of the command line."""

    def format(self, record: logging.LogRecord) -> str:
        """Turn parameters into options."""
        return "wordmill: " + one_line(as_options(record.getMessage(), [*(name for name, _ in knobs()), *_OF_GRAPHS]))


def _as_option(found: re.Match[str]) -> str:
    lengths = f"{found['low']}-{found['high']}" if found["low"] else ""
    return _option(found["set"] or found["long"] or found["here"], found["word"] or lengths or found["value"] or "")


def _option(name: str, value: str) -> str:
    """Write a parameter as one does on a command line."""
    flag = name.replace("_", "-")
    by_value = {"None": f"no --{flag}", "True": f"--{flag}", "False": f"--no-{flag}", "": f"--{flag}"}
    return by_value.get(value, f"--{flag} {value}")
