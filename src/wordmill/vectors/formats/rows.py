"""What all readers of rows share: options, bounds on what a header may claim, and the checks that every row passes."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError, ParameterError, counted
from wordmill.foreign import quoted
from wordmill.key_index import KeyIndex
from wordmill.vectors.keyed_vectors import KeyedVectors
from wordmill.vectors.keys import Key, TextKeys
from wordmill.vectors.search import Floats, row_norms

__all__ = [
    "MOST_DIMENSIONS",
    "ReadOptions",
    "RowCollector",
    "believable_rows",
    "check_header",
    "collect_arrays",
    "text_keys",
]

MOST_DIMENSIONS = 1 << 20
_MOST_KEYS = 1 << 40
_FIRST_ROOM = 1 << 20  # numbers


@dataclass(frozen=True)
class ReadOptions:
    """How strictly a file of rows is read.

    Parameters
    ----------
    limit
        Read this many rows at most, and do not look at the rest.
    errors
        What to do with keys that are not UTF-8: "strict" (an error), "replace" or "ignore", as in `bytes.decode`.
    duplicates
        What to do with a key that comes again: "error", or "first" to keep the first row.
    keys
        "str", or "int" where the keys of the file are to be read as integers.
    dtype
        "float32", or "float64" for formats that hold more digits.
    """

    limit: int | None = None
    errors: Literal["strict", "replace", "ignore"] = "strict"
    duplicates: Literal["error", "first"] = "error"
    keys: Literal["str", "int"] = "str"
    dtype: Literal["float32", "float64"] = "float32"

    def __post_init__(self) -> None:
        limit: object = self.limit
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
            raise ParameterError(f"limit must be a positive integer or None, not {quoted(limit)}")
        for name, allowed in (
            ("errors", ("strict", "replace", "ignore")),
            ("duplicates", ("error", "first")),
            ("keys", ("str", "int")),
            ("dtype", ("float32", "float64")),
        ):
            if getattr(self, name) not in allowed:
                raise ParameterError(f"{name}={quoted(getattr(self, name))}: one of {', '.join(map(repr, allowed))}")


def check_header(path: Path, count: int, dimensions: int, *, smallest_row: int, size: int | None) -> None:
    """Refuse a header that claims what cannot be, before memory is asked for.

    `smallest_row` is the least number of bytes a row can have, `size` the bytes that are there (None if not known).
    """
    if not (0 < count <= _MOST_KEYS and 0 < dimensions <= MOST_DIMENSIONS):
        raise FormatError(
            f"{path}: the header claims {count} vectors of {dimensions} dimensions (1 to {MOST_DIMENSIONS} can be)"
        )
    if size is not None and count * smallest_row > size:
        raise FormatError(
            f"{path}: the header claims {count} vectors of {dimensions} dimensions, {count * smallest_row} bytes, "
            f"but the file has only {size}: fetch it again if it was cut short, or read what is there with limit="
        )


def believable_rows(rows: int, *, smallest_row: int, size: int | None) -> int | None:
    """How many of `rows` there can be in a file of `size` bytes; None where the size is not known."""
    return None if size is None else min(rows, size // smallest_row + 1)


class RowCollector:
    """Takes blocks of rows, checks them, and becomes `KeyedVectors`.

    Parameters
    ----------
    path
        The file, for messages.
    dimensions
        D.
    expected
        Rows to make room for at once, a number that was checked; without it the room grows with the rows.
    """

    def __init__(self, path: Path, dimensions: int, options: ReadOptions, *, expected: int | None = None) -> None:
        self._path, self._options = path, options
        room = max(1, _FIRST_ROOM // dimensions) if expected is None else expected
        self._matrix = np.empty((room, dimensions), dtype=options.dtype)
        self._keys: list[str] = []
        self._norms: list[Floats] = []
        self._counts: list[NDArray[np.int64]] = []
        self._places: list[tuple[int, Callable[[int], str]]] = []  # first row of each block, and where its rows are

    @property
    def seen(self) -> int:
        """How many rows there were so far, repeated ones included."""
        return len(self._keys)

    def add(
        self,
        keys: Sequence[bytes] | list[str],
        rows: NDArray[Any],
        place: Callable[[int], str],
        *,
        counts: NDArray[np.int64] | None = None,
    ) -> None:
        """Take n keys and rows (n, D), with counts (n,) in every call or in none.

        `place(i)` says where in the file the i-th of them is.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            self.room(len(keys))[:] = rows
        self.keep(keys, place, counts=counts)

    def room(self, rows: int) -> NDArray[Any]:
        """Return where to write up to this many next rows (n, D), for `keep`."""
        self._reserve(self.seen + rows)
        return self._matrix[self.seen : self.seen + rows]

    def keep(
        self,
        keys: Sequence[bytes] | list[str],
        place: Callable[[int], str],
        *,
        counts: NDArray[np.int64] | None = None,
    ) -> None:
        """Take n keys, whose rows are in `room`; as `add`."""
        decoded, begin, end = self._decoded(keys, place), self.seen, self.seen + len(keys)
        norms = row_norms(self._matrix[begin:end])
        if not np.isfinite(norms).all() and not (finite := np.isfinite(self._matrix[begin:end]).all(axis=1)).all():
            index = int(np.argmin(finite))
            raise FormatError(
                f"{self._path}: {place(index)}: the vector of {quoted(decoded[index])} holds NaN or infinity: "
                "remove the row, or train again if the model diverged"
            )
        self._keys += decoded
        self._norms.append(norms)
        self._places.append((begin, place))
        if counts is not None:
            self._counts.append(counts)

    def finish(self) -> KeyedVectors:
        """Return all rows."""
        if not self._keys:
            raise FormatError(f"{self._path} holds no vectors")
        index = KeyIndex(zip(self._keys, range(self.seen), strict=True))
        vectors, norms = self._matrix[: self.seen], np.concatenate(self._norms)
        counts = np.concatenate(self._counts) if self._counts else None
        if len(index) < self.seen:
            first = self._first_rows()
            index = KeyIndex((self._keys[row], place) for place, row in enumerate(first))
            vectors, norms, counts = vectors[first], norms[first], None if counts is None else counts[first]
        keys = TextKeys.from_index(index) if self._options.keys == "str" else self._integers(index)
        return _keyed_vectors(self._path, keys, vectors, counts, norms)

    def _decoded(self, keys: Sequence[bytes] | list[str], place: Callable[[int], str]) -> list[str]:
        if keys and isinstance(keys[0], str):
            return cast("list[str]", keys)
        keys = cast("Sequence[bytes]", keys)
        try:
            together = b"\n".join(keys).decode("utf-8", self._options.errors).split("\n")  # much faster than one by one
            if len(together) == len(keys):
                return together
            return [key.decode("utf-8", self._options.errors) for key in keys]
        except UnicodeDecodeError as error:
            index = next(i for i, key in enumerate(keys) if not _is_utf8(key))
            raise FormatError(
                f"{self._path}: {place(index)}: the key {quoted(keys[index])} is not UTF-8 ({error.reason}): "
                "convert the file, or read it with errors='replace'"
            ) from None

    def _first_rows(self) -> list[int]:
        """Rows whose key was not there before; `FormatError` unless repeated ones are to be passed over."""
        seen: set[str] = set()
        first = []
        for row, key in enumerate(self._keys):
            if key not in seen:
                seen.add(key)
                first.append(row)
            elif self._options.duplicates == "error":
                begin, place = self._places[bisect(self._places, row, key=itemgetter(0)) - 1]
                raise FormatError(
                    f"{self._path}: {place(row - begin)}: the key {quoted(key)} appears twice: "
                    "mend the file, or keep the first with duplicates='first'"
                )
        return first

    def _reserve(self, rows: int) -> None:
        if rows > len(self._matrix):
            larger = np.empty((max(rows, 2 * len(self._matrix)), self._matrix.shape[1]), dtype=self._matrix.dtype)
            larger[: self.seen] = self._matrix[: self.seen]
            self._matrix = larger

    def _integers(self, index: dict[Key, int]) -> NDArray[np.int64]:
        keys = list(index)
        integers = np.empty(len(keys), dtype=np.int64)
        for row, key in enumerate(keys):
            try:
                integers[row] = int(key)
            except (ValueError, OverflowError):
                raise FormatError(
                    f"{self._path}: the key {quoted(key)} (row {row}) is not an integer of 64 bits: read it "
                    f"with keys='str'"
                ) from None
        return integers


def collect_arrays(
    path: Path, options: ReadOptions, keys: NDArray[Any], vectors: NDArray[Any], counts: NDArray[Any] | None
) -> KeyedVectors:
    """Make `KeyedVectors` of arrays of keys (V,), vectors (V, D) and counts (V,) that a file gave."""
    count = min(len(keys), options.limit or len(keys))
    keys, vectors, counts = keys[:count], vectors[:count], None if counts is None else counts[:count].astype(np.int64)
    if keys.dtype.kind != "i":
        rows = RowCollector(path, vectors.shape[1], options, expected=count)
        rows.add(keys.tolist(), vectors, lambda index: f"row {index}", counts=counts)
        return rows.finish()
    if options.duplicates == "first":
        first = np.sort(np.unique(keys, return_index=True)[1])
        keys, vectors, counts = keys[first], vectors[first], None if counts is None else counts[first]
    with np.errstate(over="ignore", invalid="ignore"):
        return _keyed_vectors(path, keys, vectors.astype(options.dtype, copy=False), counts)


def _keyed_vectors(
    path: Path,
    keys: TextKeys | NDArray[np.int64],
    vectors: Floats,
    counts: NDArray[np.int64] | None,
    norms: Floats | None = None,
) -> KeyedVectors:
    try:
        return KeyedVectors(keys, vectors, counts=counts, norms=norms)
    except ParameterError as error:
        raise FormatError(f"{path}: {error}") from None


def _is_utf8(key: bytes) -> bool:
    try:
        key.decode()
    except UnicodeDecodeError:
        return False
    return True


def text_keys(path: Path, keyed_vectors: KeyedVectors, space: str | None) -> list[str]:
    """Keys as a format writes them that ends a key at a space.

    Raises
    ------
    OutputError
        A key is empty or holds white space and no replacement is given, or two keys become one by it.
    """
    keys = [str(key) for key in keyed_vectors]
    spaced = [row for row, key in enumerate(keys) if not key or _SPACES.intersection(key)]
    if not spaced:
        return keys
    if space is None or _SPACES.intersection(space) or not space:
        raise OutputError(
            f"{path}: {counted(len(spaced), 'key')} empty or with white space, for example {quoted(keys[spaced[0]])}, "
            "which ends a key in this format: give space='_' or save a model directory"
        )
    table = str.maketrans(dict.fromkeys(_SPACES, space))
    for row in spaced:
        keys[row] = keys[row].translate(table) or space
    if len(set(keys)) < len(keys):
        raise OutputError(f"{path}: with space={quoted(space)} two keys become the same: choose another replacement")
    return keys


_SPACES = frozenset(" \t\n\r\v\f")
