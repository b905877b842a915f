"""What a column of times holds, as SQL over it; and gaps between sessions."""

from __future__ import annotations

import math
import re
from datetime import timedelta

import numpy as np

from wordmill.corpus.event_corpus import TimeKind
from wordmill.corpus.events.tables import literal
from wordmill.durations import duration_seconds
from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import quoted

__all__ = ["Gap", "as_number", "as_time", "checked_gap", "cure_for", "gap_in_units"]

Gap = str | float | timedelta

_UNIX = {1e17: 1e9, 1e14: 1e6, 1e11: 1e3, 1e8: 1.0}  # a number from here on counts so many a second since 1970
_SLASHES = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{4}")


def as_number(column: str, *, whole: bool) -> str:
    """Read text as a number, as SQL."""
    pattern = r"[-+]?[0-9]+" if whole else r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"
    kind = "BIGINT" if whole else "DOUBLE"
    matches = f"regexp_full_match(trim({column}), {literal(pattern)})"
    return f"CASE WHEN {matches} AND isfinite(TRY_CAST({column} AS DOUBLE)) THEN TRY_CAST({column} AS {kind}) END"


def as_time(column: str, time_format: str | None) -> str:
    """Read text as microseconds since 1970, as SQL: ISO 8601, in UTC where it names no zone, or a format."""
    if time_format is not None:
        return f"epoch_us(try_strptime(trim({column}), {literal(time_format)}))"
    parsed = f"TRY_CAST(trim({column}) AS TIMESTAMPTZ)"
    return f"CASE WHEN regexp_matches({column}, '^\\s*[0-9]') AND isfinite({parsed}) THEN epoch_us({parsed}) END"


def cure_for(text: str, time_format: str | None) -> str:
    """Say what to do about a text that is no time."""
    if time_format is not None:
        return f"it is not written as time_format={quoted(time_format)} says: mend it, or give another format"
    if found := _SLASHES.search(text):
        mark = found[1]
        return (
            "say whether the day or the month comes first, "
            f"time_format='%d{mark}%m{mark}%Y' or '%m{mark}%d{mark}%Y', with ' %H:%M:%S' and the like behind"
        )
    return "write it as 2024-01-31 12:00:00, as a number, or pass time_format='%d %b %Y' and the like"


def gap_in_units(gap: object, kind: TimeKind, largest: float) -> float:
    """Return a gap in the units of the times.

    Parameters
    ----------
    gap
        "30m", "2h", "1d", a `timedelta`; or a number, in the units of a column of numbers.
    kind, largest
        What the times are, and the largest of them: by its size the unit of Unix times is known.

    Raises
    ------
    ParameterError
        It is no gap, or the unit of the numbers is not known.
    """
    if isinstance(gap, int | float | np.number):
        if kind == "microseconds":
            raise ParameterError(f"session_gap={quoted(gap)} has no unit, and the times are dates: write '30m' or '1d'")
        return float(gap)
    seconds = checked_gap(gap)
    if kind == "microseconds":
        return seconds * 1e6
    a_second = next((units for size, units in _UNIX.items() if abs(largest) >= size), None)
    if a_second is None:
        raise CorpusError(
            f"session_gap={quoted(gap)}, but the times are numbers up to {largest:g}, too small for Unix times: give "
            "the gap in their own unit, session_gap=1800, or make the column one of times"
        )
    return seconds * a_second


def checked_gap(gap: object) -> float:
    """Return a gap in seconds, or as the number that it is; `ParameterError` where it is none."""
    length = duration_seconds(gap) or 0.0
    if isinstance(gap, int | float | np.number) and not isinstance(gap, bool):
        length = float(gap)
    if not 0 < length < math.inf:
        raise ParameterError(f"session_gap={quoted(gap)} is not allowed: write 90s, 30m, 2h or 1d")
    return length
