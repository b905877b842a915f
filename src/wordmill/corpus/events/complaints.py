"""What DuckDB complains of, in our words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from wordmill.errors import CorpusError, OutputError
from wordmill.extras import import_extra
from wordmill.foreign import bounded, printable

__all__ = ["has_unequal_ends", "our_words"]


@contextmanager
def our_words(name: str) -> Iterator[None]:
    """Turn DuckDB's errors into ours, of one line."""
    duckdb = import_extra("duckdb", "tables of events")
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise CorpusError(f"{name} takes more memory than it may: raise memory_bytes of Resources ({error})") from None
    except duckdb.IOException as error:
        if "space" in str(error).lower():
            raise OutputError(f"the temporary file for {name} cannot be written ({error}): free space there") from None
        raise CorpusError(f"{name} cannot be read: {error}") from None
    except duckdb.Error as error:
        raise CorpusError(f"{name}{_told(str(error))}") from None


def has_unequal_ends(error: Exception) -> bool:
    r"""Whether DuckDB complains of lines of which some end in \r\n and others in \n, as it does of worse."""
    return "invalid state" in str(error)


_LINE = re.compile(r"(?:CSV Error on Line:| in line) (\d+)")
_WORDS = [
    (r"Expected Number of Columns: (\d+) Found: (\d+)", "it has {1} cells where others have {0}: mend the line"),
    (r"(?i)unicode", "it is not UTF-8: convert the file (if it is Latin-1: iconv -f latin1 -t utf-8)"),
    (
        "unterminated quote",
        "a quote is opened and never closed: close it, or write it twice if it is part of the text",
    ),
    ("invalid state", "it is no CSV: write it anew"),
    (r"Maximum line size of (\d+) bytes", "it has more than {0} bytes: close a quote before, or shorten the line"),
    (r'has duplicate key "(.*?)"', "its object has {0} twice: mend the line"),
    (r"(?s)Malformed JSON.*? in (?:line|record/value) \d+: ([^\n]*)", "it is no JSON ({0}): mend the line"),
]


def _told(message: str) -> str:
    """Say what DuckDB found wrong with a file."""
    found = _LINE.search(message)
    near = "near " if "Malformed JSON" in message else ""  # DuckDB has read on by then, and names the line after it
    line = f", {near}line {int(found[1]):,}" if found else ""
    for pattern, words in _WORDS:
        if cause := re.search(pattern, message):
            return f"{line}: {words.format(*(_short(part.strip().rstrip('.'), 100) for part in cause.groups()))}"
    reason = message.partition("\nPossible")[0].partition("Error: ")[2] or message
    return f"{line} cannot be read: {_short(' '.join(reason.split()), 300)}"


def _short(text: str, most: int) -> str:
    return bounded(printable(text), most)
