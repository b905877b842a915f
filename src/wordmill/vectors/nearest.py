"""The nearest rows of queries: by the compiled core where it is there, else by NumPy; exact either way.

The core takes a first look at low precision, with a bound on what that can change, and scores in double precision the
rows that may still be among the best: so a query has the same answer, to the bit, alone and among others.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from wordmill.config import available_cores
from wordmill.vectors import search
from wordmill.vectors.matrix import Floats, spans
from wordmill.vectors.optional_core import optional_core
from wordmill.vectors.search import TopK

__all__ = ["nearest_rows"]

_MANY = 16  # queries, of which the core answers each faster than alone
_AT_ONCE = 1 << 22  # results of one call of the core: between calls Ctrl-C is honoured


def nearest_rows(
    matrix: Floats,
    norms: Floats,
    queries: Floats,
    k: int,
    *,
    exclude: Sequence[NDArray[np.int64]] | None = None,
    start: int = 0,
    stop: int | None = None,
    threads: int | None = None,
) -> TopK:
    """Rows most similar to each query: as `search.top_k`, by up to `threads` threads, every core if None.

    The core rounds a similarity once, from double precision to float32, and of equal ones takes the first row.
    NumPy, with the threads of its own library, answers where there is no core, and where that cannot: float64, more
    than 32,768 dimensions.
    """
    stop, k = search.limits(len(matrix), k, start, stop)
    core = optional_core()
    if core is None or not k or not _fits(core, matrix):
        return search.top_k(matrix, norms, queries, k, exclude=exclude, start=start, stop=stop)
    queries = np.ascontiguousarray(queries, dtype=np.float32)
    ids = np.empty((len(queries), k), dtype=np.int64)
    similarities = np.empty((len(queries), k), dtype=np.float32)
    for begin, end in spans(0, len(queries), max(_MANY, _AT_ONCE // k)):
        offsets, excluded = _flat(exclude[begin:end] if exclude else [], end - begin)
        ids[begin:end], similarities[begin:end] = core.core.nearest(
            matrix,
            norms,
            queries[begin:end],
            k=k,
            exclude_offsets=offsets,
            exclude=excluded,
            start=start,
            stop=stop,
            threads=threads or available_cores(),
            isa=core.search_instruction_set(),
        )
    np.clip(similarities, -1, 1, out=similarities, where=ids >= 0)
    return TopK(ids, similarities)


def _fits(core: ModuleType, matrix: Floats) -> bool:
    """Whether the core can read a matrix: float32, the numbers of a row side by side, not too many."""
    packed = matrix.strides[1] == matrix.itemsize and matrix.flags.aligned
    return bool(matrix.dtype == np.float32 and packed and matrix.shape[1] <= core.core.MOST_DIMENSIONS)


def _flat(exclude: Sequence[NDArray[np.int64]], queries: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Offsets (Q + 1,) and ids: those of query q, sorted, are ids[offsets[q]:offsets[q + 1]]."""
    counts = [len(ids) for ids in exclude] or [0] * queries
    ids = np.concatenate([np.empty(0, dtype=np.int64), *exclude])
    order = np.lexsort((ids, np.repeat(np.arange(queries), counts)))
    return np.cumsum([0, *counts], dtype=np.int64), ids[order]
