"""Graphs as SciPy's matrices, arrays of edges, and NetworkX's objects; none of these packages is imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from wordmill.errors import CorpusError, ParameterError, counted
from wordmill.foreign import quoted
from wordmill.graphs.graph import MOST_NODES, Graph, Keys, build, check_keys

__all__ = ["is_matrix", "is_networkx", "read_edge_index", "read_matrix", "read_networkx"]


def is_matrix(source: Any) -> bool:
    """Whether this is a sparse matrix or array of SciPy."""
    return hasattr(source, "tocoo") and hasattr(source, "nnz")


def is_networkx(source: Any) -> bool:
    """Whether this is a graph of NetworkX."""
    return hasattr(source, "is_directed") and hasattr(source, "edges") and hasattr(source, "nodes")


def read_matrix(matrix: Any, nodes: Any, *, directed: bool | None, weighted: bool | None, threads: int) -> Graph:
    """Read a sparse matrix: an entry is an arc from its row to its column."""
    if len(matrix.shape) != 2 or matrix.shape[0] != matrix.shape[1]:
        raise CorpusError(f"a matrix of shape {matrix.shape}: that of a graph has as many rows as columns")
    entries = matrix.tocoo()
    rows, columns, values = entries.row, entries.col, np.asarray(entries.data)
    has_weights = weighted if weighted is not None else not bool(np.all(values == 1))
    if not has_weights and values.size:  # what is stored as 0 is no arc
        there = values != 0
        rows, columns = rows[there], columns[there]
    return build(
        _keys(nodes, matrix.shape[0], "the matrix"),
        np.ascontiguousarray(rows, np.int32),
        np.ascontiguousarray(columns, np.int32),
        values if has_weights else None,
        directed=True if directed is None else directed,
        threads=threads,
        where="the matrix",
    )


def read_edge_index(source: Any, nodes: Any, *, directed: bool | None, weighted: bool | None, threads: int) -> Graph:
    """Read an array (2, E) of numbers of nodes: an arc a column."""
    if np.ma.is_masked(source):
        raise CorpusError("the array holds masked numbers, which are no nodes: leave those edges out")
    edges = np.asarray(source)
    if weighted:
        raise ParameterError("weighted=True, but an array (2, E) has no weights: pass a matrix of SciPy, or a table")
    if edges.shape[0] != 2 or edges.dtype.kind not in "iu":
        square = edges.shape[0] == edges.shape[1]
        cure = "of a matrix pass scipy.sparse.csr_array(matrix)" if square else "of pairs in rows pass edges.T"
        raise CorpusError(
            f"an array of {edges.dtype} in shape {edges.shape}: edges are integers in shape (2, E); {cure}"
        )
    if not edges.size:
        raise CorpusError("there are no edges")
    least, most = int(edges.min()), int(edges.max())
    if least < 0 or most >= MOST_NODES:
        raise CorpusError(
            f"the array holds nodes from {least} to {most}: they are numbers from 0 to {MOST_NODES - 1:,}; other "
            "names go in a table"
        )
    keys = _keys(nodes, most + 1, "the array")
    if most >= len(keys):
        raise CorpusError(f"the array holds node {most}, and nodes has {counted(len(keys), 'key')}")
    sources, targets = (np.ascontiguousarray(row, np.int32) for row in edges)
    return build(
        keys,
        sources,
        targets,
        None,
        directed=True if directed is None else directed,
        threads=threads,
        where="the array",
    )


def _keys(nodes: Any, number: int, where: str) -> Keys:
    if number > MOST_NODES:
        raise CorpusError(f"{where} has {counted(number, 'node')}: {MOST_NODES:,} at most")
    if nodes is None:
        return np.arange(number, dtype=np.int64)
    keys = check_keys(nodes, where)
    if where == "the matrix" and len(keys) != number:
        raise ParameterError(f"nodes has {counted(len(keys), 'key')}, the matrix {counted(number, 'row')}: one a row")
    return keys


def read_networkx(graph: Any, *, directed: bool | None, weighted: bool | None, threads: int) -> Graph:
    """Read a graph of NetworkX with its attribute "weight", 1 where an edge has none."""
    keys = check_keys(list(graph.nodes), "the graph")
    number = {key: index for index, key in enumerate(graph.nodes)}
    given = [(number[a], number[b], data.get("weight")) for a, b, data in graph.edges(data=True)]
    if not given:
        raise CorpusError("the graph has no edges")
    has_weights = any(weight is not None for *_, weight in given) if weighted is None else weighted
    for a, b, weight in given if has_weights else ():
        if weight is not None and (isinstance(weight, str) or not hasattr(weight, "__float__")):
            edge = f"{quoted(keys[a])} - {quoted(keys[b])}"
            raise CorpusError(f"the edge {edge} has the weight {quoted(weight)}: a number is needed")
    return build(
        keys,
        np.array([a for a, _, _ in given], np.int32),
        np.array([b for _, b, _ in given], np.int32),
        np.array([1.0 if weight is None else float(weight) for *_, weight in given]) if has_weights else None,
        directed=bool(graph.is_directed()) if directed is None else directed,
        threads=threads,
        where="the graph",
    )
