"""What a walk is, one step after the other: native/graph/walks.cpp makes the same walks.

A walk of second order (Grover and Leskovec, "node2vec", 2016) that came from t to v goes on to x with a probability
that grows with weight(v, x) times 1/p where x is t, 1 where t has an arc to x, else 1/q. In directed graphs node2vec's
own program asks for an arc from x to t instead; PecanPy asks as this does.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wordmill.graphs.graph import Graph

__all__ = ["shuffled", "transition_probabilities", "walk"]

TRIES, ARCS_A_TRY = 16, 16  # proposals before a step is drawn exactly; one more for each so many arcs
_ROUNDS = 4
_SHUFFLES = 1 << 63
_WALKS = 4  # the stream of draws
_64 = (1 << 64) - 1
_32 = 1 << 32


def _mix(x: int) -> int:
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _64
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _64
    return x ^ x >> 31


def _draw(key: int, counter: int) -> int:
    """Return 64 random bits, number `counter` of a stream (native/system/random.hpp)."""
    return _mix(key + (counter + 1) * 0x9E3779B97F4A7C15 & _64)


def shuffled(key: int, index: int, n: int) -> int:
    """Return where an index of [0, n) goes in a shuffle that the key decides: a Feistel network, until it is within."""
    half = ((n - 1).bit_length() + 1) // 2
    mask = (1 << half) - 1
    while True:
        left, right = index >> half, index & mask
        for number in range(_ROUNDS):
            left, right = right, left ^ _draw(key, number << 32 | right) >> 32 & mask
        index = left << half | right
        if index < n:
            return index


def biases(graph: Graph, before: int, node: int, p: float, q: float) -> NDArray[np.float64]:
    """Return what the weights of a node's arcs are multiplied by, for a walk that came from `before`."""
    row, known = _row(graph, node), _row(graph, before)
    return np.where(row == before, 1 / p, np.where(np.isin(row, known), 1.0, 1 / q))


def transition_probabilities(graph: Graph, before: int, node: int, p: float, q: float) -> NDArray[np.float64]:
    """Return the probability of each arc of a node, for a walk that came from `before`."""
    weights = _weights(graph, node) * biases(graph, before, node, p, q)
    return np.asarray(weights / weights.sum(), np.float64)


def walk(
    graph: Graph, epoch: int, number: int, *, length: int, p: float = 1.0, q: float = 1.0, seed: int = 1
) -> list[int]:
    """Return the nodes of walk `number` of an epoch."""
    of_epoch = _draw(_draw(_draw(0, seed), epoch), _WALKS)
    key, N = _draw(of_epoch, number), len(graph)
    nodes = [shuffled(_draw(of_epoch, _SHUFFLES + number // N), number % N, N)]
    for step in range(1, length):
        row = _row(graph, nodes[-1])
        if not len(row):
            break
        draw = _draw(key, step)
        if p == q == 1 or step == 1:
            nodes.append(int(row[_candidate(graph, nodes[-1], draw)]))
        else:
            nodes.append(_second(graph, nodes[-2], nodes[-1], draw, p, q))
    return nodes


def _row(graph: Graph, node: int) -> NDArray[np.int32]:
    return graph.neighbours[graph.offsets[node] : graph.offsets[node + 1]]


def _weights(graph: Graph, node: int) -> NDArray[np.float64]:
    if graph.weights is None:
        return np.ones(len(_row(graph, node)))
    return graph.weights[graph.offsets[node] : graph.offsets[node + 1]].astype(np.float64)


def _candidate(graph: Graph, node: int, draw: int) -> int:
    """Return the place of an arc in its row: 32 bits of a draw choose a cell, the other 32 one of its two arcs."""
    size = len(_row(graph, node))
    place = (draw >> 32) * size >> 32
    if graph.weights is None:
        return place
    thresholds, others = _alias_table(_weights(graph, node))
    return place if draw % _32 < thresholds[place] else others[place]


def _alias_table(weights: NDArray[np.float64]) -> tuple[list[int], list[int]]:
    """Vose's alias table: of each cell the threshold below which its own arc is drawn, and the other arc."""
    mass = (weights / np.cumsum(weights)[-1] * len(weights)).tolist()
    thresholds, others = [0] * len(mass), list(range(len(mass)))
    small = [i for i, m in enumerate(mass) if m < 1]
    large = [i for i, m in enumerate(mass) if m >= 1]
    while small and large:
        poor, rich = small.pop(), large[-1]
        thresholds[poor], others[poor] = min(math.floor(mass[poor] * _32), _32 - 1), rich
        mass[rich] -= 1 - mass[poor]
        if mass[rich] < 1:
            small.append(large.pop())
    return thresholds, others


def _second(graph: Graph, before: int, node: int, key: int, p: float, q: float) -> int:
    """Propose arcs by weight, and take one by its bias; what the way back has beyond the others is drawn by itself."""
    row, weights, bias = _row(graph, node), _weights(graph, node), biases(graph, before, node, p, q)
    most, way_back = max(1.0, 1 / q), 0
    if 1 / p > most and before in row:
        beyond = weights[int(np.flatnonzero(row == before)[0])] * (1 / p - most)
        way_back = math.floor(beyond / (np.cumsum(weights)[-1] * most + beyond) * _32)
    tries = TRIES + len(row) // ARCS_A_TRY
    for attempt in range(tries):
        draw = _draw(key, 2 * attempt + 1)
        if draw % _32 < way_back:
            return before
        place = _candidate(graph, node, _draw(key, 2 * attempt))
        if draw >> 32 < math.floor(min(bias[place] / most, 1.0) * _32):
            return int(row[place])
    sums = np.cumsum(weights * bias)
    place = int(np.searchsorted(sums, (_draw(key, 2 * tries) >> 11) * 2.0**-53 * sums[-1], side="right"))
    return int(row[min(place, len(row) - 1)])
