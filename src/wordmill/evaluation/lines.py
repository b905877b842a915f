"""Evaluation files, line by line, with the place in every error."""

from __future__ import annotations

import contextlib
import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path

from wordmill.compression import HEAD_BYTES, decompressor_for
from wordmill.errors import FormatError
from wordmill.paths import checked_path

__all__ = ["cells", "is_comment", "numbered_lines", "section_name", "separator_of", "table_rows"]

_COMMENT = re.compile(r"(#+([^\S\t]|$)|//)")
_SEPARATORS = "\t;,"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def numbered_lines(path: str | os.PathLike[str]) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line) of a UTF-8 file with any line endings, without blank lines.

    White space around a line is left out, but for tabs at its start, after which its second cell begins.
    """
    lines = _text(checked_path(path)).split("\n")  # not splitlines(): U+2028 is part of a line
    for number, line in enumerate(lines, 1):
        if stripped := line.strip():
            yield number, "\t" * (len(line) - len(line.lstrip("\t"))) + stripped


def table_rows(path: str | os.PathLike[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of a table; its first line decides the separator: a tab, `;`, a comma or white space.

    Comments, lines that begin with `# ` or `//`, are left out; `#tag` is a word.
    """
    separator: str | None = None
    for index, (number, line) in enumerate(pair for pair in numbered_lines(path) if not is_comment(pair[1])):
        separator = separator_of(line) if index == 0 else separator
        yield number, cells(line, separator)


def separator_of(line: str) -> str | None:
    """Find what separates the cells of a line; None: white space."""
    return next((mark for mark in _SEPARATORS if mark in line), None)


def cells(line: str, separator: str | None) -> list[str]:
    """Cut a line into cells, without the quotes and the white space around them.

    Where quotes do not pair up, they are characters like others: a word may be a quote.
    """
    if separator not in (None, "\t"):
        with contextlib.suppress(csv.Error):  # these quotes are no CSV's
            return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True))]
    return [_unquoted(cell.strip()) for cell in line.split(separator)]


def section_name(line: str) -> str | None:
    """Return the name in a line `: name` or `:name`; None where the colon is part of a word, as in `:)`."""
    found = re.match(r":(?:\s+(.*)|(\w.*)|)$", line.strip())
    return None if found is None else (found[1] or found[2] or "").strip()


def is_comment(line: str) -> bool:
    """Whether a line begins with `# ` or `//`."""
    return _COMMENT.match(line) is not None


def _unquoted(cell: str) -> str:
    found = re.fullmatch(r'"((?:[^"]|"")*)"', cell)
    return cell if found is None else found[1].replace('""', '"').strip()


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise FormatError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    if content.startswith(_UTF16):
        raise FormatError(f"{file}: is UTF-16; convert the file: iconv -f utf-16 -t utf-8")
    if decompressor_for(content[:HEAD_BYTES]) is not None:
        raise FormatError(f"{file}: is compressed; unpack it first")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{file}: byte {error.start} is not UTF-8; convert the file, e.g. iconv -f latin1 -t utf-8"
        ) from error
    if "\0" in text:
        raise FormatError(f"{file}: holds NUL characters: it is binary or UTF-16, and no text")
    return text.replace("\r\n", "\n").replace("\r", "\n")
