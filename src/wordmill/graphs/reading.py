"""read_graph: files, tables, matrices, NetworkX graphs -> Graph."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal

from wordmill.corpus import Resources
from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.graphs.graph import Graph
from wordmill.graphs.matrices import is_matrix, is_networkx, read_edge_index, read_matrix, read_networkx
from wordmill.graphs.tables import read_pairs, read_table
from wordmill.graphs.text import TextForm, read_text
from wordmill.hints import helpful_arguments
from wordmill.sources.column_names import Column
from wordmill.sources.columns import is_table
from wordmill.sources.opening import Files, open_source

__all__ = ["read_graph"]


@helpful_arguments
def read_graph(
    source: Any,
    *,
    directed: bool | None = None,
    weighted: bool | None = None,
    form: Literal["edges", "adjacency"] = "edges",
    delimiter: str | None = None,
    integers: bool = False,
    columns: Sequence[Column] | None = None,
    heading: bool | None = None,
    comments: str | None = None,
    nodes: Any = None,
    threads: int | None = None,
) -> Graph:
    """Read a graph.

    An edge that is given several times is one edge, and its weights add up. An edge of weight 0 is none. A node without
    edges is a node all the same.

    Parameters
    ----------
    source
        A path or a glob, a list of paths, "-" for standard input: text, lines of two columns, or three with a weight,
        below comments; files may be compressed. A table of Arrow, pandas or Polars. A
        list of pairs, or of triples with a weight. A matrix of SciPy: row i has an arc to j where it has an entry. An
        array (2, E) of integers ("edge_index"): an arc a column. A graph of NetworkX. A `Graph`, which is returned.
    directed : bool, optional
        Whether an edge goes one way. Left out: files, tables and lists go both ways, matrices and arrays say by
        themselves which ways there are, and so does a graph of NetworkX.
    weighted : bool, optional
        Whether there are weights. Left out: where there is a third column, or an attribute "weight".
    form : "edges" or "adjacency"
        Of text: whether a line is an edge, or a node with all its neighbours.
    delimiter : str, optional
        A character between the columns of text, in place of white space.
    integers : bool
        Of text: whether nodes are integers; otherwise they are text.
    columns : tuple of str or int, optional
        Source, target, and weight, of a table by name, of text by name or by number, from 1. Left out: there are two
        columns or three.
    heading : bool, optional
        Of text: whether its first line holds names of columns. Left out, one is recognised, with a warning, by names
        such as source,target,weight, or by integers below text.
    comments : str, optional
        Of text: characters that begin comments, which stand above the first edge: "#%" if left out.
    nodes : list, optional
        Of a matrix or an array: what its nodes are called, in order. Left out: 0, 1, 2...
    threads : int, optional
        Threads that sort; all where it is left out.

    Raises
    ------
    CorpusError
        What is wrong with the source, with its file and line, or its edge.
    """
    if isinstance(source, Graph):
        return source
    count = (Resources() if threads is None else Resources(threads=threads)).threads
    given = {"columns": columns, "nodes": nodes, "delimiter": delimiter, "heading": heading, "comments": comments}
    options: dict[str, Any] = {"directed": directed, "weighted": weighted, "threads": count}
    if is_networkx(source):
        _refuse(given, "a graph of NetworkX")
        return read_networkx(source, **options)
    if is_table(source):
        _refuse(given, "a table", "columns")
        return read_table(source, columns, **options)
    if is_matrix(source) or len(getattr(source, "shape", ())) == 2:
        _refuse(given, "a matrix or an array", "nodes")
        return (read_matrix if is_matrix(source) else read_edge_index)(source, nodes, **options)
    if isinstance(source, str | os.PathLike | Files) or _is_paths(source):
        _refuse(given, "text", "columns", "delimiter", "heading", "comments")
        marks = "#%" if comments is None else comments
        text = TextForm(form, weighted, delimiter, integers, columns, heading, marks)
        return read_text(open_source(source), text, directed, count)
    _refuse(given, "a list of edges")
    return read_pairs(source, **options)


def _is_paths(source: Any) -> bool:
    return isinstance(source, list | tuple) and bool(source) and isinstance(source[0], os.PathLike)


def _refuse(given: dict[str, Any], what: str, *but: str) -> None:
    """Refuse settings that a kind of source does not have."""
    for name, value in given.items():
        if value is not None and name not in but:
            raise ParameterError(f"{name}={quoted(value)} has no meaning for {what}: leave it out")
