"""The books of an epoch: what each block summed up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends import Sums

__all__ = ["Account"]

COUNTS = ("examples", "tokens", "subsampled", "centres", "without_context")


class Account:
    """Sums of one epoch, block by block: totals are added in the order of the corpus, whatever the batches.

    Attributes
    ----------
    blocks_done : int
        Blocks entered so far; in training order, so that training goes on with the next.
    seconds : float
        Time they took.
    """

    def __init__(self, blocks: int) -> None:
        self._loss = np.zeros(blocks, np.float64)
        self._counts = {name: np.zeros(blocks, np.int64) for name in COUNTS}
        self.blocks_done = 0
        self.seconds = 0.0

    def add(self, blocks: NDArray[np.int64], sums: Sums, seconds: float) -> None:
        """Enter the sums of these blocks."""
        self._loss[blocks] = sums.loss
        for name, counts in self._counts.items():
            counts[blocks] = getattr(sums, name)
        self.blocks_done += len(blocks)
        self.seconds += seconds

    @property
    def complete(self) -> bool:
        """Whether every block is entered."""
        return self.blocks_done == len(self._loss)

    @property
    def tokens_per_second(self) -> float:
        """Speed over the epoch so far."""
        return float(self._counts["tokens"].sum()) / max(self.seconds, 1e-9)

    def totals(self) -> dict[str, Any]:
        """Return the epoch's entry in the history."""
        counts = {name: int(self._counts[name].sum()) for name in COUNTS}
        loss = float(self._loss.sum()) / counts["examples"] if counts["examples"] else None
        return {"loss": loss, **counts, "seconds": self.seconds, "tokens_per_second": self.tokens_per_second}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the books as arrays, for a checkpoint."""
        return {"account.loss": self._loss, **{f"account.{name}": counts for name, counts in self._counts.items()}}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], blocks_done: int, seconds: float) -> Account:
        """Open the books that `arrays` gave."""
        account = cls(len(arrays["account.loss"]))
        account._loss[:] = arrays["account.loss"]
        for name, counts in account._counts.items():
            counts[:] = arrays[f"account.{name}"]
        account.blocks_done, account.seconds = blocks_done, seconds
        return account
