"""How the command line exits on a signal before there is anything to tidy up; quick to load."""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

__all__ = ["SIGNALS", "at_once"]

#: What ends a command; on Windows a closed window sends no SIGHUP.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def at_once(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    """Exit before work has begun, where a KeyboardInterrupt would be a traceback from imports, or lost in one."""
    try:
        os.write(2, b"wordmill: interrupted\n")
    finally:
        os._exit(128 + number)
