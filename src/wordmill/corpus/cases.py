"""Events held out: what to foretell, and what came before it in its sequence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cases", "chosen_cases"]


@dataclass(frozen=True)
class Cases:
    """Events to foretell. Ids are those of the events that they were held out of.

    Attributes
    ----------
    seen : (M,) int32
        What came before in the sequence, case after case, in order.
    offsets : (C + 1,) int64
        Case c saw `seen[offsets[c]:offsets[c + 1]]`, one event at least.
    answers : (C,) int32
        What came next.
    sequences : (C,) int64
        The sequence of each case: cases of one are not independent.
    """

    seen: NDArray[np.int32]
    offsets: NDArray[np.int64]
    answers: NDArray[np.int32]
    sequences: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.answers)


def chosen_cases(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], asked: NDArray[np.bool_], most: int | None, seed: int
) -> Cases:
    """Make cases of the events that are asked for and have one before them; at most so many, drawn at random."""
    places = np.flatnonzero(asked)
    sequences = np.searchsorted(offsets, places, side="right") - 1
    begins = offsets[sequences]
    later = places > begins
    places, sequences, begins = places[later], sequences[later], begins[later]
    if most is not None and len(places) > most:
        drawn = np.sort(np.random.default_rng(seed).choice(len(places), most, replace=False))
        places, sequences, begins = places[drawn], sequences[drawn], begins[drawn]
    ends = np.concatenate([[0], np.cumsum(places - begins)]).astype(np.int64)
    seen = np.arange(ends[-1]) + np.repeat(begins - ends[:-1], np.diff(ends))
    return Cases(ids[seen], ends, ids[places], sequences)
