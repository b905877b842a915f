"""The books of an epoch: what each block summed up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import Misfit
from wordmill.training.backends import Sums

__all__ = ["Account"]

COUNTS = ("examples", "tokens", "subsampled", "centres", "without_context")
INTERVALS = 20  # of an epoch


class Account:
    """Sums of one epoch, block by block: totals are added in the order of the corpus, whatever the batches.

    Parameters
    ----------
    order : (n,) int64
        The numbers of the blocks in training order.

    Attributes
    ----------
    blocks_done : int
        Blocks entered so far; in training order, so that training goes on with the next.
    seconds : float
        Time they took.
    """

    def __init__(self, order: NDArray[np.int64]) -> None:
        self._order = order
        self._loss = np.zeros(len(order), np.float64)
        self._counts = {name: np.zeros(len(order), np.int64) for name in COUNTS}
        self.blocks_done = 0
        self.seconds = 0.0

    def add(self, sums: Sums, seconds: float) -> None:
        """Enter the sums of the next blocks in training order."""
        blocks = self._order[self.blocks_done : self.blocks_done + len(sums.loss)]
        self._loss[blocks] = sums.loss
        for name, counts in self._counts.items():
            counts[blocks] = getattr(sums, name)
        self.blocks_done += len(blocks)
        self.seconds += seconds

    @property
    def tokens(self) -> int:
        """Tokens of the blocks entered so far."""
        return int(self._counts["tokens"].sum())

    def is_of(self, order: NDArray[np.int64]) -> bool:
        """Whether these are the books of an epoch with this order of blocks."""
        return np.array_equal(self._order, order)

    @property
    def complete(self) -> bool:
        """Whether every block is entered."""
        return self.blocks_done == len(self._loss)

    @property
    def tokens_per_second(self) -> float:
        """Speed over the epoch so far."""
        return self.tokens / max(self.seconds, 1e-9)

    def totals(self) -> dict[str, Any]:
        """Return the epoch's entry in the history."""
        counts = {name: int(self._counts[name].sum()) for name in COUNTS}
        return {
            "loss": _ratio(self._loss.sum(), counts["examples"]),
            **counts,
            "seconds": self.seconds,
            "tokens_per_second": self.tokens_per_second,
            "interval_losses": self._interval_losses(),
        }

    def _interval_losses(self) -> list[float | None]:
        """Return the loss per example of each twentieth of the epoch, in training order, as far as it came."""
        done = self._order[: self.blocks_done]
        parts = [done[np.arange(len(done)) * INTERVALS // len(self._order) == part] for part in range(INTERVALS)]
        return [_ratio(self._loss[p].sum(), int(self._counts["examples"][p].sum())) for p in parts if len(p)]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the books as arrays, for a checkpoint."""
        counts = {f"account.{name}": counts for name, counts in self._counts.items()}
        return {"account.order": self._order, "account.loss": self._loss, **counts}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], blocks_done: int, seconds: float) -> Account:
        """Open the books that `arrays` gave; a `KeyError` or `ValueError` where they cannot be."""
        order = np.array(arrays["account.order"])
        if not np.array_equal(np.sort(order), np.arange(len(order))) or not 0 <= blocks_done <= len(order):
            raise Misfit(f"{blocks_done} blocks are done, of an order that is not of {len(order)}")
        account = cls(order)
        account._loss[:] = arrays["account.loss"]
        for name, counts in account._counts.items():
            counts[:] = arrays[f"account.{name}"]
        account.blocks_done, account.seconds = blocks_done, seconds
        return account


def _ratio(loss: float, examples: int) -> float | None:
    return float(loss) / examples if examples else None
