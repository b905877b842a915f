"""What windows ask of their targets: the core's objectives, with what the rest of training knows of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.layers import HuffmanTree

__all__ = ["HuffmanPaths", "NegativeSampling", "Objective"]


class Objective(Protocol):
    """Turns a target word into rows of the output vectors, with the answers expected of them."""

    @property
    def rows(self) -> int:
        """Rows of the output vectors."""

    @property
    def untrained_loss(self) -> float:
        """The loss of an example while all output vectors are zero."""

    def expected_asked(self, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how often a window is expected to ask each row, (rows,), its target drawn by frequency (V,)."""

    def native(self, seed: int) -> core.Objective:
        """Return the core's."""


@dataclass(frozen=True)
class NegativeSampling:
    """An objective: yes to the target, no to words drawn as noise (Mikolov et al. 2013b, section 2.2)."""

    negative: int  #: K
    noise: NDArray[np.float64]  #: (V,) weights of the negatives: counts ** ns_exponent

    @property
    def rows(self) -> int:
        """Rows of the output vectors."""
        return len(self.noise)

    @property
    def untrained_loss(self) -> float:
        """The loss of an example while all output vectors are zero."""
        return (1 + self.negative) * math.log(2)

    def expected_asked(self, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how often a window is expected to ask each row, (rows,), its target drawn by frequency (V,)."""
        return np.asarray(frequencies + self.negative * (self.noise / self.noise.sum()), np.float64)

    def native(self, seed: int) -> core.Objective:
        """Return the core's, with draws of this seed."""
        return core.NegativeSampling(self.noise, negative=self.negative, seed=seed)


@dataclass(frozen=True)
class HuffmanPaths:
    """An objective: yes or no at each inner node of a Huffman tree on the way to the target (2013b, section 2.1)."""

    counts: NDArray[np.int64]  #: (V,) of the words

    @cached_property
    def tree(self) -> HuffmanTree:
        """The ways to the words."""
        bounds, nodes, signs = core.HuffmanPaths(self.counts).paths()
        return HuffmanTree(bounds, nodes, signs < 0)

    @property
    def rows(self) -> int:
        """Rows of the output vectors: inner nodes."""
        return len(self.counts) - 1

    @property
    def untrained_loss(self) -> float:
        """The loss of an example while all output vectors are zero, its target drawn by count."""
        return float(np.average(np.diff(self.tree.bounds), weights=self.counts)) * math.log(2)

    def expected_asked(self, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how often a window is expected to ask each row, (rows,), its target drawn by frequency (V,)."""
        of_questions = np.repeat(frequencies, np.diff(self.tree.bounds))
        return np.asarray(np.bincount(self.tree.nodes, of_questions, minlength=self.rows), np.float64)

    def native(self, seed: int) -> core.Objective:  # noqa: ARG002
        """Return the core's; it draws nothing."""
        return core.HuffmanPaths(self.counts)
