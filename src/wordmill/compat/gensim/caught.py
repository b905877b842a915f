"""Errors by the types that programs for gensim catch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wordmill.errors import WordmillError

__all__ = ["caught_as"]


def _both(ours: type[WordmillError], kind: type[Exception]) -> type[Exception]:
    """Make a class that is both, looks like ours, and is ours again after a pickle."""
    own = {"__module__": ours.__module__, "__doc__": ours.__doc__, "__reduce__": lambda error: (ours, error.args)}
    return type(ours.__name__, (ours, kind), own)


@contextmanager
def caught_as(kind: type[Exception], *ours: type[WordmillError]) -> Iterator[None]:
    """Let errors of some types of ours be of one more `kind`."""
    try:
        yield
    except ours as error:
        if isinstance(error, kind):
            raise
        raise _both(type(error), kind)(*error.args).with_traceback(error.__traceback__) from error.__cause__
