"""Fixtures of the command line's tests."""

from __future__ import annotations

import signal

import pytest
from cli_calls import cli, corpus, model

__all__ = ["cli", "corpus", "model"]


@pytest.fixture(autouse=True, scope="session")
def _can_be_interrupted() -> None:
    """Let programs that tests start hear Ctrl-C: a script's background jobs ignore it, and so would they."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
