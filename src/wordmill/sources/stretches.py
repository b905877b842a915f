"""Stretches of files: what several readers share out among them, so that each reads its own and no line twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from wordmill.compression import HEAD_BYTES, decompressor_for
from wordmill.sources.parquet_files import is_parquet, row_group_sizes

__all__ = ["Stretch", "Stretches", "shared_out"]

_LINE_BYTES = 1 << 20  # read at once of a line that is looked for its end
_UNPACKED = 3  # bytes of text in a compressed one, about


@dataclass(frozen=True)
class Stretch:
    """A part of a file: of text, bytes that are whole lines; of Parquet, row groups; of all else, the whole.

    Attributes
    ----------
    path : Path, optional
        None is standard input.
    begin, end : int
        Where it begins, and where the next one does; None: at the end of the file.
    """

    path: Path | None
    begin: int = 0
    end: int | None = None


@dataclass(frozen=True)
class Stretches:
    """Parts of files of text; or of tables, which have a `column` of texts or lists of keys."""

    parts: tuple[Stretch, ...]
    column: str | None = None


def shared_out(paths: Sequence[Path], readers: int, *, tables: bool) -> list[list[Stretch]]:
    """Share out files among readers: to each what follows each other, about as many bytes as the others.

    A file is cut where a share ends: text at the end of a line, Parquet between row groups; all else goes to the one
    who has more of it. A reader may get nothing.
    """
    sizes = [_size(path) for path in paths]
    ends = np.cumsum(sizes)
    edges = [(0, 0)]  # a file, and a place in it
    for reader in range(1, readers):
        fair = ends[-1] * reader / readers
        file = min(int(np.searchsorted(ends, fair, side="right")), len(paths) - 1)
        within = (fair - (ends[file] - sizes[file])) / sizes[file]
        cut = _cut(paths[file], within, tables=tables)
        edges.append(max(edges[-1], (file + 1, 0) if cut is None else (file, cut)))
    edges.append((len(paths), 0))
    return [_between(paths, begin, end) for begin, end in pairwise(edges)]


def _between(paths: Sequence[Path], begin: tuple[int, int], end: tuple[int, int]) -> list[Stretch]:
    (first, at), (last, stop) = begin, end
    if first == last:
        return [Stretch(paths[first], at, stop)] if stop > at else []
    whole = [Stretch(path) for path in paths[first + 1 : last]]
    return [Stretch(paths[first], at), *whole, *([Stretch(paths[last], 0, stop)] if stop else [])]


def _size(path: Path) -> float:
    """Return about how much there is to read; never nothing, so that each file has a place among the others."""
    return 1.0 + path.stat().st_size * (_UNPACKED if _is_compressed(path) else 1)


def _is_compressed(path: Path) -> bool:
    with path.open("rb") as file:
        return decompressor_for(file.read(HEAD_BYTES)) is not None


def _cut(path: Path, within: float, *, tables: bool) -> int | None:
    """Return a place at about this share of a file where one can begin to read; None: at its end."""
    if is_parquet(path):
        ends = np.cumsum([0.0, *row_group_sizes(path)])
        group = int(np.argmin(np.abs(ends - within * ends[-1])))
        return group if group < len(ends) - 1 else None
    if tables or _is_compressed(path):
        return 0 if within < 0.5 else None
    return _line_start(path, int(within * path.stat().st_size))


def _line_start(path: Path, at: int) -> int | None:
    """Return where the first line begins from a byte on; None: there is none."""
    if at == 0:
        return 0
    with path.open("rb") as file:
        file.seek(at - 1)
        while part := file.readline(_LINE_BYTES):
            if part.endswith(b"\n"):
                return file.tell()
    return None
