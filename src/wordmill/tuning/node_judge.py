"""Walks on a graph, judged by labels of nodes: half of the nodes choose, the others are for the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from wordmill.errors import ParameterError, counted
from wordmill.evaluation import evaluate_nodes
from wordmill.evaluation.node_labels import read_node_labels
from wordmill.evaluation.nodes import NodesResult
from wordmill.graphs import Walks
from wordmill.training.estimator import Estimator
from wordmill.tuning.judge import Judge, signed

__all__ = ["NODE_METRICS", "ByLabels"]

NODE_METRICS = ("f1", "macro-f1")
_SHARE = 0.5  # of the nodes of a half that are learnt from
_CHOOSING_SPLITS, _VERDICT_SPLITS = 3, 10
_FEWEST = 20  # nodes with labels


class ByLabels(Judge):
    """F1 of labels that logistic regressions tell from vectors; walks go over all nodes, and see no labels."""

    def __init__(self, walks: Walks, metric: str, labels: Any) -> None:
        self.corpus, self.name = walks, metric
        there = read_node_labels(labels, walks.vocab)
        if len(there.rows) < _FEWEST:
            raise ParameterError(f"labels of {counted(len(there.rows), 'node')}: {_FEWEST} are needed to choose by")
        keys = list(walks.vocab)
        order = np.random.default_rng(0).permutation(len(there.rows))
        self._choosing, self._last = (
            {keys[there.rows[place]]: [there.names[i] for i in np.flatnonzero(there.has[place])] for place in half}
            for half in np.array_split(order, 2)
        )

    def score(self, model: Estimator) -> float:
        """Score by the first half."""
        return self._mean(self._judged(model, self._choosing, _CHOOSING_SPLITS))

    def verdict(self, best: Estimator, default: Estimator) -> tuple[float, float, str, bool]:
        """Compare on the other half, split by split."""
        ours, theirs = (self._judged(model, self._last, _VERDICT_SPLITS) for model in (best, default))
        gain, interval = ours.difference(theirs, self._kind)[_SHARE]
        own, others = self._mean(ours), self._mean(theirs)
        sentence = f"{own:.3f} against {others:.3f} by the defaults ({signed(gain, interval)})"
        return own, others, sentence, interval[1] < 0

    @property
    def _kind(self) -> Literal["micro", "macro"]:
        return "macro" if self.name == "macro-f1" else "micro"

    def _judged(self, model: Estimator, labels: Mapping[Any, Any], splits: int) -> NodesResult:
        return evaluate_nodes(model, labels, shares=(_SHARE,), splits=splits)

    def _mean(self, result: NodesResult) -> float:
        return float(np.mean(result.by_share[_SHARE].splits(self._kind)))
