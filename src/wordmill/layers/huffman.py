"""Huffman's tree over a vocabulary: the way from the root to each word, short for frequent words."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wordmill.errors import ParameterError

__all__ = ["HuffmanTree"]


@dataclass(frozen=True, eq=False)
class HuffmanTree:
    """A binary tree whose leaves are V words and whose V - 1 inner nodes each ask one question.

    Word w's way is ``nodes[bounds[w]:bounds[w + 1]]``, the root, number V - 2, first; at each of them the answer that
    leads to the word is in `answers`. The shortest mean way that a tree can have, over the words' counts.

    Attributes
    ----------
    bounds : (V + 1,) int64
        Where each word's way begins and ends.
    nodes : (P,) int32
        Inner nodes, 0..V-2.
    answers : (P,) bool
        True to go to a node's first child, the one of lower count.

    References
    ----------
    Huffman, "A Method for the Construction of Minimum-Redundancy Codes" (1952). Of equal counts an inner node is taken
    before a word, and words from the last on, as word2vec.c does, so that trees are the same.
    """

    bounds: NDArray[np.int64]
    nodes: NDArray[np.int32]
    answers: NDArray[np.bool_]

    @classmethod
    def from_counts(cls, counts: ArrayLike) -> HuffmanTree:
        """Build the tree over words that occur so often, (V,) integers of at least 0."""
        weights = [int(count) for count in np.asarray(counts)]
        V = len(weights)
        if V < 2 or min(weights) < 0:
            raise ParameterError(f"hierarchical softmax needs counts of two words or more, not {weights[:3]}")
        ranks = sorted(range(V), key=lambda word: -weights[word])  # equal ones stay in order
        heap = [(weights[word], 1, -rank, word) for rank, word in enumerate(ranks)]
        heapq.heapify(heap)
        parent: dict[int, tuple[int, bool]] = {}  # of a word, or of inner node i as V + i
        for inner in range(V - 1):
            (first_weight, *_, first), (second_weight, *_, second) = heapq.heappop(heap), heapq.heappop(heap)
            parent[first], parent[second] = (inner, True), (inner, False)
            heapq.heappush(heap, (first_weight + second_weight, 0, inner, V + inner))
        ways = [_way(parent, word, V) for word in range(V)]
        steps = [step for way in ways for step in way]
        return cls(
            np.cumsum([0, *map(len, ways)], dtype=np.int64),
            np.array([node for node, _ in steps], np.int32),
            np.array([answer for _, answer in steps], np.bool_),
        )


def _way(parent: dict[int, tuple[int, bool]], word: int, V: int) -> list[tuple[int, bool]]:
    way, node = [], word
    while node in parent:
        inner, answer = parent[node]
        way.append((inner, answer))
        node = V + inner
    return way[::-1]
