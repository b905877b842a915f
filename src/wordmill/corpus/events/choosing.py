"""Which columns of a table are meant: by name, or by number in a file without a heading."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Sequence

from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import listed, quoted

__all__ = ["Column", "delimiter_of", "numbered", "place_of"]

Column = str | int

_DELIMITERS = (",", "\t", ";", "|")


def place_of(wanted: Column, names: Sequence[str], table: str) -> int:
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
    plain = {name.lower(): name for name in reversed(names)}
    near = difflib.get_close_matches(wanted.lower(), plain, n=1, cutoff=0.5)
    hint = f"did you mean {quoted(plain[near[0]])}? " if near else ""
    raise CorpusError(f"{table} has no column {quoted(wanted)}: {hint}it has {listed(names) or 'none'}")


def numbered(columns: Sequence[object]) -> bool:
    """Whether columns are given by number; `ParameterError` where some are and others are not."""
    given = [column for column in columns if column is not None]
    for column in given:
        if not isinstance(column, str | int) or isinstance(column, bool) or column == "":
            raise ParameterError(f"{quoted(column)} is no column: give its name, or its number, from 1")
    kinds = {isinstance(column, int) for column in given}
    if len(kinds) > 1:
        raise ParameterError(f"{quoted(given)} are names and numbers of columns: give names alone, or numbers alone")
    if len(set(given)) < len(given):
        raise ParameterError(f"{quoted(given)} names a column twice: who, what and when are columns of their own")
    return kinds == {True}


def delimiter_of(line: str, wanted: Sequence[Column | None]) -> str:
    """Return what separates the cells of a line: that by which most of the wanted columns are there."""

    def found(delimiter: str) -> tuple[int, int]:
        names = cells(line, delimiter)
        there = (name <= len(names) if isinstance(name, int) else name in names for name in wanted if name is not None)
        return sum(there), len(names)

    return max(_DELIMITERS, key=found)


def cells(line: str, delimiter: str) -> list[str]:
    """Cut a line of a CSV file into its cells."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error as error:
        if "new-line" in str(error):
            raise CorpusError("lines of the table end in \\r: write it with \\n, or \\r\\n") from None
        raise CorpusError(f"the first line of the table is no line of names or cells ({error})") from None
