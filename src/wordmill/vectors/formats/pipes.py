"""What can be read only once, a pipe, a terminal or standard input, as a file that can be read again."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import BinaryIO, cast

from wordmill.errors import FormatError, OutputError, WordmillError

__all__ = ["is_standard_input", "readable_again"]

_STDIN = "-"
_BLOCK = 1 << 20


@contextlib.contextmanager
def readable_again(path: str | PathLike[str]) -> Iterator[Path]:
    """Yield the path itself, or for what is no file the path of a copy, which lives as long as the block.

    The format is told from the first bytes, and some formats are read from their end.

    Raises
    ------
    FormatError
        It cannot be read.
    OutputError
        There is no room for a copy.
    """
    named = Path(path)
    if not _is_stream(named):
        yield named
        return
    name = "standard input" if str(named) == _STDIN else str(named)
    with tempfile.TemporaryDirectory(prefix="wordmill-") as directory:
        copy = Path(directory) / "copy"
        _copy(named, name, copy)
        try:
            yield copy
        except WordmillError as error:
            raise type(error)(str(error).replace(str(copy), name)) from error


def is_standard_input(path: Path) -> bool:
    """Whether a path names what standard input reads."""
    try:
        return os.path.samestat(path.stat(), os.fstat(0))
    except (OSError, ValueError):
        return str(path) == _STDIN


def _is_stream(path: Path) -> bool:
    """Whether it is neither a file nor a directory, nor missing."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return str(path) == _STDIN
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _copy(path: Path, name: str, copy: Path) -> None:
    with _opened(path, name) as source:
        try:
            with copy.open("wb") as file:
                while block := _read(source, name):
                    file.write(block)
        except OSError as error:
            if isinstance(error, WordmillError):
                raise
            raise OutputError(
                f"{name} is no file that can be read again, and a copy in {copy.parent.parent} cannot be written "
                f"({error.strerror}): make room there, name another directory (TMPDIR), or give a file"
            ) from error


@contextlib.contextmanager
def _opened(path: Path, name: str) -> Iterator[BinaryIO]:
    if str(path) == _STDIN:
        if sys.stdin is None:
            raise FormatError(f"{name} is closed: there is nothing to read")
        yield cast("BinaryIO", sys.stdin.buffer)
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise FormatError(f"{name} cannot be read: {error.strerror}") from error
    with file:
        yield file


def _read(source: BinaryIO, name: str) -> bytes:
    try:
        return source.read(_BLOCK)
    except OSError as error:
        raise FormatError(f"{name} cannot be read: {error.strerror}") from error
