"""Keys found by what they begin with or hold, the case aside: one text of all keys, the most frequent first.

Three million keys take some 60 MB and are looked through in a few hundredths of a second. A byte that is in no UTF-8
stands before each key, so that a hit tells whether a key begins there.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wordmill.vectors.keys import KeyTable
from wordmill.vectors.matrix import spans

__all__ = ["KeySearch", "by_frequency"]

_MARK = b"\xff"
_MARK_AS_TEXT = "\udcff"  # what Python reads it as; no key has half a surrogate pair
_KEYS = 1 << 16  # joined together


def by_frequency(counts: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Return rows by falling count, equal ones as they stand; None where they are in this order, or nobody knows."""
    if counts is None or (counts[:-1] >= counts[1:]).all():
        return None
    return np.argsort(-counts, kind="stable")


class KeySearch:
    """An index of keys by their text.

    Parameters
    ----------
    table
        The keys.
    order
        (V,) rows in the order in which they are found; None: as they are.
    """

    def __init__(self, table: KeyTable, order: NDArray[np.int64] | None = None) -> None:
        self._table, self._order = table, order

    def find(self, text: str, most: int) -> list[int]:
        """Return rows of keys: the one that is this text first, then what begins so, then what holds it."""
        forms = (text, text.lower(), text.title(), text.upper())
        same = [self._table.find(self._table.meant_by(form)) for form in forms]
        found = dict.fromkeys(row for row in same if row >= 0)
        needle = text.casefold().encode("utf-8", "surrogatepass")
        first = self._text.find(needle)  # where no key holds it, one look is enough
        for sought in dict.fromkeys([_MARK + needle, needle]):
            if len(found) < most and first >= 0:
                found |= dict.fromkeys(self._rows_with(sought, most + len(found), max(first - 1, 0)))
        return [*found][:most]

    def warm(self) -> None:
        """Make the index now, not with the first search."""
        _ = self._starts

    def _rows_with(self, sought: bytes, most: int, begin: int) -> list[int]:
        places: list[int] = []
        at = self._text.find(sought, begin)
        while 0 <= at < len(self._text) and len(places) < most:
            place = int(np.searchsorted(self._starts, at, side="right")) - 1
            places.append(place)
            if place + 1 == len(self._starts):
                break
            at = self._text.find(sought, int(self._starts[place + 1]))
        return places if self._order is None else self._order[places].tolist()

    @cached_property
    def _text(self) -> bytes:
        parts = []
        for begin, end in spans(0, len(self._table), _KEYS):
            rows = np.arange(begin, end) if self._order is None else self._order[begin:end]
            keys = [str(key) for key in self._table.take(rows)]
            joined = _MARK_AS_TEXT + _MARK_AS_TEXT.join(keys)
            parts.append(joined.casefold().encode("utf-8", "surrogateescape"))
        return b"".join(parts)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where each key begins in the text, with its mark."""
        return np.flatnonzero(np.frombuffer(self._text, np.uint8) == _MARK[0])
