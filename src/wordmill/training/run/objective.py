"""The objective of a run: what its windows ask, and how many output vectors that takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.errors import ParameterError
from wordmill.training.backends import HuffmanPaths, NegativeSampling, Objective

__all__ = ["make_objective", "output_rows"]


def make_objective(config: TrainConfig, counts: NDArray[np.int64], of_vocabulary: NDArray[np.int64]) -> Objective:
    """Make the objective for words that occur so often, (V,), in what is trained, and so often in the vocabulary.

    A Huffman tree is the vocabulary's: the same for what is trained, held out and scored.
    """
    if config.objective == "hierarchical_softmax":
        return HuffmanPaths(of_vocabulary)
    return NegativeSampling(config.negative, _noise(counts, config.ns_exponent))


def output_rows(config: TrainConfig, words: int) -> int:
    """Return how many rows the output vectors have: one a word, or one an inner node of the tree."""
    return words - 1 if config.objective == "hierarchical_softmax" else words


def _noise(counts: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """Weights of the negatives: counts to the exponent, nothing for a key that is held out altogether."""
    shares = counts / counts.max()
    noise = np.where(counts > 0, np.maximum(shares, np.finfo(float).tiny) ** exponent, 0.0)
    if np.count_nonzero(noise > noise.max() * 1e-12) < 2:
        raise ParameterError(
            f"ns_exponent={exponent:g} leaves one key to be drawn as noise, so uneven are the counts: try 0.75"
        )
    return noise
