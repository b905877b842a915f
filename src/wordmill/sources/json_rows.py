"""Objects of JSON, in lines or a list, one by one: what pyarrow cannot read, with the place of what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from wordmill.errors import CorpusError
from wordmill.foreign import quoted
from wordmill.sources.column_names import place_of

__all__ = ["read_json_rows"]

_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


def read_json_rows(file: BinaryIO, path: Path, names: Sequence[str]) -> dict[str, list[Any]]:
    """Return the values of some names in all objects; None where an object lacks one. Others may be of any kind.

    Raises
    ------
    CorpusError
        A line is no object of JSON, no object has a name, or values of one name are of several kinds.
    """
    columns: dict[str, list[Any]] = {name: [] for name in names}
    kinds: dict[str, str] = {}
    there: dict[str, None] = {}
    for place, row in _objects(file, path):
        there.update(dict.fromkeys(row))
        for name, values in columns.items():
            value = row.get(name)
            kind = _KINDS.get(type(value))
            if kind is not None and kinds.setdefault(name, kind) != kind:
                raise CorpusError(
                    f"{path}, {place}: {quoted(name)} is {kind}, and {kinds[name]} above: make it one kind"
                )
            values.append(value)
    for name in names:
        place_of(name, [*there], str(path))
    return columns


def _objects(file: BinaryIO, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield objects, and where each is."""
    for place, row in _values(file, path):
        if not isinstance(row, dict):
            raise CorpusError(f"{path}, {place} is {_KINDS.get(type(row), 'null')}, and no object with names")
        yield place, row


def _values(file: BinaryIO, path: Path) -> Iterator[tuple[str, Any]]:
    first = file.readline().removeprefix(b"\xef\xbb\xbf")
    if first.lstrip().startswith(b"["):
        rows = _value(first + file.read(), path, "which begins as a list,")
        yield from ((f"object {index:,} of the list", row) for index, row in enumerate(rows))
        return
    for number, line in enumerate(chain([first], file), 1):
        if line.strip():
            yield f"line {number:,}", _value(line, path, f"line {number:,}")


def _value(text: bytes, path: Path, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", None) or getattr(error, "reason", "nested too deeply")
        raise CorpusError(f"{path}, {place} is not JSON ({reason}): mend it, or leave it out") from None
