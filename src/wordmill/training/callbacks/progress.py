"""Progress of a training run for people: a bar on a terminal, plain lines elsewhere, always on standard error.

What cannot be written, to a pipe that nobody reads or a terminal that is gone, is dropped: it ends no training.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import IO, TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar

from wordmill.standard_streams import Decoration
from wordmill.training.callbacks.callback import Callback
from wordmill.training.run.state import Run

__all__ = ["Progress"]

SECONDS_BETWEEN_LINES = 10.0  # within an epoch, off a terminal
FEW_EPOCHS = 20  # up to here each has its line; of more, one a second


class Progress(Callback):
    """Shows words per second, loss, alpha and the time left.

    Parameters
    ----------
    console : rich.console.Console, optional
        Where to draw; standard error where it is left out.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._file: IO[str] | None = None
        self._bar: Bar | None = None
        self._next_line = self._last_epoch_line = 0.0

    def on_train_begin(self, run: Run) -> None:
        """Open the bar."""
        self._file = self._console.file
        self._console.file = cast("IO[str]", Decoration(cast("TextIO", self._file)))
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
        if self._console.is_terminal:
            columns = TextColumn("{task.description}"), BarColumn(bar_width=24), TaskProgressColumn()
            self._bar = Bar(*columns, TextColumn("{task.fields[figures]}"), console=self._console, transient=True)
            self._bar.add_task(_epoch(run), total=run.tokens_total, figures="")
            self._bar.start()

    def on_interval(self, run: Run) -> None:
        """Move the bar, or write a line now and then."""
        if self._bar is not None:
            self._bar.update(
                self._bar.task_ids[0], completed=run.tokens_done, description=_epoch(run), figures=_figures(run)
            )
        elif time.monotonic() >= self._next_line and run.account is not None and not run.account.complete:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            self._console.print(f"{_epoch(run)}  {run.tokens_done / run.tokens_total:.1%}  {_figures(run)}")

    def on_epoch_end(self, run: Run) -> None:
        """Write the line of the epoch."""
        now, entry = time.monotonic(), run.history[-1]
        if run.config.epochs > FEW_EPOCHS and run.epoch < run.config.epochs and now < self._last_epoch_line + 1:
            return
        self._last_epoch_line = now
        loss = "no example" if entry["loss"] is None else f"loss {entry['loss']:.4f}"
        if "validation_loss" in entry:
            loss += f"  validation {entry['validation_loss']:.4f}"
        speed = f"{entry['tokens_per_second']:,.0f} words/s"
        self._console.print(f"{_epoch(run)}  {loss}  {speed}  {entry['seconds']:.1f} s")

    def on_train_end(self, run: Run) -> None:  # noqa: ARG002
        """Close the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        if self._file is not None:
            self._console.file, self._file = self._file, None


def _epoch(run: Run) -> str:
    return f"epoch {run.epoch}/{run.config.epochs}"


def _figures(run: Run) -> str:
    left = (run.tokens_total - run.tokens_done) / max(run.tokens_per_second, 1e-9)
    return (
        f"{run.tokens_per_second:,.0f} words/s  loss {run.loss:.4f}  alpha {run.alpha:.4f}  "
        f"{timedelta(seconds=round(left))} left"
    )
