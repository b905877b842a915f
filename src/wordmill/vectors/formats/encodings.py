"""Encodings of text: names that Python knows, byte order marks, and UTF-16 where UTF-8 is asked for."""

from __future__ import annotations

import codecs
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from wordmill.errors import FormatError, ParameterError
from wordmill.foreign import quoted

__all__ = ["MARK", "as_utf8", "check_is_utf8", "checked_encoding", "marked", "wide_encoding"]

MARK = codecs.BOM_UTF8
_MARKS = {  # UTF-32 first: its mark begins with that of UTF-16
    codecs.BOM_UTF32_LE: ("UTF-32LE", "UTF-32"),
    codecs.BOM_UTF32_BE: ("UTF-32BE", "UTF-32"),
    codecs.BOM_UTF16_LE: ("UTF-16LE", "UTF-16"),
    codecs.BOM_UTF16_BE: ("UTF-16BE", "UTF-16"),
}
_PRINTED = re.compile(rb"[\t\n\r -~\xa0-\xff]{4,}")
_LOOKED_AT = 1024  # bytes
_BLOCK = 1 << 17  # bytes decoded at once


def checked_encoding(name: object) -> str:
    """Python's own name of an encoding of text."""
    try:
        if isinstance(name, str):
            b" ".decode(name, "ignore")  # refuses what is no encoding of text, such as hex
            return codecs.lookup(name).name
    except (LookupError, ValueError):
        pass
    raise ParameterError(f"encoding={quoted(name)} is no encoding of text that Python knows: 'utf-8', 'latin-1', ...")


def wide_encoding(head: bytes) -> tuple[str, str] | None:
    """UTF-16 or UTF-32 that a text begins in, by its mark or its NULs, and what `iconv -f` is to be told; or None."""
    for mark, names in _MARKS.items():
        if head.startswith(mark):
            return names
    head = head[:_LOOKED_AT]
    even, odd = head[::2], head[1::2]
    for high, low, name in ((odd, even, "UTF-16LE"), (even, odd, "UTF-16BE")):
        latin = bytes(byte for byte, above in zip(low, high, strict=False) if above == 0)
        if _PRINTED.fullmatch(latin) and 2 * len(latin) >= len(high) and 8 * low.count(0) <= len(low):
            return name, name
    return None


def check_is_utf8(path: Path, head: bytes) -> None:
    """Refuse a text that begins in UTF-16 or UTF-32, with the cure."""
    if (found := wide_encoding(head)) is not None:
        name, source = found
        raise FormatError(
            f"{path} is {name}: read it with encoding='{source.lower()}', or convert it, "
            f"iconv -f {source} -t UTF-8 {shlex.quote(str(path))} > NEW"
        )


def as_utf8(read: Callable[[int], bytes], path: Path, encoding: str, errors: str) -> Iterator[bytes]:
    """Yield a text in UTF-8, without the mark that it may begin with."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    offset, first = 0, True
    while True:
        block = read(_BLOCK)
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final=not block)
            encoded = text.encode()
        except UnicodeError as error:
            place = offset - waiting + (error.start if isinstance(error, UnicodeDecodeError) else 0)
            raise FormatError(
                f"{path}: byte {place} is not {encoding} ({getattr(error, 'reason', error)}): "
                "give another encoding, or read it with errors='replace'"
            ) from None
        offset += len(block)
        if encoded:
            yield encoded.removeprefix(MARK) if first else encoded
            first = False
        if not block:
            return


def marked(text: bytes) -> bytes:
    """Return a text such that a reader who takes off a mark gives it back, one that is part of its first key too."""
    return MARK + text if text.startswith(MARK) else text
