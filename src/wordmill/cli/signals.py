"""Signals that end a command: Ctrl-C, SIGTERM and SIGHUP. The exit code is 128 and the signal's number."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

from wordmill.cli.leaving import SIGNALS, at_once

__all__ = ["Interrupted", "leave_tidily"]

Handler = Callable[[int, FrameType | None], object]


class Interrupted(KeyboardInterrupt):
    """Raised by a signal: ends and tidies up whatever Ctrl-C would."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def leave_tidily() -> Iterator[None]:
    """Let the first signal raise `Interrupted` within the block; the second one exits at once."""
    ours = [number for number in SIGNALS if signal.getsignal(number) is at_once]

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
        _handle(ours, at_once)
        raise Interrupted(number)

    _handle(ours, interrupt)
    try:
        yield
    finally:
        _handle(ours, at_once)


def _handle(numbers: list[int], handler: Handler) -> None:
    for number in numbers:
        signal.signal(number, handler)
