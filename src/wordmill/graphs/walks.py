"""Random walks on a graph: a corpus whose sequences are made when they are trained, and stored nowhere."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from numbers import Real
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.corpus import Resources, Vocab
from wordmill.errors import CorpusError, ParameterError, counted
from wordmill.foreign import quoted
from wordmill.graphs.graph import Graph
from wordmill.graphs.reading import read_graph
from wordmill.hints import helpful_arguments
from wordmill.paths import checked_path
from wordmill.saving import atomic_file

__all__ = ["Walks", "random_walks"]

log = logging.getLogger(__name__)

_AT_ONCE = 1 << 12  # walks that are written at once
_NONE = -1


@dataclass(frozen=True, eq=False)
class Walks:
    """Random walks on a graph, for `fit`; `random_walks` makes them. Immutable.

    They are made when they are trained, others in each epoch: what is held is the graph. Iterating gives those of the
    first epoch, as lists of keys.

    Attributes
    ----------
    graph : Graph
    walk_length : int
        Nodes of a walk; fewer where it comes to a node without arcs.
    walks_per_node : int
        Walks that begin at each node, in an epoch.
    p, q : float
        Of node2vec.
    seed : int
        Decides the walks.
    vocab : Vocab
        The nodes, all of them, with their visits in the first epoch.
    node_ids : (N,) int32
        Number of each node in the vocabulary; -1: it is left out of the walks.
    number : int
        Walks of an epoch.
    """

    graph: Graph
    walk_length: int
    walks_per_node: int
    p: float
    q: float
    seed: int
    vocab: Vocab
    node_ids: NDArray[np.int32]
    number: int
    tokens_read: int
    tokenizer: None = field(default=None, init=False)
    lowercase: bool = field(default=False, init=False)
    count_error: int = field(default=0, init=False)
    phrases: None = field(default=None, init=False)
    file: None = field(default=None, init=False)

    def __len__(self) -> int:
        """Count the walks of an epoch."""
        return self.number

    @property
    def positions(self) -> int:
        """Steps of an epoch, those included that walks lack which ended before."""
        return self.number * self.walk_length

    @property
    def nbytes(self) -> int:
        """Bytes of the graph."""
        arrays = (self.graph.offsets, self.graph.neighbours, self.graph.weights, self.node_ids)
        return sum(array.nbytes for array in arrays if array is not None)

    def __iter__(self) -> Iterator[list[str | int]]:
        for keys in self._batches():
            yield from keys

    def __repr__(self) -> str:
        order = "first order" if self.p == self.q == 1 else f"p={self.p:g}, q={self.q:g}"
        return f"Walks({counted(self.number, 'walk')} of {self.walk_length} nodes, {order}, on {quoted(self.graph)})"

    def __getstate__(self) -> dict[str, Any]:
        """Pickle what it is made of."""
        return {name: value for name, value in self.__dict__.items() if name not in {"maker", "_walker"}}

    @cached_property
    def _walker(self) -> core.Walks:
        return _walker(self.graph, self.walk_length, self.walks_per_node, self.p, self.q, self.seed)

    @cached_property
    def maker(self) -> core.WalkTokens:
        """What makes their tokens, for training."""
        return core.WalkTokens(self._walker, self.node_ids, self.vocab.counts)

    @cached_property
    def _fingerprint(self) -> str:
        rules = [self.walk_length, self.walks_per_node, self.p, self.q, self.seed, self.number, self.graph.directed]
        digest = hashlib.blake2b(repr(rules).encode(), digest_size=16)
        digest.update(repr(self.vocab.keys if isinstance(self.vocab.keys, list) else None).encode())
        for array in (self.graph.offsets, self.graph.neighbours, self.graph.weights, self.node_ids, self.vocab.counts):
            digest.update(b"" if array is None else array.data)
        return digest.hexdigest()

    def fingerprint(self) -> str:
        """Return a short name of the graph and the rules."""
        return self._fingerprint

    def check_file(self) -> None:
        """Do nothing: no file is in use."""

    def recoded(self, vocab: Vocab) -> Self:
        """Return the walks in the ids of another vocabulary; nodes that it lacks are left out.

        Raises
        ------
        CorpusError
            One has text, the other integers, or it has none of the nodes.
        """
        if self.vocab.kind != vocab.kind:
            raise CorpusError(f"the nodes of the graph are {self.vocab.kind}, the keys of the vocabulary {vocab.kind}")
        new = np.array([vocab.key_to_index.get(key, _NONE) for key in self.vocab], np.int32)
        ids = np.where(self.node_ids < 0, _NONE, new[self.node_ids]).astype(np.int32)
        if not (ids >= 0).any():
            raise CorpusError(f"none of the {counted(len(ids), 'node')} is in the vocabulary of {len(vocab):,}")
        return replace(self, vocab=vocab, node_ids=ids)

    def beginning(self, tokens: int) -> Self:
        """Return the first walks, of so many tokens or a few more."""
        return replace(self, number=min(self.number, -(-tokens // self.walk_length)))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the walks of the first epoch as text, a walk a line, for other tools.

        Raises
        ------
        CorpusError
            A key holds white space, which would cut it.
        OutputError
            The file cannot be written.
        """
        spaced = next((key for key in self.vocab if isinstance(key, str) and len(key.split()) != 1), None)
        if spaced is not None:
            raise CorpusError(f"the node {quoted(spaced)} holds white space, which would cut it in a text: rename it")
        with atomic_file(checked_path(path)) as staging, staging.open("w", encoding="utf-8", newline="\n") as file:
            for batch in self._batches():
                file.writelines(" ".join(map(str, keys)) + "\n" for keys in batch)

    def _batches(self) -> Iterator[list[list[str | int]]]:
        """Yield the walks of the first epoch, some at a time."""
        threads = Resources().threads
        keys = np.array(self.graph.keys, dtype=object if isinstance(self.graph.keys, list) else None)
        for first in range(0, self.number, _AT_ONCE):
            nodes, ends = self._walker.make(0, first, min(first + _AT_ONCE, self.number), threads)
            named = keys[nodes].tolist()
            yield [named[begin:end] for begin, end in pairwise([0, *ends.tolist()])]


@helpful_arguments
def random_walks(
    graph: Any,
    *,
    walk_length: int = 80,
    walks_per_node: int = 10,
    p: float = 1.0,
    q: float = 1.0,
    seed: int = 1,
    directed: bool | None = None,
    weighted: bool | None = None,
    threads: int | None = None,
) -> Walks:
    """Walk on a graph at random, as DeepWalk and node2vec do; what it returns is a corpus for `fit`.

    A walk begins at each node, `walks_per_node` times in an epoch. A step goes to a neighbour, by weight. With p or q
    other than 1 the weight of a step back to the node before is divided by p, that of a step to a node which the one
    before has no arc to by q. A walk ends at a node without arcs, so that of a node without any is that node alone: it
    gets a vector, which stays as it begins.

    Parameters
    ----------
    graph
        A `Graph`, or what `read_graph` takes.
    walk_length : int
        Nodes of a walk, the first one included.
    walks_per_node : int
        Walks that begin at each node, in an epoch.
    p : float
        High: walks seldom go back the way they came. Low: they stay close to their beginning.
    q : float
        High: walks stay among common neighbours. Low: they go outwards.
    seed : int
        Decides the walks, together with the epoch and their number: threads do not.
    directed, weighted
        As in `read_graph`.
    threads : int, optional
        Threads that read and count; all where it is left out.

    Raises
    ------
    ParameterError
        A parameter is out of bounds.
    CorpusError
        The graph cannot be read, or has no arcs.
    """
    rules = _checked(walk_length, walks_per_node, p, q, seed)
    there = read_graph(graph, directed=directed, weighted=weighted, threads=threads)
    if not there.arcs:
        raise CorpusError(f"{quoted(there)} has no arcs to walk on")
    begin = time.perf_counter()
    visits = _walker(there, *rules).count(0, (Resources() if threads is None else Resources(threads=threads)).threads)
    vocab, ids = _vocabulary(there, visits)
    log.info("counted walks on %s in %.1f s", there, time.perf_counter() - begin)
    return Walks(there, *rules, vocab, ids, len(there) * rules[1], int(visits.sum()))


def _checked(
    walk_length: object, walks_per_node: object, p: object, q: object, seed: object
) -> tuple[int, int, float, float, int]:
    """Check the bounds of parameters."""
    bounds = {"walk_length": (walk_length, 1, 10_000), "walks_per_node": (walks_per_node, 1, 10**6)}
    for name, (number, least, most) in (bounds | {"seed": (seed, 0, 2**63 - 1)}).items():
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or not least <= number <= most:
            raise ParameterError(
                f"{name}={quoted(number)} is not allowed: it must be an integer from {least} to {most}"
            )
    for name, value in (("p", p), ("q", q)):
        if isinstance(value, bool) or not isinstance(value, Real) or not 1e-6 <= float(value) <= 1e6:
            raise ParameterError(f"{name}={quoted(value)} is not allowed: it must be a number from 1e-6 to 1e6")
    length, per_node, draws = (int(cast("int", number)) for number in (walk_length, walks_per_node, seed))
    return length, per_node, float(cast("float", p)), float(cast("float", q)), draws


def _walker(graph: Graph, length: int, per_node: int, p: float, q: float, seed: int) -> core.Walks:
    try:
        return core.Walks(
            graph.offsets, graph.neighbours, graph.weights, length=length, per_node=per_node, p=p, q=q, seed=seed
        )
    except (ValueError, IndexError, TypeError) as error:  # of a handmade one
        reason = "arrays are contiguous, of the types that Graph names" if isinstance(error, TypeError) else error
        raise CorpusError(f"{quoted(graph)} cannot be walked on: {reason}; read_graph makes graphs that can") from None


def _vocabulary(graph: Graph, visits: NDArray[np.int64]) -> tuple[Vocab, NDArray[np.int32]]:
    """Return the nodes by falling count, and the number of each among them."""
    if isinstance(graph.keys, list):
        text = graph.keys
        order = np.array(sorted(range(len(text)), key=lambda node: (-int(visits[node]), text[node].encode())))
        vocab = Vocab([text[node] for node in order.tolist()], visits[order])
    else:
        order = np.lexsort((graph.keys, -visits))
        vocab = Vocab(graph.keys[order], visits[order])
    ids = np.empty(len(order), np.int32)
    ids[order] = np.arange(len(order), dtype=np.int32)
    return vocab, ids
