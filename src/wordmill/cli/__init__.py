"""The command line: ``wordmill COMMAND``; a command a file."""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

__all__ = ["SIGNALS", "at_once", "main"]

#: What ends a command; on Windows a closed window sends no SIGHUP.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def main() -> None:
    """Run the command that the arguments name, and exit with its code.

    0: good; 1: a mistake that the message says how to cure; 2: usage; 129, 130 or 143: ended by SIGHUP, Ctrl-C or
    SIGTERM.
    """
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets it
            signal.signal(number, at_once)  # until the command begins, and after it
    from wordmill.standard_streams import take_over

    take_over()
    import logging

    from wordmill.cli.app import app
    from wordmill.cli.wording import OptionFormatter

    handler = logging.StreamHandler()
    handler.setFormatter(OptionFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    app()


def at_once(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    """Leave while nothing is begun: there KeyboardInterrupt is a traceback of imports, or lost in one of them."""
    try:
        os.write(2, b"wordmill: interrupted\n")
    finally:
        os._exit(128 + number)
