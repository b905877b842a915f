"""Exact top-k by cosine similarity: batched, in blocks, within bounded memory.

The matrix is read once, block by block (it may be mapped from disk). A small first block is searched by partial
sorting; from then on each query carries the k-th best similarity so far, and only scores above it are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wordmill.vectors.keys import Key

__all__ = ["Floats", "Neighbor", "TopK", "row_norms", "similarities", "top_k", "unit_rows"]

Floats = NDArray[np.floating[Any]]

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


def row_norms(matrix: Floats) -> Floats:
    """Euclidean length of each row, (V,), summed in float64, in the matrix's dtype."""
    squares = np.empty(len(matrix), dtype=np.float64)
    for begin, end in _spans(0, len(matrix), 1 << 14):
        np.einsum("ij,ij->i", matrix[begin:end], matrix[begin:end], out=squares[begin:end], dtype=np.float64)
    return np.sqrt(squares, out=squares).astype(matrix.dtype)


def unit_rows(rows: Floats, norms: Floats) -> Floats:
    """Rows divided by their norms; a row of zeros stays zero, so that its similarity to everything is 0."""
    return rows * _inverse(norms)[:, None]


def similarities(matrix: Floats, norms: Floats, query: Floats) -> Floats:
    """Cosine similarity of every row of `matrix` (V, D) to one unit vector `query` (D,): (V,)."""
    return np.clip((matrix @ query.astype(matrix.dtype)) * _inverse(norms), -1, 1)


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
    stop = len(matrix) if stop is None else min(stop, len(matrix))
    k = min(k, max(0, stop - start))
    queries = queries.astype(matrix.dtype, copy=False)
    chunks = [
        _Candidates(queries[begin:end], k, _pairs(exclude[begin:end] if exclude else []))
        for begin, end in _spans(0, len(queries), _QUERIES)
    ]
    width = max(4096, _SCORES // max(1, min(len(queries), _QUERIES)))
    first = min(stop, start + max(1024, 4 * k))
    for begin, end in [(start, first), *_spans(first, stop, width)]:
        block, inverse = matrix[begin:end], _inverse(norms[begin:end])
        for chunk in chunks:
            chunk.visit(begin, block, inverse)
    found = [chunk.best() for chunk in chunks]
    if not found:
        return TopK(np.empty((0, k), dtype=np.int64), np.empty((0, k), dtype=matrix.dtype))
    ids, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return TopK(ids, np.where(ids < 0, -np.inf, np.clip(scores, -1, 1)).astype(matrix.dtype))


class _Candidates:
    """The best rows so far of a few queries: flat arrays (query, id, score), and a threshold for each query."""

    def __init__(self, queries: Floats, k: int, excluded: tuple[NDArray[np.int64], NDArray[np.int64]]) -> None:
        self.queries, self.k = queries, k
        self.excluded_rows, self.excluded_ids = excluded
        self.rows: list[NDArray[np.int64]] = []
        self.ids: list[NDArray[np.int64]] = []
        self.scores: list[Floats] = []
        self.held = 0
        self.thresholds = np.full((len(queries), 1), -np.inf, dtype=queries.dtype)

    def visit(self, begin: int, block: Floats, inverse: Floats) -> None:
        """Score the rows `begin` onwards and keep what beats the thresholds."""
        scores = self.queries @ block.T
        scores *= inverse
        inside = (self.excluded_ids >= begin) & (self.excluded_ids < begin + len(block))
        scores[self.excluded_rows[inside], self.excluded_ids[inside] - begin] = -np.inf
        if not self.held and len(block) > self.k:
            wanted = scores >= np.partition(scores, -self.k, axis=1)[:, -self.k, None]
        else:
            wanted = scores > self.thresholds
        rows, columns = np.divmod(np.flatnonzero(wanted), len(block))
        self.rows.append(rows)
        self.ids.append(columns + begin)
        self.scores.append(scores[rows, columns])
        self.held += len(rows)
        if self.held > 4 * self.k * len(self.queries) or np.isneginf(self.thresholds[0, 0]):
            self._compact()

    def _compact(self) -> None:
        """Keep the k best of each query, in order (ties: the smaller id first), and raise the thresholds."""
        rows, ids, scores = (np.concatenate(parts) for parts in (self.rows, self.ids, self.scores))
        order = np.lexsort((ids, -scores, rows))
        rows, ids, scores = rows[order], ids[order], scores[order]
        firsts = np.searchsorted(rows, np.arange(len(self.queries)))
        ranks = np.arange(len(rows)) - firsts[rows]
        keep = (ranks < self.k) & (scores > -np.inf)
        self.rows, self.ids, self.scores = [rows[keep]], [ids[keep]], [scores[keep]]
        self.held = int(keep.sum())
        last = keep & (ranks == self.k - 1)
        self.thresholds[rows[last], 0] = scores[last]

    def best(self) -> tuple[NDArray[np.int64], Floats]:
        """Ids and scores (queries, k), best first, padded with -1 and -inf."""
        ids = np.full((len(self.queries), self.k), -1, dtype=np.int64)
        scores = np.full(ids.shape, -np.inf, dtype=self.queries.dtype)
        if self.held:
            self._compact()
            rows = self.rows[0]
            ranks = np.arange(len(rows)) - np.searchsorted(rows, rows)
            ids[rows, ranks], scores[rows, ranks] = self.ids[0], self.scores[0]
        return ids, scores


def _pairs(exclude: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and id of every exclusion."""
    rows = np.repeat(np.arange(len(exclude)), [len(ids) for ids in exclude])
    return rows, np.concatenate([np.empty(0, dtype=np.int64), *exclude])


def _inverse(norms: Floats) -> Floats:
    """One over each norm, 0 where it is 0."""
    inverse: Floats = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
    return inverse


def _spans(start: int, stop: int, width: int) -> Iterator[tuple[int, int]]:
    for begin in range(start, stop, width):
        yield begin, min(begin + width, stop)
