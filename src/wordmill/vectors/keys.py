"""Key tables: which key owns which row, for text and integer keys, in memory or mapped from a file."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from operator import lt
from typing import Any, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.key_index import KeyIndex
from wordmill.sources.keys import flat_keys
from wordmill.sources.no_keys import as_key, is_missing

__all__ = ["IntegerKeys", "Key", "KeyTable", "PackedKeys", "TextKeys", "make_key_table", "near_spellings"]

Key = str | int

_KEYS = 1 << 16  # looked at together
_INTEGER = re.compile("[+-]?[0-9]{1,1000}")  # so long that none is, and yet short enough for Python to read


class PackedKeys(NamedTuple):
    """Text keys as arrays that can be mapped: key i is `blob[offsets[i]:offsets[i + 1]]` in UTF-8."""

    blob: NDArray[np.uint8]
    offsets: NDArray[np.int64]  # (V + 1,)
    order: NDArray[np.int64]  # (V,) ids sorted by key, for look-ups without a dictionary


class TextKeys:
    """V distinct text keys. Made from packed arrays it decodes nothing until it must."""

    kind: Literal["str"] = "str"

    def __init__(self, keys: Sequence[str] | PackedKeys) -> None:
        if isinstance(keys, PackedKeys):
            self.packed = _checked_packed(keys)
            self._size = len(keys.order)
        else:
            self.keys = _checked_text(keys)
            self._size = len(self.keys)
            if len(self.index) != self._size:
                raise ParameterError(_duplicate_message(self.keys))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the dictionary, which can be made again, out of pickles."""
        state = {**self.__dict__}
        if "keys" in state or "packed" in state:
            state.pop("index", None)
        return state

    @classmethod
    def from_index(cls, index: KeyIndex) -> TextKeys:
        """Make the table of a dictionary from text keys to 0, 1, 2... in this order, which is not checked."""
        table = cls.__new__(cls)
        table.index, table.keys, table._size = index, cast("list[str]", list(index)), len(index)  # noqa: SLF001
        return table

    def __len__(self) -> int:
        return self._size

    @cached_property
    def keys(self) -> list[str]:
        """All keys by id."""
        blob = self.packed.blob.tobytes()
        return [blob[begin:end].decode() for begin, end in pairwise(self.packed.offsets.tolist())]

    @cached_property
    def index(self) -> KeyIndex:
        """Id of every key."""
        return KeyIndex(zip(self.keys, range(self._size), strict=True))

    @cached_property
    def packed(self) -> PackedKeys:
        """The same keys as arrays."""
        encoded = [key.encode() for key in self.keys]
        offsets = np.zeros(self._size + 1, dtype=np.int64)
        np.cumsum([len(key) for key in encoded], out=offsets[1:])
        order = sorted(range(self._size), key=self.keys.__getitem__)  # code points sort as their UTF-8 does
        return PackedKeys(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets, np.array(order, dtype=np.int64))

    def __getitem__(self, index: int) -> str:
        if "keys" in self.__dict__:
            return self.keys[index]
        offsets = self.packed.offsets
        return self.packed.blob[offsets[index] : offsets[index + 1]].tobytes().decode()

    def meant_by(self, text: str) -> Key:
        """Return the key that a text writes: itself."""
        return text

    def find(self, key: object) -> int:
        """Id of a key, or -1."""
        if not isinstance(key, str):
            return -1
        if "index" in self.__dict__:
            return self.index.get(key, -1)
        rank = bisect_left(self.packed.order, key, key=lambda index: self[int(index)])
        index = int(self.packed.order[rank]) if rank < self._size else -1
        return index if index >= 0 and self[index] == key else -1

    def find_many(self, keys: Iterable[object]) -> NDArray[np.int64]:
        """Ids of many keys, -1 for those that are missing."""
        listed = list(keys)
        if "index" not in self.__dict__ and len(listed) < self._size // 1000:  # not worth a dictionary of all keys
            return np.array([self.find(key) for key in listed], dtype=np.int64)
        index = self.index
        return np.array([index.get(key, -1) if isinstance(key, str) else -1 for key in listed], dtype=np.int64)

    def check_order(self) -> None:
        """Raise a `ParameterError` unless the stored order is that of the keys, of which none comes twice.

        Look-ups believe it; some keys are decoded at a time.
        """
        blob, offsets, order = self.packed
        text, last = blob.tobytes(), None
        for begin in range(0, len(order), _KEYS):
            rows = order[begin : begin + _KEYS]
            spans = zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True)
            keys = [text[start:end] for start, end in spans]
            if not all(map(lt, keys, keys[1:])) or (last is not None and last >= keys[0]):
                raise ParameterError("the stored order of the keys is not their order, or a key comes twice")
            last = keys[-1]

    def beginning_with(self, begun: str, most: int) -> NDArray[np.int64]:
        """Ids of the keys that begin so, the first `most` of them."""
        order = self.packed.order
        begin = bisect_left(order, begun, key=lambda index: self[int(index)])
        end = bisect_right(order, begun, begin, key=lambda index: self[int(index)][: len(begun)])
        return np.sort(order[begin:end])[:most]

    def take(self, ids: NDArray[np.int64]) -> list[str]:
        """Keys of some ids."""
        keys = self.__dict__.get("keys", self)  # the list, where there is one, is faster
        return [keys[index] for index in ids.tolist()]


class IntegerKeys:
    """V distinct int64 keys, found by bisection."""

    kind: Literal["int"] = "int"

    def __init__(self, keys: NDArray[np.int64], order: NDArray[np.int64] | None = None) -> None:
        self.keys = keys.view()
        self.keys.flags.writeable = False
        self.order = np.argsort(keys, kind="stable") if order is None else _checked_order(order, len(keys))
        self._sorted = keys[self.order]
        if not (self._sorted[1:] > self._sorted[:-1]).all():
            raise ParameterError(_duplicate_message(keys.tolist()))

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def index(self) -> KeyIndex:
        """Id of every key."""
        return KeyIndex(zip(self.keys.tolist(), range(len(self.keys)), strict=True))

    def __getitem__(self, index: int) -> int:
        return int(self.keys[index])

    def meant_by(self, text: str) -> Key:
        """Return the key that a text writes; the text itself, which is no key here, where it is no integer."""
        return int(text) if _INTEGER.fullmatch(text) else text

    def find(self, key: object) -> int:
        """Id of a key, or -1."""
        if isinstance(key, bool | np.bool_) or not isinstance(key, int | np.integer) or not -(2**63) <= key < 2**63:
            return -1
        position = int(np.searchsorted(self._sorted, np.int64(key)))
        return int(self.order[position]) if position < len(self) and self._sorted[position] == key else -1

    def find_many(self, keys: Iterable[object]) -> NDArray[np.int64]:
        """Ids of many keys, -1 for those that are missing."""
        if not (isinstance(keys, np.ndarray) and keys.dtype.kind in "iu"):
            return np.fromiter((self.find(key) for key in keys), dtype=np.int64)
        if keys.dtype.kind == "u":  # of 64 bits, half of them are no keys, and floats are no way to compare the others
            within = keys <= np.iinfo(np.int64).max
            return np.where(within, self.find_many(np.where(within, keys, 0).astype(np.int64)), -1)
        positions = np.minimum(np.searchsorted(self._sorted, keys), len(self) - 1)
        return np.where(self._sorted[positions] == keys, self.order[positions], -1)

    def beginning_with(self, begun: str, most: int) -> NDArray[np.int64]:
        """Ids of the keys whose digits begin so, the first `most` of them."""
        if not re.fullmatch("-?[1-9][0-9]{0,18}", begun):
            return np.array([self.find(0)] if begun == "0" and self.find(0) >= 0 else [], dtype=np.int64)
        number, most_digits = int(begun.lstrip("-")), 19
        ids: list[NDArray[np.int64]] = []
        for digits in range(most_digits + 1 - len(str(number))):  # more ones, which make a range
            low, high = number * 10**digits, (number + 1) * 10**digits - 1
            if begun[0] == "-":
                low, high = -high, -low
            low, high = max(low, -(2**63)), min(high, 2**63 - 1)
            begin = np.searchsorted(self._sorted, np.int64(low)) if low <= high else 0
            end = np.searchsorted(self._sorted, np.int64(high), side="right") if low <= high else 0
            ids.append(self.order[begin:end])
        return np.sort(np.concatenate(ids))[:most]

    def take(self, ids: NDArray[np.int64]) -> list[int]:
        """Keys of some ids."""
        return [int(key) for key in self.keys[ids]]


KeyTable = TextKeys | IntegerKeys


def make_key_table(keys: Sequence[str] | Sequence[int] | NDArray[Any] | KeyTable | PackedKeys) -> KeyTable:
    """Key table of text or integers; `ParameterError` for anything else and for duplicates."""
    if isinstance(keys, TextKeys | IntegerKeys):
        return keys
    if isinstance(keys, PackedKeys):
        return TextKeys(keys)
    if isinstance(keys, str):
        raise ParameterError("keys is one string: give a list of keys")
    flat = flat_keys(keys)
    listed: list[Any] = flat.tolist() if isinstance(flat, np.ndarray) else flat
    if listed and isinstance(listed[0], int | np.integer) and not isinstance(listed[0], bool):
        numbers = {bool, np.bool_}.isdisjoint(map(type, listed)) and all(
            isinstance(k, int | np.integer) for k in listed
        )
        if not numbers or not -(2**63) <= min(listed) <= max(listed) < 2**63:
            raise ParameterError("integer keys must all be integers that fit in 64 signed bits")
        return IntegerKeys(np.array(listed, dtype=np.int64))
    return TextKeys(listed)


def near_spellings(table: TextKeys, key: str, count: int = 3, frequent: int = 10_000) -> list[str]:
    """Up to `count` keys spelt like `key`: in other letter case, one edit away, or alike among the most frequent.

    The time does not grow with V: edits are looked up, and only the `frequent` first keys are compared.
    """
    sample = [table[index] for index in range(min(frequent, len(table)))]
    letters = [letter for letter, _ in Counter("".join(sample[:2_000])).most_common(40)]
    edits = sorted((index, form) for form in _one_edit(key, letters) if (index := table.find(form)) >= 0)
    cased = [form for form in (key.lower(), key.capitalize(), key.upper()) if form != key and table.find(form) >= 0]
    characters = set(key)
    alike = [w for w in sample if abs(len(w) - len(key)) <= 2 and len(characters.symmetric_difference(w)) <= 3]
    found = cased + [form for _, form in edits] + difflib.get_close_matches(key, alike, n=count, cutoff=0.7)
    return list(dict.fromkeys(found))[:count]


def _one_edit(key: str, letters: Sequence[str]) -> set[str]:
    """Every spelling one deletion, transposition, substitution or insertion away (none for very long keys)."""
    if not 1 < len(key) <= 40:
        return set()
    splits = [(key[:i], key[i:]) for i in range(len(key) + 1)]
    forms = {head + tail[1:] for head, tail in splits[:-1]}
    forms |= {head + tail[1] + tail[0] + tail[2:] for head, tail in splits[:-2]}
    forms |= {head + letter + tail[1:] for head, tail in splits[:-1] for letter in letters}
    forms |= {head + letter + tail for head, tail in splits for letter in letters}
    return forms - {key, ""}


def _checked_packed(packed: PackedKeys) -> PackedKeys:
    """Check arrays that come from a file: lengths, and UTF-8 that begins and ends where a key does."""
    blob, offsets, order = packed
    whole = len(offsets) == len(order) + 1 and offsets[0] == 0 and offsets[-1] == len(blob)
    if not whole or (offsets[1:] < offsets[:-1]).any():  # a difference may overflow
        raise ParameterError("the offsets of the keys do not fit their bytes")
    _checked_order(order, len(order))
    begins = offsets[:-1][offsets[:-1] < len(blob)]
    try:
        blob.tobytes().decode()
    except UnicodeDecodeError:
        raise ParameterError("the keys are not UTF-8") from None
    if ((blob[begins] & 0xC0) == 0x80).any():
        raise ParameterError("a key begins inside a UTF-8 character")
    return packed


def _checked_order(order: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    named = np.zeros(size, dtype=np.bool_)
    if len(order) == size and (not size or (order.min() >= 0 and order.max() < size)):
        named[order] = True
    if len(order) != size or not named.all():
        raise ParameterError(f"the order of the keys does not name the rows of {size} keys")
    return order


def _checked_text(keys: Sequence[str]) -> list[str]:
    listed: list[Any] = list(keys)
    if set(map(type, listed)) - {str}:  # subclasses too are worth a look
        index, key = next(((i, key) for i, key in enumerate(listed) if not isinstance(key, str)), (0, ""))
        if not isinstance(key, str):
            cure = "" if type(key) is int or is_missing(key) else f"; {as_key(key, 'key')} makes one of it"
            raise ParameterError(
                f"key {index} is {type(key).__name__} {quoted(key)}: keys must be all text or all 64-bit integers{cure}"
            )
    try:
        "".join(listed).encode()
    except UnicodeEncodeError as error:
        surrogate = error.object[error.start]
        index = next(i for i, key in enumerate(listed) if surrogate in key)
        raise ParameterError(
            f"key {index} {quoted(listed[index])} is not Unicode: decode it with errors='replace'"
        ) from None
    return listed


def _duplicate_message(keys: Sequence[Key]) -> str:
    first: dict[Key, int] = {}
    for index, key in enumerate(keys):
        if first.setdefault(key, index) != index:
            return f"key {quoted(key)} appears twice (rows {first[key]} and {index}): keys must be distinct"
    return "the stored order of the keys is not their order"
