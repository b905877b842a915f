"""Negatives: random words by their counts, never the target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wordmill.errors import ParameterError
from wordmill.layers.arrays import Ids, Rng, check_ids

__all__ = ["AliasTable", "UnigramSampler"]

_REDRAWS = 16  # rounds in which a draw that hit its target is repeated, before it is made exactly
_KEYS_AT_ONCE = 1 << 21  # random keys held in memory together


class AliasTable:
    """Draw ids by weight in O(1): V equal columns, each shared by at most two ids.

    A draw picks a column i, then takes i with probability `share[i]`, else `alias[i]`.

    Parameters
    ----------
    weights
        Weights (V,), none negative, not all zero; an id of weight 0 is never drawn.

    References
    ----------
    Walker (1977); the O(V) construction is Vose's (1991).
    """

    def __init__(self, weights: ArrayLike) -> None:
        weights = np.asarray(weights, dtype=np.float64)
        share = weights / weights.sum() * len(weights)
        alias = np.full(len(weights), share.argmax())  # where rounding leaves a column unpaired, the heaviest fills it
        heights = share.tolist()
        small = np.flatnonzero(share < 1).tolist()
        large = np.flatnonzero(share >= 1).tolist()
        while small and large:
            low, high = small.pop(), large[-1]
            alias[low] = high
            heights[high] -= 1 - heights[low]
            if heights[high] < 1:
                small.append(large.pop())
        self.share = np.minimum(heights, 1)
        self.alias = alias

    def draw(self, size: int | tuple[int, ...], rng: np.random.Generator) -> Ids:
        """Draw ids with replacement, in an array of that size."""
        column = rng.integers(len(self.share), size=size)
        return np.where(rng.random(size) < self.share[column], column, self.alias[column])


class UnigramSampler:
    """Draw K negatives for each target: words by `count ** power`, never the target itself.

    Without replacement the words of a row are distinct and have the distribution of `numpy.random.choice` with
    `replace=False`: one after the other, each by the weights of what is left. They are drawn freely, and again while
    their row holds them already: expected O(K) draws a row, as long as the words held have less than half of the
    weight. For rows beyond that the rest is drawn by one random key per word, O(V).

    Parameters
    ----------
    corpus
        Ids (N,); V is the largest plus 1. A word that does not occur is never drawn.
    power
        Exponent of the counts: 1 draws words as often as they occur, 0 all alike, below 1 lifts rare words.
    sample_size
        K.
    replace
        Whether one row may hold a word twice.
    rng
        Source or seed of the draws.

    Raises
    ------
    ParameterError
        If there are too few words: K + 1 are needed without replacement, 2 with it.

    References
    ----------
    Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006), for the keys, here in Gumbel's form.
    """

    def __init__(
        self, corpus: ArrayLike, power: float = 0.75, sample_size: int = 5, *, replace: bool = False, rng: Rng = None
    ) -> None:
        counts = np.bincount(check_ids(corpus).reshape(-1))
        self._prepare(counts, power, sample_size, replace, rng)

    @classmethod
    def from_counts(
        cls, counts: ArrayLike, power: float = 0.75, sample_size: int = 5, *, replace: bool = False, rng: Rng = None
    ) -> UnigramSampler:
        """Sampler from the count of each id (V,), whole numbers or not."""
        sampler = cls.__new__(cls)
        cls._prepare(sampler, np.asarray(counts), power, sample_size, replace, rng)
        return sampler

    def _prepare(self, counts: NDArray[Any], power: float, sample_size: int, replace: bool, rng: Rng) -> None:
        counts = counts.astype(np.float64)
        if counts.ndim != 1 or not np.all(np.isfinite(counts) & (counts >= 0)):
            raise ParameterError("counts must be one finite number >= 0 for each id")
        if not np.isfinite(power):
            raise ParameterError(f"power must be finite, not {power}")
        if sample_size < 1:
            raise ParameterError(f"sample_size must be 1 or more, not {sample_size}")
        words = np.flatnonzero(counts)
        needed = 2 if replace else sample_size + 1
        if len(words) < needed:
            cure = "" if replace else f"; take a sample_size of at most {len(words) - 1}, or replace=True"
            raise ParameterError(
                f"{len(words)} words occur, but {needed} are needed to draw sample_size={sample_size} "
                f"negatives that are not the target{cure}"
            )
        self.vocab_size = len(counts)
        self.sample_size = sample_size
        self._replace = replace
        self._rng = np.random.default_rng(rng)
        self._log_weights = np.full(len(counts), -np.inf)
        self._log_weights[words] = power * np.log(counts[words])
        self._log_weights -= self._log_weights.max()
        weights = np.exp(self._log_weights)
        self.probabilities = weights / weights.sum()  # (V,)
        self._table = AliasTable(weights)

    def get_negative_sample(self, target: ArrayLike) -> Ids:
        """Negatives (B, K) for targets (B,): no row holds its target, nor, without replacement, any word twice."""
        target = check_ids(target, self.vocab_size)
        if target.ndim != 1:
            raise ParameterError(f"target must be ids of shape (B,), not {target.shape}")
        return self._independent(target) if self._replace else self._distinct(target)

    def _independent(self, target: Ids) -> Ids:
        targets = np.repeat(target, self.sample_size)
        negatives = targets.copy()
        for _ in range(_REDRAWS):
            hits = np.flatnonzero(negatives == targets)
            if not len(hits):
                break
            negatives[hits] = self._table.draw(len(hits), self._rng)
        else:
            hits = np.flatnonzero(negatives == targets)
            negatives[hits] = self._draw_by_keys(targets[hits, None], 1)[:, 0]
        return negatives.reshape(len(target), self.sample_size)

    def _distinct(self, target: Ids) -> Ids:
        draws = self._table.draw((len(target), self.sample_size), self._rng)
        rows = np.column_stack([target, draws])  # (B, 1 + K): a draw stands if nothing to its left is the same
        places = np.arange(rows.shape[1])
        unfinished = np.arange(len(rows))
        while True:
            ids, held = _distinct_first(rows[unfinished])
            rows[unfinished] = ids
            short = held < len(places)
            unfinished, ids, held = unfinished[short], ids[short], held[short]
            if not len(unfinished):
                return rows[:, 1:]
            vacant = places >= held[:, None]
            ids[vacant] = self._table.draw(int(np.count_nonzero(vacant)), self._rng)
            mass = np.where(vacant, 0, self.probabilities[ids]).sum(axis=1)
            heavy = np.flatnonzero(mass > 0.5)
            ids[heavy] = self._fill_by_keys(ids[heavy], held[heavy])
            rows[unfinished] = ids

    def _fill_by_keys(self, ids: Ids, held: Ids) -> Ids:
        """Keep the first `held` (B,) ids of each row (B, 1 + K), draw the others among the words not held."""
        place = np.arange(ids.shape[1]) - held[:, None]
        vacant = place >= 0
        fresh = self._draw_by_keys(np.where(vacant, ids[:, :1], ids), self.sample_size)
        return np.where(vacant, np.take_along_axis(fresh, np.maximum(place, 0), axis=1), ids)

    def _draw_by_keys(self, excluded: Ids, size: int) -> Ids:
        """Draw `size` distinct ids a row, in order, none of those excluded (B, M): log weight + Gumbel noise, sorted.

        Where fewer words are left than asked for, the last ids of the row mean nothing.
        """
        drawn = np.empty((len(excluded), size), dtype=np.int64)
        step = max(1, _KEYS_AT_ONCE // self.vocab_size)
        for begin in range(0, len(excluded), step):
            part = slice(begin, begin + step)
            taken = excluded[part]
            keys = self._log_weights + self._rng.gumbel(size=(len(taken), self.vocab_size))
            np.put_along_axis(keys, taken, -np.inf, axis=1)
            best = np.argpartition(-keys, size - 1, axis=1)[:, :size]
            order = np.argsort(-np.take_along_axis(keys, best, axis=1), axis=1)
            drawn[part] = np.take_along_axis(best, order, axis=1)
        return drawn


def _distinct_first(rows: Ids) -> tuple[Ids, Ids]:
    """Move the first occurrence of each id to the front of its row, in order; return also how many these are."""
    order = np.argsort(rows, axis=1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=1)
    repeated = np.zeros(rows.shape, dtype=bool)
    np.put_along_axis(repeated, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
    front = np.argsort(repeated, axis=1, kind="stable")
    return np.take_along_axis(rows, front, axis=1), np.count_nonzero(~repeated, axis=1)
