"""Which columns of a table are meant: by name, or by number where there is no heading."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import listed, quoted

__all__ = ["Column", "numbered", "place_of"]

Column = str | int

_ALIKE = 0.5  # names from here on are worth asking about: columns are few


def place_of(wanted: Column, names: Sequence[Any], table: str) -> int:
    """Return where the wanted column is among those of a table.

    Raises
    ------
    CorpusError
        The table has no such column, or several; the message names the one that may be meant.
    """
    if isinstance(wanted, int):
        if not 1 <= wanted <= len(names):
            raise CorpusError(f"{table} has {len(names)} columns, and {wanted} is none of them (the first is 1)")
        return wanted - 1
    places = [place for place, name in enumerate(names) if name == wanted]
    if len(places) == 1:
        return places[0]
    if places:
        raise CorpusError(f"{table} has {len(places)} columns called {quoted(wanted)}: rename all but one")
    plain = {str(name).lower(): name for name in reversed(names)}
    near = difflib.get_close_matches(wanted.lower(), plain, n=1, cutoff=_ALIKE)
    hint = f"did you mean {quoted(plain[near[0]])}? " if near else ""
    raise CorpusError(f"{table} has no column {quoted(wanted)}: {hint}it has {listed(names) or 'none'}")


def numbered(columns: Sequence[object]) -> bool:
    """Whether columns are given by number; `ParameterError` where some are and others are not, or one comes twice."""
    given = [column for column in columns if column is not None]
    for column in given:
        if not isinstance(column, str | int) or isinstance(column, bool) or column == "":
            raise ParameterError(f"{quoted(column)} is no column: give its name, or its number, from 1")
    kinds = {isinstance(column, int) for column in given}
    if len(kinds) > 1:
        raise ParameterError(f"{quoted(given)} are names and numbers of columns: give names alone, or numbers alone")
    if len(set(given)) < len(given):
        raise ParameterError(f"{quoted(given)} names a column twice: each is a column of its own")
    return kinds == {True}
