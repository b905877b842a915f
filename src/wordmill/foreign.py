"""Text that others wrote (keys, paths, lines of files): the one road by which it reaches messages and terminals."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Collection
from itertools import islice

__all__ = ["bounded", "listed", "one_line", "printable", "printable_json", "quoted"]

#: What moves a cursor, hides, reorders or ends a line: controls, surrogates, separators, marks of direction and order,
#: and what is not seen, so that two keys would look the same (joiners, which words need, stay).
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LONGEST_QUOTE = 100  # characters
_LONGEST_MESSAGE = 1000
_SAID = len(" ... (1,000,000,000 characters left out) ... ")


def printable(text: str, keep: str = "") -> str:
    r"""Write what a terminal must not get as an escape, ``\x1b`` say; characters of `keep` stay as they are."""
    return _UNSAFE.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)


def printable_json(text: str) -> str:
    r"""Write the same characters of a JSON text as JSON's own escapes, ``\u001b``, which lose nothing."""
    return _UNSAFE.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)


def one_line(message: str) -> str:
    """Return a message as one printable line whose middle is left out where it is very long."""
    return bounded(printable(message), _LONGEST_MESSAGE)


def quoted(value: object) -> str:
    """Quote a foreign value in a message: as `repr`, of a long text or bytes the beginning and the length."""
    if isinstance(value, str | bytes | bytearray):
        if len(value) <= _LONGEST_QUOTE:
            return repr(value)
        unit = "characters" if isinstance(value, str) else "bytes"
        return repr(value[:_LONGEST_QUOTE]) + f"... ({len(value):,} {unit})"
    try:
        return bounded(" ".join(_SHORT.repr(value).split()), _LONGEST_QUOTE)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return f"a very large {type(value).__name__}"


def listed(values: Collection[object], most: int = 10) -> str:
    """Name foreign values in a message: the first ones, each printable and short, and how many there are more."""
    shown = ", ".join(bounded(printable(str(value)), _LONGEST_QUOTE) for value in islice(values, most))
    return shown if len(values) <= most else f"{shown} and {len(values) - most:,} more"


def bounded(text: str, most: int) -> str:
    """Return a text of at most `most` characters: of a longer one the middle is left out, and that is said."""
    if len(text) <= most:
        return text
    head, tail = 2 * (most - _SAID) // 3, (most - _SAID) // 3
    return f"{text[:head]} ... ({len(text) - head - tail:,} characters left out) ... {text[-tail:]}"


def _escape(character: str) -> str:
    return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(character) or character.encode(
        "unicode_escape", "surrogatepass"
    ).decode("ascii")


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _LONGEST_QUOTE
