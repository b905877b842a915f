"""Approximate nearest neighbours by a graph index (HNSW: Malkov and Yashunin, 2018), for models of millions of keys.

It stands behind the same queries as the exact search: `kv.most_similar("king", indexer=kv.build_index())`. The
similarities it returns are exact; what may differ is which rows are found, and `recall` says how often they are right.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, ParameterError, counted
from wordmill.extras import import_extra
from wordmill.foreign import quoted
from wordmill.saving import atomic_files, fingerprint
from wordmill.vectors.matrix import Floats
from wordmill.vectors.nearest import nearest_rows
from wordmill.vectors.queries import positive_integer
from wordmill.vectors.search import TopK
from wordmill.vectors.table import VectorTable

__all__ = ["INDEX_FILES", "ApproximateIndex"]

INDEX_FILES = ("index.usearch", "index.json")
_PROBES = 500  # keys that the recall is measured on
_FIRST, _BATCH = 1 << 12, 1 << 16  # keys added by one thread, then at a time by several


class ApproximateIndex:
    """An index over the vectors of one table.

    Attributes
    ----------
    recall
        Share of the true 10 nearest neighbours that are found, measured on a sample of the keys when it was built.
    """

    def __init__(self, table: VectorTable, index: Any, recall: float) -> None:
        self._table, self._index, self.recall = table, index, recall

    def __repr__(self) -> str:
        return f"ApproximateIndex({counted(len(self._table), 'key')}, recall={self.recall:.3f})"

    @classmethod
    def build(
        cls,
        table: VectorTable,
        *,
        connectivity: int = 16,
        expansion_add: int = 128,
        expansion_search: int = 128,
        dtype: Literal["f32", "f16", "i8"] = "f16",
        workers: int = 0,
    ) -> ApproximateIndex:
        """Build an index.

        Parameters
        ----------
        table
            The vectors.
        connectivity, expansion_add, expansion_search
            HNSW's M, efConstruction and efSearch: larger finds more and takes longer.
        dtype
            How the index keeps the vectors: float32, float16 or int8.
        workers
            Threads; 0 takes all cores.
        """
        for name, number in (
            ("connectivity", connectivity),
            ("expansion_add", expansion_add),
            ("expansion_search", expansion_search),
        ):
            positive_integer(name, number)
        if dtype not in ("f32", "f16", "i8"):
            raise ParameterError(f"dtype={quoted(dtype)}: 'f32', 'f16' or 'i8'")
        index = _usearch().Index(
            ndim=table.vector_size,
            metric="cos",
            dtype=dtype,
            connectivity=connectivity,
            expansion_add=expansion_add,
            expansion_search=expansion_search,
        )
        # Threads that add at once do not see each other's keys: in a small graph that leaves some unlinked.
        for begin, end in [(0, _FIRST), *((begin, begin + _BATCH) for begin in range(_FIRST, len(table), _BATCH))]:
            ids = np.arange(begin, min(end, len(table)))
            threads = 1 if begin == 0 else workers
            index.add(ids.astype(np.uint64), table.unit_vectors(ids).astype(np.float32), threads=threads)
        return cls(table, index, _recall(cls(table, index, 0.0), table))

    def top_k(self, queries: Floats, k: int, *, exclude: Sequence[NDArray[np.int64]] | None = None) -> TopK:
        """Rows most similar to each unit vector (Q, D), without the excluded ones; as `search.top_k`."""
        excluded = exclude or [np.empty(0, dtype=np.int64)] * len(queries)
        wanted = min(len(self._table), k + max((len(ids) for ids in excluded), default=0))
        ids = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full(ids.shape, -np.inf, dtype=self._table.vectors.dtype)
        matches = self._index.search(queries.astype(np.float32), wanted)
        keys = np.asarray(matches.keys).astype(np.int64).reshape(len(queries), -1)
        counts = np.atleast_1d(getattr(matches, "counts", [keys.shape[1]]))  # one query comes back without
        for row, query in enumerate(queries):
            found = np.setdiff1d(keys[row, : int(counts[row])], excluded[row])
            exact = np.clip(self._table.unit_vectors(found) @ query, -1, 1)
            best = np.lexsort((found, -exact))[:k]
            ids[row, : len(best)], scores[row, : len(best)] = found[best], exact[best]
        return TopK(ids, scores)

    def write(self, path: Path) -> None:
        """Write usearch's own file, in which keys are rows."""
        self._index.save(str(path))

    def save(self, directory: str | PathLike[str]) -> None:
        """Save into a model directory, beside the vectors: `index.usearch` and `index.json`."""
        index_file, about_file = (Path(directory) / name for name in INDEX_FILES)
        with atomic_files(about_file, index_file) as (about_staging, index_staging):
            self.write(index_staging)
            about = {"recall": self.recall, "vectors": _name_of(self._table), "file": fingerprint(index_staging)}
            about_staging.write_text(json.dumps(about) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, directory: str | PathLike[str], table: VectorTable) -> ApproximateIndex:
        """Open the index that was saved into a model directory, memory-mapped.

        Raises
        ------
        FormatError
            There is none, it is damaged, or it was built for other vectors than `table`.
        """
        from wordmill.vectors.formats.schema import IndexFacts, checked  # noqa: PLC0415 (slow to load)

        index_file, about_file = (Path(directory) / name for name in INDEX_FILES)
        try:
            content, found = json.loads(about_file.read_text(encoding="utf-8")), fingerprint(index_file)
        except (OSError, ValueError, RecursionError) as error:
            raise FormatError(f"{directory} holds no whole index: build one and save it there") from error
        about = checked(IndexFacts, content, about_file)
        if about.file.model_dump() != found:  # usearch believes what it reads
            raise FormatError(f"{index_file} is not the file that {about_file} tells of: build the index again")
        if about.vectors != _name_of(table):
            raise FormatError(f"{index_file} was built for other vectors: build the index again")
        index = _usearch().Index.restore(str(index_file), view=True)
        if index is None or len(index) != len(table) or index.ndim != table.vector_size:
            raise FormatError(f"{index_file} is damaged: build the index again")
        return cls(table, index, about.recall)


def _recall(index: ApproximateIndex, table: VectorTable) -> float:
    """Share of the true 10 nearest neighbours found, over a spread of the keys."""
    probes = np.unique(np.linspace(0, len(table) - 1, _PROBES).astype(np.int64))
    units, exclude = table.unit_vectors(probes), list(probes[:, None])
    true = nearest_rows(table.vectors, table.norms, units, 10, exclude=exclude)
    found = index.top_k(units, 10, exclude=exclude)
    hits = sum(len(np.intersect1d(a[a >= 0], b[b >= 0])) for a, b in zip(true.ids, found.ids, strict=True))
    return hits / max(1, int((true.ids >= 0).sum()))


def _name_of(table: VectorTable) -> str:
    """Tell one matrix from another: its shape, and a checksum of its norms."""
    return f"{len(table)}x{table.vector_size}:{zlib.crc32(table.norms.astype('<f4').tobytes()):08x}"


def _usearch() -> Any:
    return import_extra("usearch.index", "approximate indexes")
