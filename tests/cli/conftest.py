"""Fixtures of the command line's tests."""

from __future__ import annotations

import signal

import pytest
from cli_calls import cli, corpus, model

__all__ = ["cli", "corpus", "model"]


@pytest.fixture(autouse=True, scope="session")
def _can_be_interrupted() -> None:
    """Let programs that tests start hear signals: background jobs and nohup ignore some, and so would they."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
