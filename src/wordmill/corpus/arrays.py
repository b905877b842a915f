"""Arrays that users or files give, held read-only in the type that they are to have."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError

__all__ = ["read_only"]


def read_only(name: str, array: Any, dtype: type[np.integer[Any]]) -> NDArray[Any]:
    """Return a view of a flat array of integers in the type that it is to have, which must hold them all."""
    if np.ma.is_masked(array):
        raise CorpusError(f"{name} holds masked items, which are no numbers: leave them out, .compressed()")
    given = np.asarray(array)
    if given.ndim != 1 or (given.dtype.kind not in "iu" and given.size):
        raise CorpusError(f"{name} of type {given.dtype} and shape {given.shape}: a flat array of integers is needed")
    held = given.astype(dtype, copy=False) if np.can_cast(given.dtype, dtype) else _narrowed(name, given, dtype)
    view = np.ascontiguousarray(held).view()
    view.flags.writeable = False
    return view


def _narrowed(name: str, array: NDArray[Any], dtype: type[np.integer[Any]]) -> NDArray[Any]:
    limits = np.iinfo(dtype)
    if array.size and not (int(array.min()) >= limits.min and int(array.max()) <= limits.max):
        raise CorpusError(f"{name} holds numbers from {array.min()} to {array.max()}, beyond {np.dtype(dtype)}")
    return array.astype(dtype)
