"""The two kinds of array that the layers take, weights and ids, and the checks that NumPy does not make."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wordmill.errors import ParameterError

__all__ = ["Floats", "Ids", "Rng", "check_ids", "check_weights"]

Floats: TypeAlias = NDArray[np.floating[Any]]
Ids: TypeAlias = NDArray[np.int64]
Rng: TypeAlias = np.random.Generator | int | None  # whatever `numpy.random.default_rng` takes as a source or a seed


def check_weights(W: Floats) -> Floats:
    """Return `W`, the same object, if it is a matrix of float32 or float64.

    Raises
    ------
    ParameterError
        If it is anything else: a converted copy would train apart from the caller's array.
    """
    array = np.asanyarray(W)
    if array is not W or array.ndim != 2 or array.dtype not in {np.dtype(np.float32), np.dtype(np.float64)}:
        got = f"{type(W).__name__} of {array.dtype}, shape {array.shape}"
        raise ParameterError(f"weights must be a NumPy matrix of float32 or float64, not {got}")
    return W


def check_ids(ids: ArrayLike, size: int | None = None) -> Ids:
    """Return `ids` as int64, none of them negative (NumPy would count from the end) or `size` and above.

    Raises
    ------
    ParameterError
        If they are not integers, or out of bounds.
    """
    array = np.asarray(ids)
    if array.dtype.kind not in "iu":
        raise ParameterError(f"ids must be integers, not {array.dtype}")
    if array.size and (array.min() < 0 or (size is not None and array.max() >= size)):
        bounds = "0 or more" if size is None else f"in 0..{size - 1}"
        raise ParameterError(f"ids must be {bounds}, not {array.min()}..{array.max()}")
    return array.astype(np.int64, copy=False)
