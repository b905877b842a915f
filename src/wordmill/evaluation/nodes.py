"""Node classification: can labels of nodes be told from their vectors? F1 of logistic regressions on random splits."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError, counted
from wordmill.evaluation.intervals import Interval, bootstrap
from wordmill.evaluation.node_labels import NodeLabels, read_node_labels
from wordmill.evaluation.scores import Score
from wordmill.evaluation.vectors import Vectors
from wordmill.extras import import_extra
from wordmill.foreign import quoted
from wordmill.hints import helpful_arguments

__all__ = ["NodesResult", "ShareResult", "evaluate_nodes"]


@dataclass(frozen=True)
class ShareResult:
    """How well labels are told where this share of the nodes has been learnt from.

    Attributes
    ----------
    share : of the nodes
    micro, macro : mean F1 over the splits, 0..1: of all decisions together, and averaged over labels
    micro_interval, macro_interval : their bootstrap intervals (95 %), over splits
    micro_splits, macro_splits : of each split
    """

    share: float
    micro_splits: tuple[float, ...]
    macro_splits: tuple[float, ...]

    @property
    def micro(self) -> float:
        """Mean micro-F1."""
        return float(np.mean(self.micro_splits))

    @property
    def macro(self) -> float:
        """Mean macro-F1."""
        return float(np.mean(self.macro_splits))

    @property
    def micro_interval(self) -> Interval:
        """Interval of `micro`."""
        return _interval(self.micro_splits)

    @property
    def macro_interval(self) -> Interval:
        """Interval of `macro`."""
        return _interval(self.macro_splits)

    def splits(self, average: Literal["micro", "macro"]) -> tuple[float, ...]:
        """F1 of each split."""
        return self.micro_splits if average == "micro" else self.macro_splits

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "share": self.share,
            "micro": self.micro,
            "micro_interval": list(self.micro_interval),
            "macro": self.macro,
            "macro_interval": list(self.macro_interval),
            "splits": len(self.micro_splits),
        }

    def __str__(self) -> str:
        return f"{self.share:>6.0%}  {_shown(self.micro_splits)}  {_shown(self.macro_splits)}"


@dataclass(frozen=True)
class NodesResult:
    """F1 by the share of nodes learnt from.

    Attributes
    ----------
    source : the labels
    nodes, labels : how many
    by_share : the results, by share
    """

    source: str
    nodes: int
    labels: int
    by_share: Mapping[float, ShareResult]

    @property
    def score(self) -> Score:
        """Micro-F1 in points, where the middle one of the shares was learnt from, to put models side by side."""
        middle = sorted(self.by_share)[len(self.by_share) // 2]
        low, high = self.by_share[middle].micro_interval
        return Score(100 * self.by_share[middle].micro, (100 * low, 100 * high), 1.0)

    def difference(
        self, other: NodesResult, average: Literal["micro", "macro"] = "micro"
    ) -> dict[float, tuple[float, Interval]]:
        """Return by how much this F1 is above another's on the same splits, with its interval, by share.

        Raises
        ------
        ParameterError
            The other one is of other labels or splits.
        """
        pairs = {share: (ours, other.by_share.get(share)) for share, ours in self.by_share.items()}
        differences = {}
        for share, (ours, theirs) in pairs.items():
            if theirs is None or len(theirs.micro_splits) != len(ours.micro_splits) or self.nodes != other.nodes:
                raise ParameterError("the two results are of other labels or splits: evaluate both alike")
            pair = (ours.splits(average), theirs.splits(average))
            gained = tuple(np.subtract(*pair).tolist())
            differences[share] = float(np.mean(gained)), _interval(gained)
        return differences

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        shares = [result.to_dict() for result in self.by_share.values()]
        return {"source": self.source, "nodes": self.nodes, "labels": self.labels, "shares": shares}

    def __str__(self) -> str:
        head = f"{self.source}: {counted(self.nodes, 'node')}, {counted(self.labels, 'label')}"
        columns = f"{'share':>6}  {'micro-F1':<19}  macro-F1 [95 % interval over splits]"
        return "\n".join([head, columns, *map(str, self.by_share.values())])


@helpful_arguments
def evaluate_nodes(
    model: Any,
    labels: str | os.PathLike[str] | Mapping[Any, Any],
    *,
    shares: Sequence[float] = (0.1, 0.5, 0.9),
    splits: int = 10,
    seed: int = 0,
) -> NodesResult:
    """Tell labels of nodes from their vectors, by a logistic regression for each label (one versus rest).

    As in DeepWalk (Perozzi et al., 2014): a random share of the nodes is learnt from, the others are told, each as many
    labels as it has, the most probable ones. The splits depend on the labels, `shares` and `seed` alone, so they are
    the same for any two models. It needs scikit-learn.

    Parameters
    ----------
    model
        A model, or its vectors.
    labels
        A file, a line of a node and its label (or several) in columns between tabs, commas or white space; or a
        dictionary from nodes to a label or a list of labels.
    shares
        Of the nodes to learn from, each between 0 and 1.
    splits
        Random splits for each share.
    seed
        Of the splits.

    Raises
    ------
    ParameterError
        A node of the labels has no vector, or a parameter is out of bounds.
    FormatError
        The file holds something else; the message names the line.
    MissingDependencyError
        scikit-learn is not installed.
    """
    if splits < 1:
        raise ParameterError(f"splits={quoted(splits)} is not allowed: it must be an integer from 1")
    vectors: Vectors = getattr(model, "wv", model)
    there = read_node_labels(labels, vectors)
    chosen = [_checked(share, len(there.rows)) for share in ([shares] if isinstance(shares, float) else shares)]
    linear, threads = (import_extra(name, "scores of nodes") for name in ("sklearn.linear_model", "threadpoolctl"))
    matrix = np.asarray(vectors.vectors[there.rows], np.float64)
    if not np.isfinite(matrix).all():
        raise ParameterError("a vector is not finite: the model has diverged")
    by_share = {}
    with threads.threadpool_limits(1):  # for so few columns threads would mostly wait for each other
        for share in chosen:
            draws = ([seed, number] for number in range(splits))
            scores = [_split(linear.LogisticRegression, matrix, there, share, draw) for draw in draws]
            micro, macro = zip(*scores, strict=True)
            by_share[share] = ShareResult(share, micro, macro)
    return NodesResult(there.source, len(there.rows), len(there.names), by_share)


def _checked(share: Any, nodes: int) -> float:
    if isinstance(share, bool) or not isinstance(share, float | int | np.floating) or not 0 < share < 1:
        raise ParameterError(f"shares holds {quoted(share)}: a share of the nodes is between 0 and 1")
    if not 0 < round(share * nodes) < nodes:
        raise ParameterError(f"shares holds {share:g}: of {counted(nodes, 'node')} that leaves none on one side")
    return float(share)


def _split(
    regression: Any, matrix: NDArray[np.float64], labels: NodeLabels, share: float, seed: list[int]
) -> tuple[float, float]:
    """Return micro- and macro-F1 of one split."""
    order = np.random.default_rng(seed).permutation(len(matrix))
    known, asked = np.split(order, [round(share * len(matrix))])
    scores = np.full((len(asked), len(labels.names)), -np.inf)
    for label, has in enumerate(labels.has[known].T):
        if has.all():
            scores[:, label] = np.inf
        elif has.any():
            fitted = regression(solver="lbfgs", max_iter=1000).fit(matrix[known], has)
            scores[:, label] = fitted.decision_function(matrix[asked])
    truth = labels.has[asked]
    places = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable")
    told = places < truth.sum(axis=1)[:, None]
    return f1_scores(truth, told)


def f1_scores(truth: NDArray[np.bool_], told: NDArray[np.bool_]) -> tuple[float, float]:
    """Return micro- and macro-F1 of decisions (n, labels); a label that is neither there nor told has 0."""
    hits, decided = (truth & told).sum(axis=0), truth.sum(axis=0) + told.sum(axis=0)
    each = np.divide(2 * hits, decided, out=np.zeros(len(hits)), where=decided > 0)
    return float(2 * hits.sum() / decided.sum()), float(each.mean())


def _interval(splits: Sequence[float]) -> Interval:
    values = np.array(splits)
    return bootstrap(lambda chosen: float(values[chosen].mean()), len(values))


def _shown(splits: Sequence[float]) -> str:
    low, high = (100 * end for end in _interval(splits))
    return f"{100 * float(np.mean(splits)):>5.1f} [{low:.1f}, {high:.1f}]"
