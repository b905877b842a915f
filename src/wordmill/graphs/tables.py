"""Graphs as tables of Arrow, pandas or Polars with an edge a row, or as Python's pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError, ParameterError, counted
from wordmill.extras import import_extra
from wordmill.foreign import listed, quoted
from wordmill.graphs.graph import Graph, Keys, build, check_keys
from wordmill.sources.column_names import Column, numbered, place_of

__all__ = ["read_pairs", "read_table"]

Numbered = tuple[Keys, NDArray[np.int32], NDArray[np.int32]]


def read_table(
    table: Any, columns: Sequence[Column] | None, *, directed: bool | None, weighted: bool | None, threads: int
) -> Graph:
    """Read a table with an edge a row, in columns of sources, targets and, if there are any, weights."""
    pa = import_extra("pyarrow", f"graphs in a {type(table).__name__}")
    if hasattr(table, "collect_schema") and hasattr(table, "collect"):
        raise CorpusError(f"a {type(table).__name__} is no table yet: collect() it")
    if not isinstance(table, pa.Table):
        table = pa.table(table)
    named = _columns(table.column_names, columns)
    if weighted and len(named) == 2:
        raise ParameterError("weighted=True, but no column holds weights: name it, columns=(source, target, weight)")
    chosen = [table[name] for name in (named[:2] if weighted is False else named)]
    for name, column in zip(named, chosen, strict=False):
        if column.null_count:
            row = next(i for i, value in enumerate(column.is_valid().to_pylist()) if not value)
            raise CorpusError(f"row {row:,} of the table has no {quoted(name)}: drop such rows first")
    keys, sources, targets = _numbered(pa, chosen[0], chosen[1], named)
    weights = chosen[2].to_numpy() if len(chosen) == 3 else None
    return build(keys, sources, targets, weights, directed=bool(directed), threads=threads, where="the table")


def _columns(there: list[str], asked: Sequence[Column] | None) -> Sequence[str]:
    """Return the names of two or three columns."""
    if asked is None:
        if len(there) not in (2, 3):
            raise CorpusError(
                f"the table has {counted(len(there), 'column')}, {listed(there)}: name those of edges, "
                "columns=(source, target) or (source, target, weight)"
            )
        return tuple(there)
    if isinstance(asked, str) or len(asked) not in (2, 3):
        raise ParameterError(f"columns={quoted(asked)}: (source, target) or (source, target, weight)")
    if numbered(asked):
        raise ParameterError(f"columns={quoted(asked)}: columns of a table have names, numbers are for text")
    return [there[place_of(name, there, "the table")] for name in asked]


def _numbered(pa: Any, sources: Any, targets: Any, named: Sequence[str]) -> Numbered:
    """Give the nodes of two columns numbers."""
    kinds = {_kind(pa, column.type, name) for column, name in zip((sources, targets), named, strict=False)}
    if len(kinds) == 2:
        raise CorpusError(
            f"column {quoted(named[0])} is {sources.type}, {quoted(named[1])} is {targets.type}: nodes are all "
            "text, or all integers"
        )
    wide = pa.int64() if kinds == {"integers"} else pa.large_string()
    try:
        both = pa.chunked_array([*sources.cast(wide).chunks, *targets.cast(wide).chunks], wide)
    except pa.ArrowInvalid:
        raise CorpusError("nodes go beyond 64 bits: pass them as text") from None
    if kinds == {"integers"}:
        keys, numbers = np.unique(both.to_numpy(), return_inverse=True)
        return keys, *_halves(numbers)
    encoded = both.combine_chunks().dictionary_encode()
    encoded = encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
    return encoded.dictionary.to_pylist(), *_halves(encoded.indices.to_numpy(zero_copy_only=False))


def _kind(pa: Any, dtype: Any, name: str) -> str:
    if pa.types.is_dictionary(dtype):
        dtype = dtype.value_type
    if pa.types.is_integer(dtype):
        return "integers"
    if pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_string_view(dtype):
        return "text"
    raise CorpusError(f"column {quoted(name)} is of type {dtype}: nodes are text or integers")


def _halves(numbers: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    half = len(numbers) // 2
    return numbers[:half].astype(np.int32), numbers[half:].astype(np.int32)


def read_pairs(pairs: Any, *, directed: bool | None, weighted: bool | None, threads: int) -> Graph:
    """Read pairs of nodes, or triples with a weight."""
    if not isinstance(pairs, Iterable):
        raise CorpusError(
            f"{type(pairs).__name__} is no graph: pass a path, a table, a list of pairs, a matrix of SciPy, an array "
            "(2, E) of integers, or a graph of NetworkX"
        )
    number: dict[Any, int] = {}
    ends: list[int] = []
    weights: list[Any] = []
    width = 0
    for index, edge in enumerate(pairs):
        if isinstance(edge, str | bytes) or not hasattr(edge, "__len__") or len(edge) not in (2, 3):
            raise CorpusError(f"edge {index:,} is {quoted(edge)}: a pair of nodes is needed, or a triple with a weight")
        if weighted is not False and width not in (0, len(edge)):
            raise CorpusError(
                f"edge {index:,} has {len(edge)} parts where {width} are expected: give each a weight, or read none "
                "with weighted=False"
            )
        width = len(edge)
        for key in tuple(edge)[:2]:
            if isinstance(key, bool) or not isinstance(key, str | int | np.integer):
                raise CorpusError(f"edge {index:,} has a node of type {type(key).__name__}: nodes are text or integers")
            ends.append(number.setdefault(key, len(number)))
        if len(edge) == 3 and weighted is not False:
            weights.append(edge[2])
    if not ends:
        raise CorpusError("there are no edges")
    if weighted and not weights:
        raise ParameterError("weighted=True, but the edges are pairs: give triples (source, target, weight)")
    numbers = np.array(ends, np.int32)
    return build(
        check_keys(list(number), "the edges"),
        np.ascontiguousarray(numbers[::2]),
        np.ascontiguousarray(numbers[1::2]),
        _numbers(weights) if weights else None,
        directed=bool(directed),
        threads=threads,
        where="the list",
    )


def _numbers(weights: list[Any]) -> NDArray[np.float64]:
    for index, weight in enumerate(weights):
        if isinstance(weight, str) or not hasattr(weight, "__float__"):
            raise CorpusError(f"edge {index:,} has the weight {quoted(weight)}: a number is needed")
    return np.array([float(weight) for weight in weights])
