"""Probabilities of words under hierarchical softmax."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus import EncodedCorpus
from wordmill.layers import HuffmanTree
from wordmill.training.backends import HuffmanPaths

__all__ = ["sequence_log_probabilities", "word_probabilities"]

_TARGETS = 1024  # whose ways are gathered at once

Matrix = NDArray[np.floating[Any]]


def word_probabilities(h: Matrix, output_vectors: Matrix, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the probability of each word, (V,), given a vector (D,), by the output vectors (V - 1, D) of the tree.

    Each node is asked once, and each word sums the logarithms on its way: V questions for all V words.
    """
    tree = HuffmanPaths(counts).tree
    scores = (output_vectors @ h).astype(np.float64)
    yes, no = -np.logaddexp(0, -scores), -np.logaddexp(0, scores)
    steps = np.where(tree.answers, yes[tree.nodes], no[tree.nodes])
    return np.exp(np.add.reduceat(steps, tree.bounds[:-1]))


def sequence_log_probabilities(
    corpus: EncodedCorpus,
    vectors: Matrix,
    output_vectors: Matrix,
    *,
    architecture: Literal["skipgram", "cbow"],
    window: int,
) -> NDArray[np.float64]:
    """Return the log-probability (S,) of each sequence of a corpus in the vocabulary of the vectors (V, D).

    It is summed over all positions: of the word there given each word within `window` (skip-gram), or given the mean
    of their vectors (CBOW; Taddy, "Document classification by inversion of distributed language representations",
    2015).
    """
    tree, mean = HuffmanPaths(corpus.vocab.counts).tree, architecture == "cbow"
    examples = _means if mean else _pairs
    return np.array([
        sum(
            _log_probabilities(h, targets, output_vectors, tree).sum()
            for h, targets in examples(ids.astype(np.int64), vectors, window)
        )
        for ids in corpus
    ], np.float64)  # fmt: skip


def _pairs(ids: NDArray[np.int64], vectors: Matrix, window: int) -> Iterator[tuple[Matrix, NDArray[np.int64]]]:
    """Yield vectors of contexts with their targets, at all distances within the window."""
    for distance in range(1, min(window, len(ids) - 1) + 1):
        for contexts, targets in ((ids[:-distance], ids[distance:]), (ids[distance:], ids[:-distance])):
            for begin in range(0, len(targets), _TARGETS):
                yield vectors[contexts[begin : begin + _TARGETS]], targets[begin : begin + _TARGETS]


def _means(ids: NDArray[np.int64], vectors: Matrix, window: int) -> Iterator[tuple[Matrix, NDArray[np.int64]]]:
    """Yield means of contexts with the word amid them, where there are any."""
    for begin in range(0, len(ids) if len(ids) > 1 else 0, _TARGETS):
        places = np.arange(begin, min(begin + _TARGETS, len(ids)))
        sums, sizes = np.zeros((len(places), vectors.shape[1])), np.zeros(len(places))
        for distance in (*range(-window, 0), *range(1, window + 1)):
            within = (places + distance >= 0) & (places + distance < len(ids))
            sums[within] += vectors[ids[places[within] + distance]]
            sizes += within
        yield sums / sizes[:, None], ids[places]


def _log_probabilities(
    h: Matrix, targets: NDArray[np.int64], output_vectors: Matrix, tree: HuffmanTree
) -> NDArray[np.float64]:
    """Return the log-probability (N,) of each target given its vector, of (N, D)."""
    lengths = np.diff(tree.bounds)[targets]
    begins = np.cumsum(lengths) - lengths
    steps = np.arange(lengths.sum()) + np.repeat(tree.bounds[targets] - begins, lengths)
    asked = np.einsum("nd,nd->n", np.repeat(h, lengths, axis=0), output_vectors[tree.nodes[steps]])
    scores = np.where(tree.answers[steps], asked, -asked).astype(np.float64)
    return np.asarray(np.add.reduceat(-np.logaddexp(0, -scores), begins), np.float64)
