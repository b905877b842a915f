"""Exact top-k by cosine similarity: batched, in blocks, within bounded memory.

The matrix is read once, block by block (it may be mapped from disk). A small first block is searched by partial
sorting; from then on each query carries the k-th best similarity so far, and only scores above it are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wordmill.vectors.keys import Key
from wordmill.vectors.matrix import Floats, divisors, spans

__all__ = ["Neighbor", "TopK", "limits", "top_k"]

_SCORES = 1 << 21  # scores held at once: 8 MB of float32
_QUERIES = 256  # queries in one product


class Neighbor(NamedTuple):
    """A key and its cosine similarity to the query, between -1 and 1."""

    key: Key
    similarity: float


class TopK(NamedTuple):
    """Best rows of Q queries, best first; where fewer than k exist, ids are -1 and similarities -inf."""

    ids: NDArray[np.int64]  # (Q, k)
    similarities: Floats  # (Q, k)


def limits(rows: int, k: int, start: int, stop: int | None) -> tuple[int, int]:
    """Where a search from row `start` ends, and how many rows it can find."""
    stop = rows if stop is None else min(stop, rows)
    return stop, min(k, max(0, stop - start))


def top_k(
    matrix: Floats,
    norms: Floats,
    queries: Floats,
    k: int,
    *,
    exclude: Sequence[NDArray[np.int64]] | None = None,
    start: int = 0,
    stop: int | None = None,
) -> TopK:
    """Rows of `matrix` most similar to each query.

    Parameters
    ----------
    matrix, norms
        (V, D) rows and their (V,) lengths.
    queries
        (Q, D) unit vectors.
    k
        Rows wanted for each query.
    exclude
        For each query, the row ids that must not be found.
    start, stop
        Only rows `start` to `stop` are searched.
    """
    stop, k = limits(len(matrix), k, start, stop)
    queries = queries.astype(matrix.dtype, copy=False)
    chunks = [
        _Best(queries[begin:end], k, _pairs(exclude[begin:end] if exclude else []))
        for begin, end in spans(0, len(queries), _QUERIES)
    ]
    if not k or not chunks:
        return TopK(np.empty((len(queries), k), dtype=np.int64), np.empty((len(queries), k), dtype=matrix.dtype))
    width = max(4096, _SCORES // min(len(queries), _QUERIES))
    first = min(stop, start + max(1024, 4 * k))
    for begin, end in [(start, first), *spans(first, stop, width)]:
        block, lengths = matrix[begin:end], divisors(norms[begin:end])
        for chunk in chunks:
            chunk.visit(begin, block, lengths)
    for chunk in chunks:
        chunk.merge()
    ids, scores = (np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in ("ids", "scores"))
    return TopK(ids, np.where(ids < 0, -np.inf, np.clip(scores, -1, 1)).astype(matrix.dtype))


class _Best:
    """The k best rows so far of some queries, and candidates that are not merged with them yet."""

    def __init__(self, queries: Floats, k: int, excluded: tuple[NDArray[np.int64], NDArray[np.int64]]) -> None:
        self.queries, self.k = queries, k
        self.excluded_rows, self.excluded_ids = excluded
        self.ids = np.full((len(queries), k), -1, dtype=np.int64)  # best first
        self.scores: Floats = np.full((len(queries), k), -np.inf, dtype=queries.dtype)
        self._waiting: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []  # queries, ids, scores
        self._count = 0

    def visit(self, begin: int, block: Floats, lengths: Floats) -> None:
        """Score the rows `begin` onwards and keep those that are better than the k-th so far."""
        scores = self.queries @ block.T
        scores /= lengths
        inside = (self.excluded_ids >= begin) & (self.excluded_ids < begin + len(block))
        scores[self.excluded_rows[inside], self.excluded_ids[inside] - begin] = -np.inf
        thresholds = self.scores[:, -1:]
        if np.isneginf(thresholds).any() and len(block) > self.k:  # the first block
            thresholds = np.nextafter(np.partition(scores, -self.k, axis=1)[:, -self.k, None], -np.inf)
        rows, columns = np.divmod(np.flatnonzero(scores > thresholds), len(block))
        self._waiting.append((rows, columns + begin, scores[rows, columns]))
        self._count += len(rows)
        if self._count > self.scores.size // 2:
            self.merge()

    def merge(self) -> None:
        """Take the best of those so far and the candidates (ties: the smaller id), each query in a row of its own."""
        if not self._count:
            return
        rows, ids, scores = (np.concatenate(parts) for parts in zip(*self._waiting, strict=True))
        order = np.argsort(rows, kind="stable")
        counts = np.bincount(rows, minlength=len(self.queries))
        places = self.k + np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        padding = ((0, 0), (0, int(counts.max())))
        all_ids = np.pad(self.ids, padding, constant_values=-1)
        all_scores = np.pad(self.scores, padding, constant_values=-np.inf)
        all_ids[rows[order], places], all_scores[rows[order], places] = ids[order], scores[order]
        best = np.argsort(-all_scores, axis=1, kind="stable")[:, : self.k]
        self.ids, self.scores = np.take_along_axis(all_ids, best, 1), np.take_along_axis(all_scores, best, 1)
        self._waiting, self._count = [], 0


def _pairs(exclude: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and id of every exclusion."""
    rows = np.repeat(np.arange(len(exclude)), [len(ids) for ids in exclude])
    return rows, np.concatenate([np.empty(0, dtype=np.int64), *exclude])
