"""A round: each worker trains its share of some blocks from the same matrices, then all take what all have changed.

Who combines what is decided here, and nowhere else. A crew only knows where the workers are, and hands answers on from
one to the other: answers that only workers need do not come by here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends.base import Blocks, Sums
from wordmill.training.backends.cluster.changes import Matrix, ranges_of

__all__ = ["Crew", "RoundsBackend", "Share", "shares_of"]


class Crew(Protocol):
    """Workers, a `Replica` each."""

    def __len__(self) -> int:
        """Return the number of workers."""

    def ask(self, worker: int, method: str, *arguments: Any, answers: int | None = None) -> Any:
        """Let a worker do something; returns a ticket for its answer, which may be an argument of further questions.

        Where `answers` says that the answer is a list, and how long, a list of tickets.
        """

    def get(self, tickets: list[Any]) -> list[Any]:
        """Wait for answers."""


class RoundsBackend:
    """Trains in rounds: a call is a round. The bits depend on the number of workers, and on nothing else of them.

    Parameters
    ----------
    crew : Crew
        The workers; their matrices are those given here.
    matrices : two arrays
        Input vectors and output vectors, (R, D) and (rows of the objective, D), which `fetch` brings up to date.
    bounds : (workers + 1,) int64, optional
        Which tokens each worker holds; left out: each holds the whole corpus.
    """

    def __init__(self, crew: Crew, matrices: tuple[Matrix, Matrix], bounds: NDArray[np.int64] | None = None) -> None:
        self._crew, self._matrices, self._bounds = crew, matrices, bounds
        self._ranges = ranges_of(matrices)
        self._rounds = 0

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        """Train the blocks, a share on each worker, and let the workers meet."""
        sums = self._train_apart(epoch, blocks)
        self._meet(blocks)
        return sums

    def _train_apart(self, epoch: int, blocks: Blocks) -> Sums:
        """Train a share of the blocks on each worker."""
        shares = shares_of(blocks, len(self._crew), self._bounds)
        tickets = [self._crew.ask(worker, "train", epoch, share.blocks) for worker, share in enumerate(shares)]
        return _together(self._crew.get(tickets), shares, len(blocks.begins))

    def _meet(self, blocks: Blocks) -> None:
        """Let each worker combine some ranges of what the blocks changed, and all take them all."""
        crew, ranges, workers = self._crew, self._ranges, range(len(self._crew))
        if len(workers) == 1:
            crew.get([crew.ask(0, "keep", self._rounds + 1)])
            self._rounds += 1
            return
        changes = [crew.ask(worker, "changes", ranges, answers=len(ranges)) for worker in workers]
        pace, seen = float(blocks.alphas @ (blocks.ends - blocks.begins)) / len(workers), crew.ask(0, "look")
        combined = [
            crew.ask(place % len(workers), "combine", part, pace, seen, *(of_worker[place] for of_worker in changes))
            for place, part in enumerate(ranges)
        ]
        crew.get([crew.ask(worker, "take", self._rounds + 1, ranges, *combined) for worker in workers])
        self._rounds += 1

    def fetch(self) -> None:
        """Bring the matrices here up to date."""
        state = self._crew.get(self._crew.ask(0, "state", self._ranges, answers=len(self._ranges)))
        for part, rows in zip(self._ranges, state, strict=True):  # all are there: a loss leaves no mixture
            part.of(self._matrices)[:] = rows


@dataclass(frozen=True)
class Share:
    """What one worker trains of a round: blocks, whole or in part, and their numbers among all."""

    numbers: NDArray[np.int64]
    blocks: Blocks


def shares_of(blocks: Blocks, workers: int, bounds: NDArray[np.int64] | None = None) -> list[Share]:
    """Share out the blocks of a round.

    Each worker gets as many that follow each other; where workers hold different parts of the corpus, what lies between
    its `bounds` (workers + 1,), in tokens, of each block.
    """
    if bounds is None:
        everything = np.iinfo(np.int64).max
        parts = np.array_split(np.arange(len(blocks.begins)), workers)
        return [_share(blocks, numbers, 0, everything) for numbers in parts]
    stretches = [(int(bounds[worker]), int(bounds[worker + 1])) for worker in range(workers)]
    return [
        _share(blocks, np.flatnonzero((blocks.begins < end) & (blocks.ends > begin)), begin, end)
        for begin, end in stretches
    ]


def _share(blocks: Blocks, numbers: NDArray[np.int64], begin: int, end: int) -> Share:
    """Return some blocks as far as they lie in a stretch of tokens."""
    whole = blocks.begins[numbers]
    begins = np.maximum(whole, begin)
    alphas = blocks.alphas[numbers] - blocks.alpha_step * (begins - whole)
    return Share(numbers, Blocks(begins, np.minimum(blocks.ends[numbers], end), alphas, blocks.alpha_step))


def _together(sums: list[Sums], shares: list[Share], blocks: int) -> Sums:
    """Add up what the shares did, an entry a block."""
    totals: dict[str, NDArray[Any]] = {}
    for entry in fields(Sums):
        parts = [getattr(part, entry.name) for part in sums]
        totals[entry.name] = np.zeros(blocks, parts[0].dtype)
        for share, part in zip(shares, parts, strict=True):
            totals[entry.name][share.numbers] += part
    return Sums(**totals)
