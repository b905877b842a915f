"""Which tokens are trained when, and at what rate: blocks, their order in each epoch, and the decay of alpha."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends import Blocks

__all__ = ["Schedule", "cut_into_blocks"]

LARGEST_BLOCK = 10_000  # tokens: a few milliseconds of work, so that threads share the end of an epoch evenly
SMALLEST_BLOCK = 500
BLOCKS_WANTED = 256  # in a small corpus, so that there is something to shuffle and to share


def cut_into_blocks(tokens: int) -> NDArray[np.int64]:
    """Return the edges, (n + 1,), of blocks of nearly equal size. They depend on the number of tokens alone."""
    size = min(LARGEST_BLOCK, max(SMALLEST_BLOCK, tokens // BLOCKS_WANTED))
    count = max(1, -(-tokens // size))
    return np.arange(count + 1, dtype=np.int64) * tokens // count


@dataclass(frozen=True, eq=False)
class Schedule:
    """The course of a run. It depends on nothing but its fields: not on threads, not on time.

    Attributes
    ----------
    begins, ends : (n,) int64
        The blocks, in the order of the corpus.
    epochs : int
        Passes over them.
    alpha, min_alpha : float
        The rate at the first token, and after the last token of the last epoch; linear in between.
    seed : int
        Decides the order of the blocks in each epoch.
    """

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    epochs: int
    alpha: float
    min_alpha: float
    seed: int

    @property
    def tokens(self) -> int:
        """Tokens of one epoch."""
        return int((self.ends - self.begins).sum())

    @property
    def alpha_step(self) -> float:
        """How much the rate falls with each token."""
        return (self.alpha - self.min_alpha) / (self.tokens * self.epochs)

    def alpha_after(self, tokens: int) -> float:
        """Return the rate after so many tokens, counted over all epochs."""
        return max(self.min_alpha, self.alpha - self.alpha_step * tokens)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return the numbers of the blocks, (n,), in the order in which this epoch (from 0) trains them."""
        return np.random.default_rng([self.seed, 1, epoch]).permutation(len(self.begins))

    def blocks(self, epoch: int) -> Blocks:
        """Return all blocks of an epoch (from 0) in training order."""
        order = self.order(epoch)
        begins, ends = self.begins[order], self.ends[order]
        before = epoch * self.tokens + np.cumsum(ends - begins) - (ends - begins)
        alphas = np.maximum(self.min_alpha, self.alpha - self.alpha_step * before)
        return Blocks(begins=begins, ends=ends, alphas=alphas, alpha_step=self.alpha_step)
