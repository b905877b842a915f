"""Faults on demand: the n-th call that touches the file system fails, or is the last thing that the process does."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wordmill.saving import disk

CALLS = [
    *((os, name) for name in ("mkdir", "rename", "replace", "unlink", "rmdir", "fsync", "chmod", "open")),
    *((Path, name) for name in ("write_text", "write_bytes", "touch")),
]


@contextmanager
def fault(number: int, strike: Callable[[], None], *, exchange: bool) -> Iterator[list[str]]:
    """Strike in place of the call of this number; yields the calls so far. Without `exchange`: in steps."""
    calls: list[str] = []

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            calls.append(name)
            if len(calls) == number + 1:
                strike()
            return function(*arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in CALLS:
            patch.setattr(owner, name, counting(name, getattr(owner, name)))
        patch.setattr(os, "fsync", counting("fsync", lambda _: None))  # no test cuts the power
        real = disk._exchange_call()
        patch.setattr(disk, "_exchange_call", lambda: counting("exchange", real) if exchange and real else None)
        yield calls


def fail() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def die_at(number: int, action: Callable[[], None], *, exchange: bool) -> bool:
    """Run an action in a process that dies at a call; returns whether there was one of this number."""
    child = os.fork()
    if child == 0:
        with fault(number, lambda: os._exit(9), exchange=exchange):
            action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
