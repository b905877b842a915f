"""The tree of hierarchical softmax: the same in layers and core, and the best that a tree can be."""

from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordmill.core import core
from wordmill.errors import ParameterError
from wordmill.layers import HierarchicalSoftmaxLoss, HuffmanTree

many_counts = st.lists(st.integers(0, 50), min_size=2, max_size=60)


@given(many_counts)
def test_the_core_grows_the_same_tree(counts: list[int]) -> None:
    tree = HuffmanTree.from_counts(counts)
    bounds, nodes, signs = core.HuffmanPaths(np.array(counts, np.int64)).paths()
    np.testing.assert_array_equal(bounds, tree.bounds)
    np.testing.assert_array_equal(nodes, tree.nodes)
    np.testing.assert_array_equal(signs < 0, tree.answers)
    assert set(signs.tolist()) <= {-1, 1}


@given(many_counts)
def test_no_tree_has_shorter_ways(counts: list[int]) -> None:
    tree, heap, least = HuffmanTree.from_counts(counts), sorted(counts), 0
    while len(heap) > 1:  # the sum of all inner nodes' weights is that of all ways
        both = heapq.heappop(heap) + heapq.heappop(heap)
        heapq.heappush(heap, both)
        least += both
    assert np.diff(tree.bounds) @ counts == least
    assert set(tree.nodes.tolist()) == set(range(len(counts) - 1))
    assert (tree.nodes[tree.bounds[:-1]] == len(counts) - 2).all()  # from the root


def test_of_equal_counts_an_inner_node_comes_first() -> None:
    """As word2vec.c: a and b make a node of weight 2, which is taken before the word of count 2 and after 1."""
    tree = HuffmanTree.from_counts([2, 1, 1])
    assert [tree.nodes[a:b].tolist() for a, b in pairwise(tree.bounds)] == [[1], [1, 0], [1, 0]]
    assert tree.answers.tolist() == [False, True, False, True, True]


@given(many_counts, st.integers(0, 99))
def test_probabilities_of_all_words_add_up_to_1(counts: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    tree, h = HuffmanTree.from_counts(counts), random.normal(size=(1, 8))
    loss = HierarchicalSoftmaxLoss(random.normal(size=(len(counts) - 1, 8)), tree)
    total = sum(np.exp(-loss.forward(h, [word])) for word in range(len(counts)))
    assert total == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("counts", [[], [3], [3, -1]])
def test_counts_that_make_no_tree(counts: list[int]) -> None:
    with pytest.raises(ParameterError, match="two words or more"):
        HuffmanTree.from_counts(counts)


def test_output_vectors_of_another_vocabulary_are_refused() -> None:
    with pytest.raises(ParameterError, match="a tree of 3 words has one inner node less, not 3"):
        HierarchicalSoftmaxLoss(np.zeros((3, 4)), HuffmanTree.from_counts([1, 2, 3]))
