"""Where the item that came next stands among all items, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.events import Cases
from wordmill.recommendation.methods import Method

__all__ = ["Ranking", "chosen_cases", "rank_answers", "without_repeats"]

_SCORES_AT_ONCE = 1 << 24


@dataclass(frozen=True)
class Ranking:
    """Ranks of the answers of some cases.

    Attributes
    ----------
    ranks : (C,) int64
        From 1; 0 where the method knows the answer, or what was seen, not at all.
    recommended : dict of int to int
        By k, how many different items stand among the first k of some case.
    """

    ranks: NDArray[np.int64]
    recommended: dict[int, int]


def without_repeats(cases: Cases) -> NDArray[np.int64]:
    """Return the cases (n,) whose answer was not seen before."""
    return np.array(
        [
            case
            for case, (seen, answer) in enumerate(zip(_seen(cases), cases.answers, strict=True))
            if answer not in seen
        ],
        np.int64,
    )


def chosen_cases(cases: Cases, places: NDArray[np.int64]) -> Cases:
    """Return the cases at these places."""
    seen = _seen(cases)
    kept = [cases.seen[:0], *(seen[place] for place in places)]
    ends = np.cumsum([len(each) for each in kept]).astype(np.int64)
    return Cases(np.concatenate(kept), ends, cases.answers[places], cases.sequences[places])


def rank_answers(method: Method, cases: Cases, k: tuple[int, ...] = (), *, exclude_seen: bool) -> Ranking:
    """Rank the answers of cases among all items that a method knows.

    Items of equal score stand in the order of their rows. With `exclude_seen`, what was seen is not among them. `k`:
    where different items are to be counted.
    """
    ranks = np.zeros(len(cases), np.int64)
    answers = method.row_of[cases.answers]
    seen = [rows[rows >= 0] for rows in (method.row_of[ids] for ids in _seen(cases))]
    told = np.array([len(rows) > 0 or not method.needs_context for rows in seen], np.bool_)
    places = np.flatnonzero(told)
    shown = {each: np.zeros(method.size, np.bool_) for each in k}
    at_once = max(1, _SCORES_AT_ONCE // max(1, method.size))
    for begin in range(0, len(places), at_once):
        batch = places[begin : begin + at_once]
        scores = method.scores([seen[place] for place in batch])
        if exclude_seen:
            for row, place in zip(scores, batch, strict=True):
                row[seen[place]] = -np.inf
        if k:
            _mark(scores, shown)
        known = answers[batch] >= 0
        ranks[batch[known]] = _ranks(scores[known], answers[batch[known]])
    return Ranking(ranks, {each: int(marked.sum()) for each, marked in shown.items()})


def _seen(cases: Cases) -> list[NDArray[np.int32]]:
    return np.split(cases.seen, cases.offsets[1:-1])


def _ranks(scores: NDArray[np.floating[Any]], answers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rank (n,) of the answer in each row of scores (n, V)."""
    wanted = scores[np.arange(len(answers)), answers][:, None]
    ranks: NDArray[np.int64] = 1 + np.count_nonzero(scores > wanted, axis=1).astype(np.int64)
    for row in np.flatnonzero(np.count_nonzero(scores == wanted, axis=1) > 1):
        ranks[row] += np.count_nonzero(scores[row, : answers[row]] == wanted[row])
    return ranks


def _mark(scores: NDArray[np.floating[Any]], shown: dict[int, NDArray[np.bool_]]) -> None:
    """Mark the items that are among the first k of a row, for each k: of equal scores the first rows, as in ranks."""
    for k, marked in shown.items():
        place = scores.shape[1] - min(k, scores.shape[1])
        least = np.partition(scores, place, axis=1)[:, place, None]
        above, level = scores > least, scores == least
        room = scores.shape[1] - place - above.sum(axis=1, keepdims=True)
        best = above | (level & (np.cumsum(level, axis=1, dtype=np.int32) <= room))
        marked[(best & (scores > -np.inf)).any(axis=0)] = True
