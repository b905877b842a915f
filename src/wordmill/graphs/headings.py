"""What stands above the edges of a text file: comments, and names of columns, known by what they say."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from wordmill.errors import CorpusError, counted
from wordmill.foreign import listed
from wordmill.sources.table_kinds import cells

__all__ = ["Beginning", "beginning_of", "cut", "heading_of", "warn_of_comments"]

log = logging.getLogger(__name__)

_LINES = 1000  # that are looked at
_ENDS = [
    {"source", "src", "from", "start", "origin", "head", "subject", "follower", "citing"},
    {"target", "dst", "dest", "destination", "to", "end", "tail", "head", "object", "followee", "cited"},
]
_WEIGHTS = {
    "weight", "weights", "w", "wt", "count", "counts", "score", "scores", "value", "strength", "similarity", "distance",
    "frequency", "freq", "times", "rating", "label", "data", "type", "time", "timestamp", "probability", "confidence",
}  # fmt: skip
_SUFFIXES = re.compile(r"(node|vertex)?(id|name|key|label)?")
_INTEGER, _NUMBER = re.compile(r"-?[0-9]+"), re.compile(r"[-+]?([0-9]|\.[0-9]|inf|nan)", re.IGNORECASE)


@dataclass(frozen=True)
class Beginning:
    """The first lines of a file, each with its number from 1: comments above the edges, and lines below."""

    comments: list[tuple[int, str]]
    lines: list[tuple[int, str]]

    def cut(self, delimiter: str | None, places: Sequence[int] | None = None) -> list[tuple[int, list[str]]]:
        """Cut the lines into cells as the core does; `places`: of columns, all if left out."""
        rows = [(number, cut(line, delimiter)) for number, line in self.lines]
        if places is None:
            return rows
        return [(number, [row[place] for place in places]) for number, row in rows if len(row) > max(places)]


def beginning_of(chunk: bytes, comments: str) -> Beginning:
    """Return the first lines of a chunk of text."""
    found = Beginning([], [])
    text = chunk.decode(errors="replace").removeprefix("\ufeff")
    for number, line in enumerate(text.split("\n", _LINES)[:_LINES], 1):
        plain = line.strip()
        if plain and plain[0] not in comments:
            found.lines.append((number, line))
        elif plain and not found.lines:
            found.comments.append((number, line))
    return found


def cut(line: str, delimiter: str | None) -> list[str]:
    """Cut a line into cells; what is no line of cells is left for the core to refuse."""
    if delimiter is None:
        return line.split()
    try:
        return cells(line.rstrip("\r"), delimiter)
    except CorpusError:
        return line.split(delimiter)


Rows = Sequence[tuple[int, list[str]]]


def heading_of(rows: Rows, weighted: bool | None, heading: bool | None, name: str) -> int:
    """Return the number of the line that holds names of columns, 0 where there is none; say so where it is recognised.

    It is one where it reads source and target or the like, with no weight that is a number; where the third column has
    a name that weights have, and numbers below; or where its nodes are text, and those of all lines below are integers.
    """
    if not rows or heading is False:
        return 0
    (number, first), *rest = rows
    if heading:
        return number
    below = [parts for _, parts in rest]
    if not _is_heading(first, below, weighted):
        return 0
    log.warning(
        "%s, line %s holds names of columns, %s, and is no edge: heading=True says so, heading=False reads it as one",
        name,
        f"{number:,}",
        listed(first),
    )
    return number


def _is_heading(first: list[str], below: list[list[str]], weighted: bool | None) -> bool:
    if len(first) not in (2, 3) or (len(first) == 3 and _NUMBER.match(first[2])):
        return False
    if any(first[0] in parts[:2] or first[1] in parts[:2] for parts in below):
        return False  # they are nodes
    if all(_is_end(cell, known) for cell, known in zip(first, _ENDS, strict=False)):
        return True
    if not below:
        return False
    if len(first) == 3 and all(len(parts) == 3 and _NUMBER.match(parts[2]) for parts in below[:2]):
        named = first[2].strip("\"'").lower().replace("_", "") in _WEIGHTS
        if named or weighted is False:
            return True
    nodes = [cell for parts in below for cell in parts[:2]]
    return all(re.match(r"[^\W\d]", cell) for cell in first[:2]) and all(map(_INTEGER.fullmatch, nodes))


def _is_end(cell: str, known: set[str]) -> bool:
    """Whether a name of a column says that an edge begins, or ends, there."""
    plain = re.sub(r"[\W_]", "", cell.lower())
    return any(plain.startswith(name) and _SUFFIXES.fullmatch(plain[len(name) :]) for name in known)


def warn_of_comments(beginning: Beginning, rows: Rows, delimiter: str | None, name: str) -> None:
    """Say which comments could be edges: nodes whose names begin with # are read where comments are none."""
    alike = [
        number
        for number, line in beginning.comments
        if rows and _could_be_edge(cut(line, delimiter), columns=len(rows[0][1]))
    ]
    if alike:
        log.warning(
            "%s: %s from line %s on %s taken for comments, and could be edges: comments='' reads them",
            name,
            counted(len(alike), "line"),
            f"{alike[0]:,}",
            "is" if len(alike) == 1 else "are",
        )


def _could_be_edge(row: list[str], *, columns: int) -> bool:
    if len(row) != columns or len(row[0]) == 1:
        return False
    if columns == 3:
        return bool(_NUMBER.match(row[2]))
    return columns == 2 and not all(_is_end(cell, known) for cell, known in zip(row, _ENDS, strict=True))
