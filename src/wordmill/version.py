"""The version of wordmill, for what is written into files."""

from __future__ import annotations

from importlib.metadata import version

__all__ = ["VERSION"]

VERSION = version("wordmill")
