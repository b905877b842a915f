"""What kind of table a file is, by its first bytes; of separated values, what separates them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Literal

from wordmill.errors import CorpusError
from wordmill.sources.column_names import Column

__all__ = ["KIND_BYTES", "TableKind", "cells", "delimiter_of", "kind_of", "kind_of_text"]

TableKind = Literal["parquet", "arrow file", "arrow stream"]

_SIGNATURES: dict[bytes, TableKind] = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow file",
    b"\xff\xff\xff\xff": "arrow stream",
}
KIND_BYTES = max(map(len, _SIGNATURES))

_DELIMITERS = (",", "\t", ";", "|")


def kind_of(head: bytes) -> TableKind | None:
    """Tell a binary table by its first bytes; None: it may be text."""
    return next((kind for signature, kind in _SIGNATURES.items() if head.startswith(signature)), None)


def kind_of_text(beginning: str) -> Literal["json", "csv"]:
    """Tell objects of JSON, in lines or a list, from separated values."""
    return "json" if beginning.lstrip("\ufeff \t\r\n").startswith(("{", "[")) else "csv"


def delimiter_of(line: str, wanted: Sequence[Column | None]) -> str:
    """Return what separates the cells of a line: that by which most of the wanted columns are there."""

    def found(delimiter: str) -> tuple[int, int]:
        names = cells(line, delimiter)
        there = (name <= len(names) if isinstance(name, int) else name in names for name in wanted if name is not None)
        return sum(there), len(names)

    return max(_DELIMITERS, key=found)


def cells(line: str, delimiter: str) -> list[str]:
    """Cut a line of separated values into its cells."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error as error:
        if "new-line" in str(error):
            raise CorpusError("lines of the table end in \\r: write it with \\n, or \\r\\n") from None
        raise CorpusError(f"the first line of the table is no line of names or cells ({error})") from None
