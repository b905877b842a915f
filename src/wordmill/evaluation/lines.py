"""Evaluation files, line by line, with the place in every error."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from wordmill.errors import FormatError

__all__ = ["cells", "numbered_lines"]


def numbered_lines(path: str | os.PathLike[str]) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, stripped line) of a UTF-8 file with any line endings; blank lines are left out."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{file}: byte {error.start} is not UTF-8; convert the file, e.g. iconv -f latin1 -t utf-8"
        ) from error
    except OSError as error:
        raise FormatError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    for number, line in enumerate(text.split("\n"), 1):  # not splitlines(): U+2028 is part of a line
        if stripped := line.strip():
            yield number, stripped


def cells(path: str | os.PathLike[str], number: int, line: str, delimiter: str = ",") -> list[str]:
    """Cut a line at commas or tabs, but not where they are quoted, and strip what is between them."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    except csv.Error as error:
        raise FormatError(f"{path}, line {number}: {error}: mend the line") from None
