"""How the command line leaves where a signal comes before there is anything to tidy up; loads in no time."""

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
    """Leave while nothing is begun: there KeyboardInterrupt is a traceback of imports, or lost in one of them."""
    try:
        os.write(2, b"wordmill: interrupted\n")
    finally:
        os._exit(128 + number)
