"""The command line, ``wordmill COMMAND``: one module for each command."""

from __future__ import annotations

import signal

from wordmill.cli.leaving import SIGNALS, at_once

__all__ = ["main"]


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
