"""Walks: the core makes those of the definition, and they have the distribution that is theirs."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from karate import EDGES
from numpy.typing import NDArray

import wordmill as wm
from wordmill.errors import CorpusError, ParameterError
from wordmill.graphs import definition

RULES = [(1.0, 1.0), (0.5, 2.0), (0.25, 0.25), (4.0, 0.5), (0.01, 1.0), (1.0, 50.0), (100.0, 0.01)]


def made(graph: wm.Graph, epoch: int = 0, **rules: Any) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the nodes of all walks of an epoch, end to end, and where each walk ends."""
    walks = wm.random_walks(graph, **rules)
    return walks._walker.make(epoch, 0, len(walks), 2)


def walks_of(graph: wm.Graph, epoch: int = 0, **rules: Any) -> list[list[int]]:
    """Return the nodes of all walks of an epoch."""
    nodes, ends = made(graph, epoch, **rules)
    return [part.tolist() for part in np.split(nodes, ends[:-1])]


@st.composite
def graphs(draw: st.DrawFn) -> wm.Graph:
    node = st.integers(0, 7)
    weighted = draw(st.booleans())
    weight = st.sampled_from([0.5, 1.0, 2.0, 100.0])
    edge = st.tuples(node, node, weight) if weighted else st.tuples(node, node)
    return wm.read_graph(draw(st.lists(edge, min_size=1, max_size=25)), directed=draw(st.booleans()))


@given(graphs(), st.sampled_from(RULES), st.integers(0, 3), st.integers(1, 12))
@settings(max_examples=60)
def test_the_core_makes_the_walks_of_the_definition(
    graph: wm.Graph, rule: tuple[float, float], epoch: int, length: int
) -> None:
    p, q = rule
    walks = walks_of(graph, epoch, walk_length=length, walks_per_node=3, p=p, q=q, seed=5)
    numbers = range(3 * len(graph))
    assert walks == [definition.walk(graph, epoch, w, length=length, p=p, q=q, seed=5) for w in numbers]


def test_exact_steps_are_those_of_the_definition() -> None:
    """A hub whose neighbours know each other is left for where nobody does: nearly every proposal is refused."""
    hub, crowd = 0, range(1, 40)
    edges = [(hub, member) for member in crowd] + [(a, b) for a in crowd for b in crowd if a < b]
    graph = wm.read_graph([*edges, (hub, 99)])
    walks = walks_of(graph, walk_length=30, walks_per_node=2, p=1e6, q=1e-6)
    assert walks == [definition.walk(graph, 0, w, length=30, p=1e6, q=1e-6) for w in range(2 * len(graph))]
    assert Counter(node for walk in walks for node in walk)[len(graph) - 1] > 40  # the way out was found


@pytest.mark.parametrize(("p", "q"), RULES[1:])
@pytest.mark.parametrize("weighted", [False, True])
def test_transitions_of_second_order_have_their_probabilities(p: float, q: float, weighted: bool) -> None:
    """A chi-square test over all (before, node) pairs of karate that were seen often enough."""
    edges: list[Any] = [(a, b, 1 + (a * b) % 5) for a, b in EDGES] if weighted else EDGES
    graph = wm.read_graph(edges)
    nodes, ends = made(graph, walk_length=80, walks_per_node=100, p=p, q=q)
    assert (np.diff(ends) == 80).all()
    steps = nodes.reshape(-1, 80)
    triples = np.stack([steps[:, :-2], steps[:, 1:-1], steps[:, 2:]], axis=-1).reshape(-1, 3)
    numbers, times = np.unique(triples @ [34 * 34, 34, 1], return_counts=True)
    seen: dict[tuple[int, int], dict[int, int]] = {}
    for number, count in zip(numbers.tolist(), times.tolist(), strict=True):
        seen.setdefault((number // 34**2, number // 34 % 34), {})[number % 34] = count
    statistic, freedom = 0.0, 0
    for (before, node), counts in seen.items():
        row = graph.neighbours[graph.offsets[node] : graph.offsets[node + 1]].tolist()
        expected = definition.transition_probabilities(graph, before, node, p, q) * sum(counts.values())
        often = expected >= 5
        if often.sum() < 2:
            continue
        observed = np.array([counts.get(x, 0) for x in row])[often]
        expected = expected[often] * (observed.sum() / expected[often].sum())
        statistic += float(((observed - expected) ** 2 / expected).sum())
        freedom += int(often.sum()) - 1
    assert freedom > 20
    assert abs(statistic - freedom) < 5 * np.sqrt(2 * freedom)


def test_a_directed_step_asks_for_an_arc_from_the_node_before() -> None:
    """PecanPy's rule; node2vec's own program asks for an arc to the node before."""
    graph = wm.read_graph([(0, 1), (1, 2), (1, 3), (0, 2), (3, 0)], directed=True)
    at_2, at_3 = (int(np.flatnonzero(np.asarray(graph.keys) == key)[0]) for key in (2, 3))
    row = graph.neighbours[graph.offsets[1] : graph.offsets[2]].tolist()
    probability = dict(zip(row, definition.transition_probabilities(graph, 0, 1, 1.0, 4.0), strict=True))
    assert probability == {at_2: 0.8, at_3: 0.2}  # 0 has an arc to 2, 3 has one to 0


def test_each_node_begins_as_many_walks_and_others_each_epoch() -> None:
    graph = wm.read_graph(EDGES)
    first, second = (walks_of(graph, epoch, walk_length=5, walks_per_node=3) for epoch in (0, 1))
    for walks in (first, second):
        assert Counter(walk[0] for walk in walks) == dict.fromkeys(range(34), 3)
    assert first != second
    assert first == walks_of(graph, walk_length=5, walks_per_node=3)
    assert first != walks_of(graph, walk_length=5, walks_per_node=3, seed=2)


@given(st.integers(1, 300), st.integers(0, 2**64 - 1))
@settings(max_examples=30)
def test_a_shuffle_takes_each_place_once(n: int, key: int) -> None:
    assert sorted(definition.shuffled(key, index, n) for index in range(n)) == list(range(n))


def test_sinks_loops_and_nodes_alone() -> None:
    class Matrix:  # as SciPy's: 0 -> 1 -> 2, which is a sink; 3 has a loop; 4 is alone
        shape, nnz, data = (5, 5), 3, np.ones(3)
        row, col = np.array([0, 1, 3]), np.array([1, 2, 3])

        def tocoo(self) -> Matrix:
            return self

    walks = wm.random_walks(Matrix(), walk_length=4, walks_per_node=2, p=2, q=0.5)
    assert Counter(map(tuple, walks)) == {(0, 1, 2): 2, (1, 2): 2, (2,): 2, (3, 3, 3, 3): 2, (4,): 2}
    assert dict(zip(walks.vocab, walks.vocab.counts.tolist(), strict=True)) == {3: 8, 2: 6, 1: 4, 0: 2, 4: 2}
    assert walks.tokens_read == 22


def test_counts_are_those_of_the_first_epoch_on_any_number_of_threads() -> None:
    one, several = (wm.random_walks(EDGES, p=0.5, q=2, threads=threads) for threads in (1, 4))
    assert one.fingerprint() == several.fingerprint()
    counts = Counter(node for walk in one for node in walk)
    assert dict(zip(one.vocab, one.vocab.counts.tolist(), strict=True)) == counts
    assert one.vocab.counts.sum() == 34 * 10 * 80


def test_walks_are_saved_and_pickled(tmp_path: Path) -> None:
    walks = wm.random_walks([("ä b", "c"), ("c", "d")], walk_length=5)
    with pytest.raises(CorpusError, match="holds white space"):
        walks.save(tmp_path / "walks.txt")
    walks = wm.random_walks([("ä", "c"), ("c", "d")], walk_length=5)
    walks.save(tmp_path / "walks.txt")
    lines = (tmp_path / "walks.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split() for line in lines] == list(walks)
    again = pickle.loads(pickle.dumps(walks))  # noqa: S301 (made here)
    assert again.fingerprint() == walks.fingerprint()
    assert list(again) == list(walks)


@pytest.mark.parametrize(
    "wrong",
    [{"p": 0}, {"q": float("nan")}, {"p": "1"}, {"walk_length": 0}, {"walks_per_node": 2.5}, {"seed": -1}],
    ids=str,
)
def test_rules_out_of_bounds_are_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        wm.random_walks(EDGES, **wrong)


def test_graphs_of_ones_own_are_checked() -> None:
    offsets, neighbours = np.array([0, 1, 2]), np.array([1, 0], np.int32)
    with pytest.raises(CorpusError, match="2 nodes and 1 key"):
        wm.Graph(["a"], offsets, neighbours)
    for wrong in (-1, 0, np.nan, np.inf):
        with pytest.raises(CorpusError, match="a weight that is not above 0"):
            wm.Graph(["a", "b"], offsets, neighbours, np.array([1, wrong], np.float32))


@pytest.mark.parametrize(
    ("offsets", "neighbours", "message"),
    [
        ([0, 2, 3, 4], [2, 1, 0, 0], "the neighbours of node 0 must rise"),
        ([0, 2, 3, 4], [1, 1, 0, 0], "the neighbours of node 0 must rise, each once"),
        ([0, 1, 2, 4], [1, 0, 1, 0], "the neighbours of node 2 must rise"),
        ([0, 2, 1, 4], [1, 2, 0, 0], "offsets must cut the arcs into rows"),
        ([0, 1, 2, 3], [1, 0, 3], "an arc leads to a node that is not there"),
    ],
)
def test_walks_are_refused_on_rows_that_are_wrong(offsets: list[int], neighbours: list[int], message: str) -> None:
    graph = wm.Graph(["a", "b", "c"], np.array(offsets), np.array(neighbours, np.int32))
    with pytest.raises(CorpusError, match=f"{message}.*; read_graph makes graphs that can"):
        wm.random_walks(graph, q=2)


def test_walks_are_refused_on_arrays_of_other_types() -> None:
    graph = wm.Graph(["a", "b"], np.array([0, 1, 2]), np.array([[1], [0]], np.int32))
    with pytest.raises(CorpusError, match="of the types that Graph names"):
        wm.random_walks(graph)


def test_counting_is_exact_on_many_threads() -> None:
    ring = np.arange(20_000, dtype=np.int64)
    graph = wm.read_graph(np.stack([ring, np.roll(ring, 1)]), directed=False)
    counts = {threads: wm.random_walks(graph, walk_length=3, walks_per_node=1, threads=threads) for threads in (1, 32)}
    assert counts[1].fingerprint() == counts[32].fingerprint()


def test_a_graph_without_arcs_is_refused() -> None:
    with pytest.raises(CorpusError, match="no arcs to walk on"):
        wm.random_walks([(1, 2, 0.0)])
