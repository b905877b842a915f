"""What DuckDB complains of, in our words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from wordmill.errors import CorpusError, OutputError
from wordmill.extras import import_extra

__all__ = ["our_words"]


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


def _told(message: str) -> str:
    """Say what DuckDB found wrong with a file."""
    found = re.search(r"CSV Error on Line: (\d+)", message)
    line = f", line {int(found[1]):,}" if found else ""
    if cells := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message):
        return f"{line}: it has {cells[2]} cells where others have {cells[1]}: mend the line"
    if "unicode" in message.lower():
        return f"{line}: it is not UTF-8: convert the file (if it is Latin-1: iconv -f latin1 -t utf-8)"
    if "unterminated quote" in message:
        return f"{line}: a quote is opened and never closed: close it, or write it twice if it is part of the text"
    if bad := re.search(r"Malformed JSON.*?in line (\d+): ([^\n]*)", message, re.DOTALL):
        return f", line {int(bad[1]):,}: it is no JSON ({bad[2].strip().rstrip('.')}): mend the line"
    reason = message.partition("\nPossible")[0].partition("Error: ")[2] or message
    return f"{line} cannot be read: {' '.join(reason.split())}"
