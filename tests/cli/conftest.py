"""Fixtures of the command line's tests."""

from __future__ import annotations

from cli_calls import cli, corpus, model

__all__ = ["cli", "corpus", "model"]
