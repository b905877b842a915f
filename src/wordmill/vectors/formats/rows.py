"""What all readers of rows share: options, bounds on what a header may claim, and the checks that every row passes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CutShortError, FormatError, OutputError, ParameterError, counted
from wordmill.foreign import quoted
from wordmill.key_index import KeyIndex
from wordmill.mapped import MappedFile
from wordmill.vectors.formats.encodings import checked_encoding
from wordmill.vectors.keys import Key, TextKeys
from wordmill.vectors.matrix import Floats, row_norms
from wordmill.vectors.subwords import Subwords
from wordmill.vectors.table import VectorTable

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
        What to do with bytes that are not in the encoding: "strict" (an error), "replace" or "ignore", as in
        `bytes.decode`.
    duplicates
        What to do with a key that comes again: "error", or "first" to keep the first row.
    keys
        "str", or "int" where the keys of the file are to be read as integers.
    dtype
        "float32", or "float64" for formats that hold more digits.
    encoding
        What texts, and keys as bytes, are in: a name that Python knows, such as "latin-1".
    """

    limit: int | None = None
    errors: Literal["strict", "replace", "ignore"] = "strict"
    duplicates: Literal["error", "first"] = "error"
    keys: Literal["str", "int"] = "str"
    dtype: Literal["float32", "float64"] = "float32"
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoding", checked_encoding(self.encoding))
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
        raise CutShortError(
            f"{path}: the header claims {count} vectors of {dimensions} dimensions, {count * smallest_row} bytes, "
            f"but the file has only {size}: fetch it again if it was cut short, or read what is there with limit="
        )


def believable_rows(rows: int, *, smallest_row: int, size: int | None) -> int | None:
    """How many of `rows` there can be in a file of `size` bytes; None where the size is not known."""
    return None if size is None else min(rows, size // smallest_row + 1)


class RowCollector:
    """Takes blocks of rows, checks them, and becomes `VectorTable`.

    Parameters
    ----------
    path
        The file, for messages.
    dimensions
        D.
    expected
        Rows to make room for at once, a number that was checked; without it the room grows with the rows.
    encoding
        What keys that come as bytes are in.
    """

    def __init__(
        self,
        path: Path,
        dimensions: int,
        options: ReadOptions,
        *,
        expected: int | None = None,
        encoding: str = "utf-8",
    ) -> None:
        self._path, self._options, self._encoding = path, options, encoding
        room = max(1, _FIRST_ROOM // dimensions) if expected is None else expected
        self._matrix = np.empty((room, dimensions), dtype=options.dtype)
        self._index: dict[Key, int] = {}  # row of each key
        self._norms: list[Floats] = []
        self._counts: list[NDArray[np.int64]] = []
        self.seen = 0  # rows so far, repeated ones included

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
        begin, end = len(self._index), len(self._index) + rows
        if end > len(self._matrix):
            larger = np.empty((max(end, 2 * len(self._matrix)), self._matrix.shape[1]), dtype=self._matrix.dtype)
            larger[:begin] = self._matrix[:begin]
            self._matrix = larger
        return self._matrix[begin:end]

    def keep(
        self,
        keys: Sequence[bytes] | list[str],
        place: Callable[[int], str],
        *,
        counts: NDArray[np.int64] | None = None,
    ) -> None:
        """Take n keys, whose rows are in `room`; as `add`."""
        decoded, begin = self._decoded(keys, place), len(self._index)
        rows = self._matrix[begin : begin + len(keys)]
        norms = row_norms(rows)
        if not np.isfinite(norms).all() and not (finite := np.isfinite(rows).all(axis=1)).all():
            index = int(np.argmin(finite))
            raise FormatError(
                f"{self._path}: {place(index)}: the vector of {quoted(decoded[index])} holds NaN or infinity: "
                "remove the row, or train again if the model diverged"
            )
        fresh = self._enter(decoded, place)
        if fresh is not None:
            rows[: len(fresh)], norms = rows[fresh], norms[fresh]
            counts = None if counts is None else counts[fresh]
        self.seen += len(keys)
        self._norms.append(norms)
        if counts is not None:
            self._counts.append(counts)

    def finish(self, *, subwords: Subwords | None = None, files: Sequence[MappedFile] = ()) -> VectorTable:
        """Return all rows, with the n-grams that text is made of, and the files that these are mapped from."""
        if not self._index:
            raise FormatError(f"{self._path} holds no vectors")
        vectors, norms = self._matrix[: len(self._index)], np.concatenate(self._norms)
        counts = np.concatenate(self._counts) if self._counts else None
        keys = TextKeys.from_index(KeyIndex(self._index)) if self._options.keys == "str" else self._integers()
        if self._options.keys == "int":
            return _keyed_vectors(self._path, keys, vectors, counts, norms)
        return _keyed_vectors(self._path, keys, vectors, counts, norms, subwords=subwords, files=files)

    def _decoded(self, keys: Sequence[bytes] | list[str], place: Callable[[int], str]) -> list[str]:
        """Return keys as text that is Unicode."""
        with contextlib.suppress(UnicodeError):  # the key at fault is found below
            if keys and isinstance(keys[0], str):
                "\n".join(cast("list[str]", keys)).encode()
                return cast("list[str]", keys)
            if self._encoding == "utf-8":  # all at once, which is much faster than one by one
                together = b"\n".join(cast("Sequence[bytes]", keys)).decode("utf-8", self._options.errors).split("\n")
                if len(together) == len(keys):
                    return together
        each = cast("Sequence[bytes | str]", keys)
        return [self._as_text(key, index, place) for index, key in enumerate(each)]

    def _as_text(self, key: bytes | str, index: int, place: Callable[[int], str]) -> str:
        errors = self._options.errors
        try:
            if isinstance(key, bytes):
                return key.decode(self._encoding, errors)
            return key.encode("utf-8", "surrogatepass").decode("utf-8", errors)
        except UnicodeError as error:
            name = "UTF-8" if self._encoding == "utf-8" or isinstance(key, str) else self._encoding
            cure = "give its encoding='latin-1', say, or" if isinstance(key, bytes) else "or"
            raise FormatError(
                f"{self._path}: {place(index)}: the key {quoted(key)} is not {name} "
                f"({getattr(error, 'reason', error)}): convert the file, {cure} read it with errors='replace'"
            ) from None

    def _enter(self, keys: list[str], place: Callable[[int], str]) -> list[int] | None:
        """Give the keys their rows; of those that come again the first counts, and the list says which are new."""
        index, begin = self._index, len(self._index)
        added: dict[Key, int] = dict(zip(keys, range(begin, begin + len(keys)), strict=True))
        if len(added) == len(keys) and index.keys().isdisjoint(added):
            index.update(added)
            return None
        fresh = []
        for row, key in enumerate(keys):
            if key not in index:
                index[key] = len(index)
                fresh.append(row)
            elif self._options.duplicates == "error":
                raise FormatError(
                    f"{self._path}: {place(row)}: the key {quoted(key)} appears twice: "
                    "mend the file, or keep the first with duplicates='first'"
                )
        return fresh

    def _integers(self) -> NDArray[np.int64]:
        integers = np.empty(len(self._index), dtype=np.int64)
        for key, row in self._index.items():
            try:
                integers[row] = int(key)
            except (ValueError, OverflowError):
                raise FormatError(
                    f"{self._path}: the key {quoted(key)} (row {row}) is not an integer of 64 bits: "
                    "read it with keys='str'"
                ) from None
        return integers


def collect_arrays(
    path: Path, options: ReadOptions, keys: NDArray[Any], vectors: NDArray[Any], counts: NDArray[Any] | None
) -> VectorTable:
    """Make `VectorTable` of arrays of keys (V,), vectors (V, D) and counts (V,) that a file gave."""
    count = min(len(keys), options.limit or len(keys))
    keys, vectors = keys[:count], vectors[:count]
    if counts is not None:
        counts = _as_int64(path, "count", counts[:count])
        if counts.min(initial=0) < 0:
            raise FormatError(f"{path}: a count is {counts.min()}: write the file again with counts from 0")
    if keys.dtype.kind not in "iu":
        rows = RowCollector(path, vectors.shape[1], options, expected=count, encoding=options.encoding)
        rows.add(keys.tolist(), vectors, lambda index: f"row {index}", counts=counts)
        return rows.finish()
    keys = _as_int64(path, "key", keys)
    if options.duplicates == "first":
        first = np.sort(np.unique(keys, return_index=True)[1])
        keys, vectors, counts = keys[first], vectors[first], None if counts is None else counts[first]
    with np.errstate(over="ignore", invalid="ignore"):
        return _keyed_vectors(path, keys, vectors.astype(options.dtype, copy=False), counts)


def _as_int64(path: Path, what: str, numbers: NDArray[Any]) -> NDArray[np.int64]:
    if numbers.dtype.kind == "u" and numbers.max(initial=0) > np.iinfo(np.int64).max:
        raise FormatError(f"{path}: a {what} is {numbers.max()}, which 64 bits with a sign do not hold")
    return numbers.astype(np.int64)


def _keyed_vectors(
    path: Path,
    keys: TextKeys | NDArray[np.int64],
    vectors: Floats,
    counts: NDArray[np.int64] | None,
    norms: Floats | None = None,
    *,
    subwords: Subwords | None = None,
    files: Sequence[MappedFile] = (),
) -> VectorTable:
    try:
        return VectorTable(keys, vectors, counts=counts, norms=norms, subwords=subwords, files=files)
    except ParameterError as error:
        raise FormatError(f"{path}: {error}") from None


def text_keys(path: Path, keyed_vectors: VectorTable, space: str | None) -> list[str]:
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
