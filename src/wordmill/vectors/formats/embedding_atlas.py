"""Parquet for embedding-atlas, which shows it as a map: `key`, `projection_x` and `projection_y` by PCA, `neighbors`.

`neighbors` are the exact ones, {ids, distances}: rows, and 1 less the cosine. `vector` and maybe `count` stand beside,
so that the file is one of vectors, too. It is shown by `embedding-atlas map.parquet --text key --x projection_x --y
projection_y --neighbors neighbors`; `--vector vector` in place of x and y has it lay the points out by UMAP.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.extras import import_extra
from wordmill.vectors.formats.arrow import arrow_table, write_table
from wordmill.vectors.matrix import Floats, unit_rows
from wordmill.vectors.nearest import nearest_rows
from wordmill.vectors.postprocess import principal_axes
from wordmill.vectors.table import VectorTable

__all__ = ["write_embedding_atlas"]

_NEIGHBOURS = 15  # as many as embedding-atlas computes itself
_QUERIES = 1 << 12  # searched at once


def write_embedding_atlas(path: Path, keyed_vectors: VectorTable) -> None:
    """Write a Parquet file; the time grows with the square of the keys, so take some ten thousands of them."""
    pa = import_extra("pyarrow", "Parquet for embedding-atlas")
    positions = _positions(unit_rows(keyed_vectors.vectors, keyed_vectors.norms))
    ids, distances = _neighbours(keyed_vectors)
    table = arrow_table(keyed_vectors)
    for name, column in (("projection_x", positions[:, 0]), ("projection_y", positions[:, 1])):
        table = table.append_column(name, pa.array(column))
    offsets = np.arange(len(ids) + 1, dtype=np.int32) * ids.shape[1]
    lists = [pa.ListArray.from_arrays(offsets, values.ravel()) for values in (ids, distances)]
    write_table(path, table.append_column("neighbors", pa.StructArray.from_arrays(lists, ["ids", "distances"])))


def _positions(units: Floats) -> NDArray[np.float32]:
    """Positions (V, 2): the two directions in which points vary most."""
    centred = units - units.mean(axis=0, dtype=np.float64).astype(units.dtype)
    plane = (centred @ principal_axes(centred)[:, :2]).astype(np.float32)
    return np.pad(plane, ((0, 0), (0, 2 - plane.shape[1])))


def _neighbours(table: VectorTable) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Rows (V, k) of the nearest of each, and their distances, nearest first."""
    most = min(_NEIGHBOURS, len(table) - 1)
    ids = np.empty((len(table), most), dtype=np.int32)
    distances = np.empty(ids.shape, dtype=np.float32)
    for begin in range(0, len(table), _QUERIES):
        rows = np.arange(begin, min(begin + _QUERIES, len(table)))
        found: Any = nearest_rows(
            table.vectors, table.norms, table.unit_vectors(rows), most, exclude=list(rows[:, None])
        )
        ids[rows], distances[rows] = found.ids, 1 - found.similarities
    return ids, distances
