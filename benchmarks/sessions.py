"""Sessions (lines of item keys): all but the last item to train on, and how well vectors find that last item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quality import SavedVectors

__all__ = ["Case", "hold_out", "measure_next_item", "next_item_points"]

CASES = 10_000  # of a large file: hit rates to half a point
AT_ONCE = 500
HITS, RANKS = 10, 20  # the cut-offs usual for sessions: hit rate@10, MRR@20


@dataclass(frozen=True)
class Case:
    """What a session showed, and what came next."""

    seen: list[str]
    following: str


def hold_out(source: Path, target: Path, most: int = CASES) -> list[Case]:
    """Write the sessions without their last items; return some at random whose last item is new to the session."""
    sessions = [line.split() for line in source.read_text(encoding="utf-8").splitlines()]
    cut = [Case(items[:-1], items[-1]) for items in sessions if len(items) > 1]
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(" ".join(case.seen) + "\n" for case in cut)
    new = [case for case in cut if case.following not in case.seen]
    chosen = np.sort(np.random.default_rng(1).permutation(len(new))[:most])
    return [new[place] for place in chosen]


def measure_next_item(vectors: SavedVectors, cases: list[Case]) -> dict[str, dict[str, Any]]:
    """Points (0 to 100) of the item that came next; `coverage` is the share of cases whose items are known."""
    covered = len(_known(vectors, cases)[0]) / len(cases)
    points = next_item_points(vectors, cases)
    return {name: {"points": float(each.mean()), "coverage": covered} for name, each in points.items()}


def next_item_points(vectors: SavedVectors, cases: list[Case]) -> dict[str, NDArray[np.float64]]:
    """Points (n,) of each case, by score: for what came next among the neighbours of the last item seen, or of all.

    Neighbours are all items but those seen, by cosine of the input vectors, or of the mean of their unit vectors.
    A case whose items are unknown is a miss.
    """
    units = vectors.vectors / np.linalg.norm(vectors.vectors, axis=1, keepdims=True)
    known, places = _known(vectors, cases)
    points: dict[str, NDArray[np.float64]] = {}
    for name, width in (("last item", 1), ("all items", None)):
        reciprocal = np.zeros(len(cases))
        reciprocal[places] = [1 / rank for part in _parts(known) for rank in _ranks(units, part, width)]
        points[f"{name}: hit rate@{HITS}"] = np.where(reciprocal >= 1 / HITS, 100.0, 0)
        points[f"{name}: MRR@{RANKS}"] = np.where(reciprocal >= 1 / RANKS, 100 * reciprocal, 0)
    return points


Known = list[tuple[list[int], int]]  # rows seen, and the row that followed


def _known(vectors: SavedVectors, cases: list[Case]) -> tuple[Known, list[int]]:
    """Return the cases whose items are known, as rows, and their places."""
    index, known, places = vectors.key_to_index, [], []
    for place, case in enumerate(cases):
        seen = [index[item] for item in case.seen if item in index]
        if seen and case.following in index:
            known.append((seen, index[case.following]))
            places.append(place)
    return known, places


def _parts(known: Known) -> Iterable[Known]:
    return (known[start : start + AT_ONCE] for start in range(0, len(known), AT_ONCE))


def _ranks(units: NDArray[np.float32], part: Known, width: int | None) -> NDArray[np.int64]:
    """Rank from 1 of what followed: one more than the unseen items that are nearer."""
    queries = np.stack([units[seen if width is None else seen[-width:]].mean(axis=0) for seen, _ in part])
    similar = queries @ units.T
    for row, (seen, _) in zip(similar, part, strict=True):
        row[seen] = -np.inf
    wanted = similar[np.arange(len(part)), [following for _, following in part]]
    ranks: NDArray[np.int64] = 1 + (similar > wanted[:, None]).sum(axis=1)
    return ranks
