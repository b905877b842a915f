"""Probabilities of words under hierarchical softmax."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends import HuffmanPaths

__all__ = ["word_probabilities"]


def word_probabilities(
    h: NDArray[np.floating[Any]], output_vectors: NDArray[np.floating[Any]], counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the probability of each word, (V,), given a vector (D,), by the output vectors (V - 1, D) of the tree.

    Each node is asked once, and each word sums the logarithms on its way: V questions for all V words.
    """
    tree = HuffmanPaths(counts).tree
    scores = (output_vectors @ h).astype(np.float64)
    yes, no = -np.logaddexp(0, -scores), -np.logaddexp(0, scores)
    steps = np.where(tree.answers, yes[tree.nodes], no[tree.nodes])
    return np.exp(np.add.reduceat(steps, tree.bounds[:-1]))
