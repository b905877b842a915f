"""Lists in files of text: keys or tags, a line each."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from wordmill.errors import ParameterError

__all__ = ["key_lines", "keys_of_kind", "text_lines"]


def key_lines(path: Path) -> list[str]:
    """Read the lines of a file that are not blank."""
    return [line.strip() for line in text_lines(path, "keys", "--freeze") if line.strip()]


def text_lines(path: Path, what: str, option: str) -> list[str]:
    """Read the lines of a file."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8"
        raise ParameterError(f"{path} is no list of {what}, one a line, for {option}: {reason}") from None


def keys_of_kind(lines: list[str], kind: Literal["str", "int"], path: Path | None) -> list[str | int]:
    """Turn lines into keys of a corpus of this kind."""
    if kind == "str":
        return [*lines]
    try:
        return [int(line) for line in lines]
    except ValueError:
        raise ParameterError(f"{path} is no list of keys for --freeze: those of the corpus are integers") from None
