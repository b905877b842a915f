"""Which tokens are trained when, and at what rate: blocks, their order in each epoch, and the decay of alpha."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends import Blocks

__all__ = ["Schedule"]

LARGEST_BLOCK = 10_000  # tokens: a few milliseconds of work, so that threads share the end of an epoch evenly
SMALLEST_BLOCK = 500
BLOCKS_WANTED = 256  # in a small corpus, so that there is something to shuffle and to share


@dataclass(frozen=True)
class Schedule:
    """The course of a run over a corpus of N tokens. It depends on nothing but its fields: not on threads, not on time.

    Parameters
    ----------
    tokens : int
        N, the tokens of one epoch.
    epochs : int
        Passes over them.
    alpha, min_alpha : float
        The rate at the first token, and after the last token of the last epoch; linear in between.
    seed : int
        Decides the order of the blocks.
    """

    tokens: int
    epochs: int
    alpha: float
    min_alpha: float
    seed: int

    @cached_property
    def bounds(self) -> NDArray[np.int64]:
        """Where the blocks begin and end, (n + 1,): blocks of nearly equal size."""
        size = min(LARGEST_BLOCK, max(SMALLEST_BLOCK, self.tokens // BLOCKS_WANTED))
        count = max(1, -(-self.tokens // size))
        return np.arange(count + 1, dtype=np.int64) * self.tokens // count

    @property
    def alpha_step(self) -> float:
        """How much the rate falls with each token."""
        return (self.alpha - self.min_alpha) / (self.tokens * self.epochs)

    def alpha_after(self, tokens: int) -> float:
        """Return the rate after so many tokens, counted over all epochs."""
        return max(self.min_alpha, self.alpha - self.alpha_step * tokens)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return the numbers of the blocks, (n,), in the order in which this epoch (from 0) trains them."""
        return np.random.default_rng([self.seed, 1, epoch]).permutation(len(self.bounds) - 1)

    def blocks(self, epoch: int) -> Blocks:
        """Return all blocks of an epoch (from 0) in training order."""
        order = self.order(epoch)
        begins, ends = self.bounds[order], self.bounds[order + 1]
        before = epoch * self.tokens + np.cumsum(ends - begins) - (ends - begins)
        alphas = np.maximum(self.min_alpha, self.alpha - self.alpha_step * before)
        return Blocks(begins=begins, ends=ends, alphas=alphas, alpha_step=self.alpha_step)
