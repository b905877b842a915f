"""A run written down, a line of JSON at a time."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import time
from os import PathLike
from typing import IO, Any

from wordmill.errors import OutputError
from wordmill.paths import checked_path
from wordmill.training.callbacks.callback import Callback
from wordmill.training.run.state import Run

__all__ = ["LogFile"]

logger = logging.getLogger(__name__)


class LogFile(Callback):
    """Appends a line of JSON for each interval and each epoch to a file.

    An interval has ``event``, ``time`` (seconds since 1970), ``epoch``, ``tokens_done``, ``tokens_total``, ``loss``,
    ``alpha``, ``tokens_per_second`` and ``seconds``; an epoch ``event``, ``time`` and its entry in the history.

    A file that cannot be opened is an error before anything is trained. One that cannot be written later, on a disk
    that is full, is logged as an error, once: the log ends there, and training goes on.

    Attributes
    ----------
    failure : OutputError, optional
        Why the log ended early.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.failure: OutputError | None = None
        self._path = checked_path(path)
        self._file: IO[bytes] | None = None

    def on_train_begin(self, run: Run) -> None:  # noqa: ARG002
        """Open the file."""
        self.failure = None
        try:
            self._file = self._path.open("ab", buffering=0)  # a line is there at once
        except OSError as error:
            raise OutputError(f"{self._path} cannot be written: {error.strerror}; choose another place") from error

    def on_interval(self, run: Run) -> None:
        """Write the interval."""
        names = ("epoch", "tokens_done", "tokens_total", "loss", "alpha", "tokens_per_second", "seconds")
        self._write("interval", {name: getattr(run, name) for name in names})

    def on_epoch_end(self, run: Run) -> None:
        """Write the epoch."""
        self._write("epoch", run.history[-1])

    def on_train_end(self, run: Run) -> None:  # noqa: ARG002
        """Close the file."""
        if self._file is not None:
            file, self._file = self._file, None
            try:
                file.close()
            except OSError as error:  # a file system of the network says only now that it had no room
                self.failure = self.failure or OutputError(f"{self._path} may lack its end: {error.strerror}")
                logger.error("no log: %s", self.failure)  # noqa: TRY400 (one line, no traceback)

    def _write(self, event: str, values: dict[str, Any]) -> None:
        if self._file is None or self.failure is not None:
            return
        if math.isnan(values["loss"] or 0):
            values = {**values, "loss": None}  # NaN is no JSON
        line = (json.dumps({"event": event, "time": time.time(), **values}) + "\n").encode()
        written = 0
        try:
            while written < len(line):
                written += self._file.write(line[written:])  # a nearly full disk takes a part
        except OSError as error:
            with contextlib.suppress(OSError):  # a pipe or device has no end to be moved
                self._file.truncate(os.fstat(self._file.fileno()).st_size - written)  # half a line is no JSON
            self.failure = OutputError(
                f"{self._path} cannot be written any more: {error.strerror}; the log ends in epoch {values['epoch']}"
            )
            logger.error("no log: %s", self.failure)  # noqa: TRY400 (one line, no traceback)
