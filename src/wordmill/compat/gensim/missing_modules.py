"""Modules that gensim has and this face has not: importing one is an error that says so, whatever the module."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder

from wordmill.compat.gensim.absent import absent_module

__all__ = ["install"]

PREFIX = "wordmill.compat.gensim."


class _Missing(MetaPathFinder):
    """An import finder that is asked last, when no other has found a module."""

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: object = None) -> None:  # noqa: ARG002
        """Raise the error for a module of ours that nobody has found."""
        if fullname.startswith(PREFIX):
            raise ModuleNotFoundError(absent_module(fullname.removeprefix(PREFIX)), name=fullname)


def install() -> None:
    """Register the finder."""
    if not any(isinstance(finder, _Missing) for finder in sys.meta_path):
        sys.meta_path.append(_Missing())
