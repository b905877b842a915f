"""Sessions (lines of item keys): all but the last item to train on, and how well vectors find that last item."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quality import SavedVectors
from wordmill.corpus import Vocab
from wordmill.corpus.events import Cases, as_events
from wordmill.recommendation.methods import ByVectors, Context
from wordmill.recommendation.ranking import chosen_cases, rank_answers, without_repeats

__all__ = ["Asked", "hold_out", "measure_next_item", "next_item_points"]

CASES = 10_000  # of a large file: hit rates to half a point
HITS, RANKS = 10, 20  # the cut-offs usual for sessions: hit rate@10, MRR@20


@dataclass(frozen=True)
class Asked:
    """Cases, whose ids are of these items."""

    items: Vocab
    cases: Cases

    def __len__(self) -> int:
        return len(self.cases)


def hold_out(source: Path, target: Path, most: int = CASES) -> Asked:
    """Write the sessions without their last items; return some at random whose last item is new to the session."""
    events = as_events(source)
    held = events.hold_out("last", most=None)
    keys = held.train.vocab.keys
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(" ".join(str(keys[i]) for i in ids) + "\n" for ids in held.train)
    new = without_repeats(held.cases)
    drawn = np.sort(np.random.default_rng(1).permutation(len(new))[:most])
    return Asked(events.vocab, chosen_cases(held.cases, new[drawn]))


def measure_next_item(vectors: SavedVectors, asked: Asked) -> dict[str, dict[str, Any]]:
    """Points (0 to 100) of the item that came next; `coverage` is the share of cases whose items are known."""
    ranks = rank_answers(ByVectors(vectors, asked.items, "mean"), asked.cases, exclude_seen=True).ranks
    points = next_item_points(vectors, asked)
    return {n: {"points": float(each.mean()), "coverage": float((ranks > 0).mean())} for n, each in points.items()}


def next_item_points(vectors: SavedVectors, asked: Asked) -> dict[str, NDArray[np.float64]]:
    """Points (n,) of each case, by score: for what came next among the neighbours of the last item seen, or of all.

    Neighbours are all items but those seen, by cosine of the input vectors, or of the mean of their unit vectors.
    A case whose items are unknown is a miss.
    """
    points: dict[str, NDArray[np.float64]] = {}
    contexts: dict[str, Context] = {"last item": "last", "all items": "mean"}
    for name, context in contexts.items():
        method = ByVectors(vectors, asked.items, context)
        ranks = rank_answers(method, asked.cases, exclude_seen=True).ranks
        reciprocal = np.where(ranks > 0, 1 / np.maximum(ranks, 1), 0)
        points[f"{name}: hit rate@{HITS}"] = np.where(reciprocal >= 1 / HITS, 100.0, 0)
        points[f"{name}: MRR@{RANKS}"] = np.where(reciprocal >= 1 / RANKS, 100 * reciprocal, 0)
    return points
