"""The command line: ``wordmill COMMAND``; a command a file."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

__all__ = ["at_once", "main"]


def main() -> None:
    """Run the command that the arguments name, and exit with its code.

    0: good; 1: a mistake that the message says how to cure; 2: usage; 130 or 143: interrupted (Ctrl-C, SIGTERM).
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, at_once)  # until a command begins
    from wordmill.cli.app import app, refuse_other_names
    from wordmill.cli.wording import OptionFormatter

    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    handler = logging.StreamHandler()
    handler.setFormatter(OptionFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    refuse_other_names(sys.argv[1:])
    app()


def at_once(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    """Leave while nothing is begun: there KeyboardInterrupt is a traceback of imports, or lost in one of them."""
    os.write(2, b"wordmill: interrupted\n")
    os._exit(130)
