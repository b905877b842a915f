"""Graph: nodes and arcs in compressed sparse rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.errors import CorpusError, counted
from wordmill.foreign import quoted

__all__ = ["Graph", "Keys", "build"]

Keys = list[str] | NDArray[np.int64]
MOST_NODES = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Graph:
    """A graph in compressed sparse rows; `read_graph` makes one. Immutable.

    Attributes
    ----------
    keys : list[str] | (N,) int64
        What each node is called.
    offsets : (N + 1,) int64
        The arcs of node n lead to `neighbours[offsets[n]:offsets[n + 1]]`.
    neighbours : (E,) int32
        Numbers of nodes, rising within each row. An edge without direction is two arcs, from a node to itself one.
    weights : (E,) float32, optional
        Of the arcs, above 0; None: all alike.
    directed : bool
        Whether arcs were read as they are, not as edges that go both ways.
    """

    keys: Keys
    offsets: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    weights: NDArray[np.float32] | None = None
    directed: bool = False

    def __post_init__(self) -> None:
        """Check what can be wrong, and make the arrays read-only."""
        if len(self.keys) != len(self):
            raise CorpusError(f"{counted(len(self), 'node')} and {counted(len(self.keys), 'key')}: each needs one")
        if self.weights is not None and not (np.isfinite(self.weights) & (self.weights > 0)).all():
            raise CorpusError(
                "an arc has a weight that is not above 0, or beyond 3e38 (weights of an edge that is given several "
                "times add up): mend or scale them"
            )
        for array in (self.offsets, self.neighbours, self.weights):
            if array is not None:
                array.flags.writeable = False

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self.offsets) - 1

    @property
    def arcs(self) -> int:
        """How many arcs there are, E."""
        return len(self.neighbours)

    def degrees(self) -> NDArray[np.int64]:
        """Return how many arcs leave each node, (N,)."""
        return np.diff(self.offsets)

    def __repr__(self) -> str:
        kind = ("directed" if self.directed else "undirected") + (", weighted" if self.weights is not None else "")
        return f"Graph({counted(len(self), 'node')}, {counted(self.arcs, 'arc')}, {kind})"


def build(
    keys: Keys,
    sources: NDArray[np.int32],
    targets: NDArray[np.int32],
    weights: NDArray[Any] | None,
    *,
    directed: bool,
    threads: int,
    where: str,
) -> Graph:
    """Make a graph of edges between numbers of nodes; `where` they come from is named in errors."""
    checked = None if weights is None else check_weights(weights, where)
    return Graph(keys, *core.build_graph(len(keys), sources, targets, checked, directed, threads), directed)


def check_weights(weights: NDArray[Any], where: str) -> NDArray[np.float32]:
    """Return weights as float32; refuse what is none."""
    given = np.asarray(weights)
    if given.dtype.kind not in "iufb":
        raise CorpusError(f"the weights of {where} are of type {given.dtype}: numbers are needed")
    values = given.astype(np.float64)
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    wrong = np.flatnonzero(~((values >= 0) & np.isfinite(narrow)) | ((values > 0) & (narrow == 0)))
    if len(wrong):
        raise CorpusError(
            f"edge {wrong[0]:,} of {where} has the weight {quoted(given[wrong[0]].item())}: it must be 0, or a number "
            "from 1e-45 to 3e38"
        )
    return narrow


def _kind(key: Any) -> type:
    return int if isinstance(key, int | np.integer) and not isinstance(key, bool) else type(key)


def check_keys(keys: Sequence[Any] | NDArray[Any], where: str) -> Keys:
    """Return the keys of nodes as a list of str or an array of int64; refuse others, and those that come twice."""
    values = keys.tolist() if isinstance(keys, np.ndarray) else list(keys)
    kinds = {_kind(key) for key in values}
    if kinds - {str} and kinds - {int}:
        shown = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise CorpusError(f"the nodes of {where} are of type {shown}: all must be text, or all integers")
    if len(set(values)) < len(values):
        raise CorpusError(f"a node of {where} comes twice among the keys: keys must be distinct")
    if kinds - {int}:
        return values
    try:
        return np.array(values, np.int64)
    except OverflowError:
        raise CorpusError(f"the nodes of {where} go beyond 64 bits: pass them as text") from None
