"""Standard streams that fail in the right way: what decorates never fails, what is asked for never fails unnoticed."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import select
import sys
from typing import Any, TextIO

from wordmill.errors import OutputError

__all__ = ["Decoration", "ReaderGoneError", "Results", "take_over"]


class ReaderGoneError(Exception):
    """The reader of the results, `head` say, has seen enough and is gone."""


class _Direct(io.TextIOBase):
    """Writes to another stream at once: nothing waits in a buffer, to fail when the program ends.

    Parameters
    ----------
    stream : TextIO, optional
        Where to; None, as Python has for a descriptor that is closed: nowhere.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the other stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        """Write all of it, or raise an `OSError`."""
        if self._stream is None:
            raise OSError(errno.EBADF, "it is closed")
        raw: Any = getattr(getattr(self._stream, "buffer", None), "raw", None)
        self._stream.flush()
        if raw is None:  # no file: a notebook's, or one in memory
            self._stream.write(text)
            self._stream.flush()
            return len(text)
        rest = memoryview(text.replace("\n", os.linesep).encode(self.encoding, "replace"))
        while rest:
            written = raw.write(rest)
            if written is None:
                self._wait(raw)
            rest = rest[written or 0 :]
        return len(text)

    def writable(self) -> bool:
        """Whether one may write."""
        return True

    def isatty(self) -> bool:
        """Whether the other stream is a terminal."""
        try:
            return self._stream is not None and self._stream.isatty()
        except ValueError:  # it is closed
            return False

    def fileno(self) -> int:
        """Return the other stream's descriptor."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    def _wait(self, raw: Any) -> None:
        """Wait where a descriptor that does not block is full."""
        select.select([], [raw], [])


class Decoration(_Direct):
    """A stream for what only accompanies the work: what cannot be written is dropped, and the work goes on."""

    def write(self, text: str) -> int:
        """Write it, or drop it."""
        with contextlib.suppress(OSError, ValueError):  # ValueError: it is closed
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def _wait(self, raw: Any) -> None:  # noqa: ARG002
        raise BlockingIOError  # a full terminal is no reason to stand still


class Results(_Direct):
    """Standard output: what cannot be written there is an error, and a reader who is gone ends the program."""

    def write(self, text: str) -> int:
        """Write it.

        Raises
        ------
        ReaderGoneError
            Nobody reads any more.
        OutputError
            The disk is full, for example.
        """
        try:
            return super().write(text)
        except BrokenPipeError:
            raise ReaderGoneError from None
        except OSError as error:
            reason = "it is closed" if error.errno == errno.EBADF else error.strerror or error
            raise OutputError(f"standard output cannot be written: {reason}") from error

    def flush(self) -> None:
        """Do nothing: there is no buffer."""


def take_over() -> None:
    """Make Python's standard streams the process's: UTF-8, and open, so that no file of ours gets their numbers."""
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):  # reading and writing are errors, as before
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest number that is free: this one
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.stdout, sys.stderr = Results(sys.stdout), Decoration(sys.stderr)
