"""Arrays of a model directory, checked when it is read: types, shapes, and the lengths of the vectors.

Right checksums tell that files are as they were written, not that what was written can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError
from wordmill.vectors.matrix import Floats, row_norms

__all__ = ["CURE", "FORMAT", "check_embeddings", "check_keys", "check_norms", "check_subwords"]

FORMAT = 1
CURE = "copy the directory again from its source or save it again"
_NORMS = 1e-5  # relative: other machines sum in another order

Expected = Mapping[str, tuple[str, tuple[int, ...]]]  # dtype and shape; -1 is any length


def check_keys(file: Path, arrays: Mapping[str, NDArray[Any]], rows: int, kind: str, dtype: str) -> None:
    """Check types and shapes of `wordmill.safetensors`: so many rows, keys of a kind, vectors stored as `dtype`."""
    floats = "float64" if dtype == "float64" else "float32"
    expected: dict[str, tuple[str, tuple[int, ...]]] = {"norms": (floats, (rows,)), "key_order": ("int64", (rows,))}
    if kind == "int":
        expected["keys"] = "int64", (rows,)
    else:
        expected |= {"key_offsets": ("int64", (rows + 1,)), "key_bytes": ("uint8", (-1,))}
    if "counts" in arrays:
        expected["counts"] = "int64", (rows,)
    _check(file, arrays, expected)
    for name in ("norms", "counts"):
        if name in arrays and not (arrays[name] >= 0).all():
            raise FormatError(f"{file}: {name} holds a number below 0, or NaN: {CURE}")


def check_embeddings(file: Path, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int], dtype: str) -> None:
    """Check types and shapes of `model.safetensors`."""
    expected: dict[str, tuple[str, tuple[int, ...]]] = {"embeddings": (dtype, shape)}
    if dtype == "int8":
        expected["weights"] = "float32", shape[:1]
    _check(file, arrays, expected)


def check_subwords(file: Path, arrays: Mapping[str, NDArray[Any]], size: int, buckets: int, dtype: str) -> None:
    """Check types, shapes and content of `subwords.safetensors`: vectors of so many numbers, of some of the buckets."""
    rows = len(arrays["buckets"]) if arrays.get("buckets", np.empty(0)).ndim == 1 else 0
    _check(file, arrays, {"embeddings": (dtype, (rows, size)), "buckets": ("int64", (rows,))})
    if dtype == "int8":
        _check(file, arrays, {"weights": ("float32", (rows,))})
    numbers = arrays["buckets"]
    if rows and not (numbers[0] >= 0 and numbers[-1] < buckets and (np.diff(numbers) > 0).all()):
        raise FormatError(f"{file}: buckets are not rising numbers from 0 to {buckets - 1}: {CURE}")
    if dtype != "int8" and not np.isfinite(row_norms(arrays["embeddings"].astype(np.float32))).all():
        raise FormatError(f"{file} holds NaN or infinity: {CURE}")


def check_norms(directory: Path, vectors: Floats, norms: Floats) -> None:
    """Check that all vectors are finite, and that the norms stored are their lengths."""
    lengths = row_norms(vectors)
    if not np.isfinite(lengths).all():
        raise FormatError(f"{directory / 'model.safetensors'} holds NaN or infinity: {CURE}")
    wrong = np.flatnonzero(~np.isclose(norms, lengths, rtol=_NORMS, atol=np.finfo(lengths.dtype).tiny))
    if len(wrong):
        row = int(wrong[0])
        raise FormatError(
            f"{directory / 'wordmill.safetensors'}: the norm of row {row} is {norms[row]:.6g}, and its vector "
            f"{lengths[row]:.6g} long: {CURE}"
        )


def _check(file: Path, arrays: Mapping[str, NDArray[Any]], expected: Expected) -> None:
    for name, (dtype, shape) in expected.items():
        if name not in arrays:
            raise FormatError(f"{file}: {name} is missing: {CURE}")
        array = arrays[name]
        fits = array.ndim == len(shape) and all(n in (-1, have) for n, have in zip(shape, array.shape, strict=True))
        if array.dtype != dtype or not fits:
            wanted = str(shape).replace("-1", "any length")
            raise FormatError(f"{file}: {name} is {array.dtype} {array.shape}, not {dtype} {wanted}: {CURE}")
