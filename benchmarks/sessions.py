"""Sessions (lines of item keys): all but the last item to train on, and how well vectors find that last item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quality import SavedVectors

__all__ = ["Case", "hold_out", "measure_next_item"]

CASES = 10_000  # of a large file: hit rates to half a point
AT_ONCE = 500
HITS, RANKS = 10, 20  # the cut-offs usual for sessions: hit rate@10, MRR@20


@dataclass(frozen=True)
class Case:
    """What a session showed, and what came next."""

    seen: list[str]
    following: str


def hold_out(source: Path, target: Path) -> list[Case]:
    """Write the sessions without their last items; return some at random whose last item is new to the session."""
    sessions = [line.split() for line in source.read_text(encoding="utf-8").splitlines()]
    cut = [Case(items[:-1], items[-1]) for items in sessions if len(items) > 1]
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(" ".join(case.seen) + "\n" for case in cut)
    new = [case for case in cut if case.following not in case.seen]
    chosen = np.sort(np.random.default_rng(1).permutation(len(new))[:CASES])
    return [new[place] for place in chosen]


def measure_next_item(vectors: SavedVectors, cases: list[Case]) -> dict[str, dict[str, Any]]:
    """Points (0 to 100) of the item that came next, among the neighbours of the last item seen and of all seen.

    Neighbours are all items but those seen, by cosine of the input vectors, or of the mean of their unit vectors.
    A case whose items are unknown is a miss; `coverage` is the share of those that are known.
    """
    index, units = vectors.key_to_index, vectors.vectors / np.linalg.norm(vectors.vectors, axis=1, keepdims=True)
    known = []
    for case in cases:
        seen = [index[item] for item in case.seen if item in index]
        if seen and case.following in index:
            known.append((seen, index[case.following]))
    scores = {}
    for name, width in (("last item", 1), ("all items", None)):
        ranks = [rank for part in _parts(known) for rank in _ranks(units, part, width)]
        reciprocal = [1 / rank for rank in ranks if rank <= RANKS]
        coverage = len(known) / len(cases)
        hits = sum(rank <= HITS for rank in ranks)
        scores[f"{name}: hit rate@{HITS}"] = {"points": 100 * hits / len(cases), "coverage": coverage}
        scores[f"{name}: MRR@{RANKS}"] = {"points": 100 * sum(reciprocal) / len(cases), "coverage": coverage}
    return scores


Known = list[tuple[list[int], int]]  # rows seen, and the row that followed


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
