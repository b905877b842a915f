"""Labels of nodes: a file, or a dictionary, of nodes with one label or several."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, ParameterError, counted
from wordmill.evaluation.lines import table_rows
from wordmill.foreign import quoted

__all__ = ["NodeLabels", "read_node_labels"]


class Known(Protocol):
    """Rows by key: vectors, or a vocabulary."""

    @property
    def key_to_index(self) -> Mapping[Any, int]:
        """Row by key."""


@dataclass(frozen=True)
class NodeLabels:
    """Nodes that have labels.

    Attributes
    ----------
    source : what they were read from
    rows : (n,) int64, the nodes by their rows in a set of vectors
    names : the labels, sorted
    has : (n, labels) of bool
    """

    source: str
    rows: NDArray[np.int64]
    names: tuple[str, ...]
    has: NDArray[np.bool_]


def read_node_labels(labels: Any, known: Known) -> NodeLabels:
    """Read labels of nodes, each of which is known: vectors, or the vocabulary of walks.

    Raises
    ------
    FormatError
        A line has no label, or there are fewer than two labels; the message names the file and the line.
    ParameterError
        A node has no vector or comes twice, or the labels are neither a path nor a dictionary.
    """
    if isinstance(labels, str | os.PathLike):
        source = Path(labels).name
        entries = _lines(labels)
    elif isinstance(labels, Mapping):
        source = "labels"
        entries = ((f"labels[{quoted(node)}]", node, _several(value)) for node, value in labels.items())
    else:
        raise ParameterError(
            f"labels are of type {type(labels).__name__}: give a path, or a dictionary from nodes to labels"
        )
    rows, given = _known(entries, known.key_to_index)
    names = sorted(set().union(*given))
    if len(names) < 2:
        raise FormatError(f"{source}: {counted(len(names), 'label')}, and two are needed to tell nodes apart")
    column = {name: index for index, name in enumerate(names)}
    has = np.zeros((len(rows), len(names)), np.bool_)
    for index, of_node in enumerate(given):
        has[index, [column[name] for name in of_node]] = True
    return NodeLabels(source, np.array(rows, np.int64), tuple(names), has)


def _lines(path: str | os.PathLike[str]) -> Iterator[tuple[str, str, set[str]]]:
    """Yield the place, the node and its labels of each line."""
    for number, (node, *labels) in table_rows(path):
        place = f"{path}, line {number}"
        given = {label for label in labels if label}
        if not given:
            raise FormatError(f"{place}: {quoted(node)} has no label; a line is a node and its label, or several")
        yield place, node, given


def _several(value: Any) -> set[str]:
    return set(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str) else {str(value)}


def _known(entries: Iterable[tuple[str, Any, set[str]]], number: Mapping[Any, int]) -> tuple[list[int], list[set[str]]]:
    """Find the rows of all nodes."""
    integers = not isinstance(next(iter(number), ""), str)
    given: dict[int, set[str]] = {}
    unknown: list[str] = []
    for place, node, labels in entries:
        row = number.get(_key(node, integers=integers))
        if row is None:
            unknown.append(f"{place}: the node {quoted(node)}")
            continue
        if row in given:
            raise ParameterError(f"{place}: the node {quoted(node)} comes twice: give its labels together")
        if not labels:
            raise ParameterError(f"{place}: the node {quoted(node)} has no label: leave it out")
        given[row] = labels
    if unknown:
        kind = ", whose keys are integers" if integers else ""
        more = f", nor {'is' if len(unknown) == 2 else 'are'} {counted(len(unknown) - 1, 'other')}" * (len(unknown) > 1)
        raise ParameterError(f"{unknown[0]} is not among the vectors{kind}{more}: leave out what has no edge")
    return list(given), list(given.values())


def _key(node: Any, *, integers: bool) -> Any:
    """Return a node as a key of the kind that the vectors have."""
    if integers and isinstance(node, str) and node.lstrip("-").isdecimal():
        return int(node)
    if not integers and isinstance(node, int | np.integer) and not isinstance(node, bool):
        return str(node)
    return node
