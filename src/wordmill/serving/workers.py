"""Several processes that answer at one port: one that dies is replaced, and all of them end with the first."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Any

from wordmill.errors import OutputError

__all__ = ["GRACE", "hears", "run_workers"]

GRACE = 15  # seconds that answers under way have when the server ends
_LOOK = 0.2  # seconds between looks at the workers, and at what signals left
_SOON = 10.0  # seconds: a worker that dies earlier would do so again

logger = logging.getLogger(__name__)


def run_workers(work: Callable[[socket.socket], None], taken: socket.socket, workers: int) -> None:
    """Run a function in several processes until SIGINT, SIGTERM or SIGHUP, which each of them hears as SIGTERM.

    Raises
    ------
    OutputError
        A worker ended as soon as it had begun.
    """
    ending = threading.Event()
    with hears(lambda *_: ending.set()):
        running = [_Worker(work, taken) for _ in range(workers)]
        try:
            while not ending.is_set():
                dead = wait([worker.process.sentinel for worker in running], timeout=_LOOK)
                if dead and not ending.is_set():
                    running = [worker.alive_again(work, taken) for worker in running]
        finally:
            _end(running)


class _Worker:
    """One process."""

    def __init__(self, work: Callable[[socket.socket], None], taken: socket.socket) -> None:
        self.process: SpawnProcess = multiprocessing.get_context("spawn").Process(target=work, args=(taken,))
        self._since = time.monotonic()
        with _interrupts_ignored():  # by the process too, until it is ready: it hears of the end from here
            self.process.start()

    def alive_again(self, work: Callable[[socket.socket], None], taken: socket.socket) -> _Worker:
        """Return itself, or another where it is dead."""
        if self.process.is_alive():
            return self
        if time.monotonic() - self._since < _SOON:
            raise OutputError(f"a worker ended as it began (exit code {self.process.exitcode}): its message is above")
        logger.warning("a worker ended (exit code %s), and another takes its place", self.process.exitcode)
        return _Worker(work, taken)


def _end(running: list[_Worker]) -> None:
    for worker in running:
        worker.process.terminate()
    last = time.monotonic() + GRACE + 5
    for worker in running:
        worker.process.join(max(0.0, last - time.monotonic()))
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


@contextlib.contextmanager
def hears(
    handler: Callable[[int, Any], object], *, only: tuple[str, ...] = ("SIGINT", "SIGTERM", "SIGHUP")
) -> Iterator[None]:
    """Hand signals to a handler within the block, in the main thread, and none that is ignored, as nohup has it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in only if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heard = {number: old for number, old in before.items() if old is not signal.SIG_IGN}
    for number in heard:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in heard.items():
            signal.signal(number, old)


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
