"""How far a score would move with other questions of the same kind: bootstrap intervals (Efron, 1979)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError

__all__ = ["Interval", "bootstrap", "bootstrap_means", "bootstrap_share"]

Interval = tuple[float, float]

_RESAMPLES = 1000


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], size: int, level: float = 0.95, seed: int = 0
) -> Interval:
    """Percentile interval of a statistic of `size` cases under resampling of the cases.

    Parameters
    ----------
    statistic
        Takes the chosen cases, (size,) numbers from 0 with repeats; resamples on which it is NaN are left out.
    size, level, seed
        Cases; coverage of the interval between 0 and 1; seed of the resampling.
    """
    rng = np.random.default_rng(seed)
    values = [statistic(rng.integers(size, size=size)) for _ in range(_RESAMPLES)] if size else []
    return _percentiles(np.array(values), level)


def bootstrap_share(hits: int, cases: int, level: float = 0.95, seed: int = 0) -> Interval:
    """Percentile interval of the share of hits among cases: `bootstrap` of their mean, drawn as a binomial."""
    rng = np.random.default_rng(seed)
    return _percentiles(rng.binomial(cases, hits / cases, 10 * _RESAMPLES) / cases if cases else np.array([]), level)


def bootstrap_means(
    values: NDArray[np.float64], groups: NDArray[np.int64], level: float = 0.95, seed: int = 0
) -> Interval:
    """Percentile interval of the mean of values (N,) that come in groups (N,): whole groups are resampled."""
    members = np.unique(groups, return_inverse=True)[1]
    sums, sizes = np.bincount(members, values), np.bincount(members)
    rng = np.random.default_rng(seed)
    means = np.empty(_RESAMPLES)
    for place in range(_RESAMPLES):
        drawn = rng.integers(len(sums), size=len(sums))
        means[place] = sums[drawn].sum() / sizes[drawn].sum()
    return _percentiles(means, level)


def _percentiles(values: NDArray[np.float64], level: float) -> Interval:
    if not 0 < level < 1:
        raise ParameterError(f"level={level}: the coverage of an interval is between 0 and 1, such as 0.95")
    values = values[~np.isnan(values)]
    if not values.size:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
