"""Smaller numbers on disk: float16, or int8 with a scale for each row, and what that does to similarities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.vectors.matrix import Floats, row_norms, unit_rows
from wordmill.vectors.subwords import Subwords

__all__ = ["StorageType", "pack", "packed_subwords", "similarity_error", "unpack"]

StorageType = Literal["float32", "float64", "float16", "int8"]
_PAIRS = 10_000  # pairs of rows that the error is measured on


def pack(vectors: Floats, dtype: StorageType) -> dict[str, NDArray[Any]]:
    """Tensors of `model.safetensors`; for int8, `weights` (V,) are what a row is multiplied with, as in model2vec."""
    if dtype in ("float32", "float64"):
        return {"embeddings": vectors.astype(dtype, copy=False)}
    if dtype == "float16":
        with np.errstate(over="ignore"):
            halves = vectors.astype(np.float16)
        if not np.isfinite(halves).all():
            raise ParameterError("dtype='float16': some numbers are larger than 65504: scale the vectors or use int8")
        return {"embeddings": halves}
    if dtype == "int8":
        weights = (np.abs(vectors).max(axis=1, initial=0) / 127).astype(np.float32)
        scaled = np.divide(vectors, weights[:, None], out=np.zeros_like(vectors), where=weights[:, None] > 0)
        return {"embeddings": np.rint(scaled).astype(np.int8), "weights": weights}
    raise ParameterError(f"dtype={quoted(dtype)}: one of 'float32', 'float64', 'float16', 'int8'")


def packed_subwords(subwords: Subwords, dtype: StorageType) -> dict[str, NDArray[Any]]:
    """Tensors of `subwords.safetensors`: vectors (B, D) as `pack` has them, and (B,) the buckets that they are of."""
    numbers = np.arange(len(subwords.rows)) if subwords.numbers is None else subwords.numbers
    return pack(np.asarray(subwords.rows), dtype) | {"buckets": numbers.astype(np.int64, copy=False)}


def unpack(tensors: Mapping[str, NDArray[Any]]) -> Floats:
    """Vectors (V, D) of these tensors, float32 or float64; floats of these types are not copied."""
    embeddings = tensors["embeddings"]
    with np.errstate(invalid="ignore"):  # NaN and infinity are an error of who loads
        if embeddings.dtype == np.int8:
            rows: Floats = embeddings.astype(np.float32) * tensors["weights"][:, None]
            return rows
        return embeddings.astype(np.float32) if embeddings.dtype == np.float16 else embeddings


def similarity_error(vectors: Floats, stored: Floats) -> float:
    """Largest difference between the cosine similarities of stored and original vectors, over a sample of pairs."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, len(vectors), (2, _PAIRS))
    cosines = [np.einsum("ij,ij->i", _unit(m[a]), _unit(m[b])) for m in (vectors, stored)]
    return float(np.abs(cosines[0] - cosines[1]).max())


def _unit(rows: Floats) -> Floats:
    wide = rows.astype(np.float64)
    return unit_rows(wide, row_norms(wide))
