"""What a judgement says: hit rates and the like of several methods on the same cases, with how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError, counted
from wordmill.evaluation.intervals import Interval, bootstrap_means
from wordmill.evaluation.scores import Score
from wordmill.foreign import quoted
from wordmill.recommendation.methods import By, Context
from wordmill.recommendation.ranking import Ranking

__all__ = ["MEASURES", "Estimate", "RecommendationResult", "measure_named"]

#: Measures at a cut-off k: whether the item that came next is among the first k; one over its rank; 1 / log2(1 + rank).
MEASURES = ("hr", "mrr", "ndcg")


@dataclass(frozen=True)
class Estimate:
    """A share, 0 to 1, and its bootstrap interval (95 %); sequences are resampled, for their cases are alike."""

    value: float
    interval: Interval

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.interval[0]:.3f}, {self.interval[1]:.3f}]"


@dataclass(frozen=True, eq=False)
class RecommendationResult:
    """How well next items were foretold.

    Attributes
    ----------
    source : str
        What was asked, for tables.
    split : "time" or "last"
    context : "last" or "mean"
    k : tuple of int
        Cut-offs.
    trained : str
        What the vectors were trained on, as far as it is known.
    items : int
        Different items in the events to train on: what coverage is a share of.
    repeats : int
        Cases that were left out because what came next had been seen (`exclude_seen`).
    rankings : dict
        By method, "vectors" first: the rank of each answer.
    sequences : (C,) int64
        The sequence of each case.
    by : "similarity" or "outputs"
        What the vectors rank items by.
    """

    source: str
    split: Literal["time", "last"]
    context: Context
    k: tuple[int, ...]
    trained: str
    items: int
    repeats: int
    rankings: dict[str, Ranking]
    sequences: NDArray[np.int64]
    by: By = "similarity"

    def __len__(self) -> int:
        return len(self.sequences)

    @property
    def known(self) -> float:
        """Share of the cases in which the vectors know what was seen and what came next; others count as missed."""
        return float((self.rankings["vectors"].ranks > 0).mean())

    def values(self, method: str, measure: str) -> NDArray[np.float64]:
        """Return a measure, "hr@10" say, of each case (C,)."""
        name, k = measure_named(measure)
        if method not in self.rankings:
            raise ParameterError(f"{quoted(method)} is no method: there are {', '.join(self.rankings)}")
        return _gains(self.rankings[method].ranks, name, k)

    def estimate(self, measure: str, method: str = "vectors") -> Estimate:
        """Return the mean of a measure, "hr@10" say, and its interval."""
        return self._mean(self.values(method, measure))

    def above(self, baseline: str, measure: str, method: str = "vectors") -> Estimate:
        """Return by how much a method is above another one, case by case, and the interval of this difference."""
        return self._mean(self.values(method, measure) - self.values(baseline, measure))

    def coverage(self, k: int, method: str = "vectors") -> float:
        """Share of the items that stand among the first k of some case."""
        if k not in self.k:
            raise ParameterError(f"k={quoted(k)} was not asked for: there are {', '.join(map(str, self.k))}")
        return self.rankings[method].recommended[k] / self.items

    @property
    def score(self) -> Score:
        """The hit rate of the vectors at the first cut-off, in points, to put models side by side."""
        hits = self.estimate(f"hr@{self.k[0]}")
        return Score(100 * hits.value, (100 * hits.interval[0], 100 * hits.interval[1]), self.known)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able: what was asked, and by method and measure the value with its interval."""
        asked = {
            name: getattr(self, name) for name in ("source", "split", "context", "by", "trained", "items", "repeats")
        }
        return asked | {"cases": len(self), "known": self.known, "scores": {m: self._scores(m) for m in self.rankings}}

    def _scores(self, method: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for k in self.k:
            for name in MEASURES:
                estimate = self.estimate(f"{name}@{k}", method)
                found[f"{name}@{k}"] = {"value": estimate.value, "interval": list(estimate.interval)}
            found[f"coverage@{k}"] = {"value": self.coverage(k, method)}
        return found

    def _mean(self, values: NDArray[np.float64]) -> Estimate:
        return Estimate(float(values.mean()), bootstrap_means(values, self.sequences))

    def __str__(self) -> str:
        asked = f"{counted(len(self), 'case')}, split by {_SPLITS[self.split]}, from {_CONTEXTS[self.context]}"
        asked += ", by output vectors" if self.by == "outputs" else ""
        heading = [f"{self.source}: {asked}; vectors trained {self.trained}; they know {self.known:.1%}"]
        rows = [["", "k", *MEASURES, "coverage"]]
        for method in self.rankings:
            for k in self.k:
                measured = (str(self.estimate(f"{name}@{k}", method)) for name in MEASURES)
                rows.append([method, str(k), *measured, f"{self.coverage(k, method):.3f}"])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
        return "\n".join([*heading, *lines, *self._verdict()])

    def _verdict(self) -> list[str]:
        """Say whether the vectors are above counting."""
        if "co-occurrence" not in self.rankings:
            return []
        measure = f"hr@{self.k[0]}"
        above = self.above("co-occurrence", measure)
        word = "above" if above.interval[0] > 0 else "below" if above.interval[1] < 0 else "level with"
        difference = f"{above.value:+.3f} [{above.interval[0]:+.3f}, {above.interval[1]:+.3f}]"
        return [f"{measure}: vectors are {word} item co-occurrence, {difference}"]


_SPLITS = {"time": "time", "last": "the last item of each sequence"}
_CONTEXTS = {"last": "the last item", "mean": "the mean of all items"}


def measure_named(text: object) -> tuple[str, int]:
    """Take "hr@10" apart; `ParameterError` where it is no measure."""
    name, _, cut = text.partition("@") if isinstance(text, str) else ("", "", "")
    if name not in MEASURES or not cut.isdecimal() or int(cut) < 1:
        raise ParameterError(f"{quoted(text)} is no measure: write {', '.join(f'{name}@10' for name in MEASURES)}")
    return name, int(cut)


def _gains(ranks: NDArray[np.int64], name: str, k: int) -> NDArray[np.float64]:
    """Return what each rank is worth; nothing beyond k, or where there is none."""
    safe = np.maximum(ranks, 1)
    worth = {"hr": np.ones(len(ranks)), "mrr": 1 / safe, "ndcg": 1 / np.log2(1 + safe)}[name]
    return np.where((ranks >= 1) & (ranks <= k), worth, 0.0)
