"""Flat lists of keys, whatever holds them: lists, arrays, columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import quoted
from wordmill.sources.columns import is_table, open_column, python_values, refuse_table

__all__ = ["flat_keys", "unpacked"]


def unpacked(values: Any) -> Any:
    """Return what a column of Arrow holds as a list of Python objects, and anything else as it is.

    Raises
    ------
    ParameterError
        It is a table.
    """
    try:
        if is_table(values):
            refuse_table(values)
        if hasattr(values, "to_pylist"):
            return python_values(values)
        if hasattr(values, "__arrow_c_stream__") and not hasattr(values, "dtype"):  # neither of pandas nor of Polars
            column = open_column(values)
            return list(values) if column is None else python_values(column)
    except CorpusError as error:
        raise ParameterError(str(error)) from None
    return values


def flat_keys(keys: Any) -> list[Any] | NDArray[Any]:
    """Return several keys as a list or as a flat array.

    Raises
    ------
    ParameterError
        They are no list of keys, or in no order.
    """
    values = unpacked(keys)
    if isinstance(keys, str | bytes) or not isinstance(values, Iterable):
        raise ParameterError(f"{quoted(keys)} where several keys are asked for: give a list of keys")
    if isinstance(keys, set | frozenset):
        raise ParameterError(f"a {type(keys).__name__} of keys has no order: give a list of keys")
    dimensions = len(getattr(keys, "shape", "1"))
    if dimensions != 1:
        raise ParameterError(f"keys in {dimensions} dimensions: give a list of keys")
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        raise ParameterError("some of the keys are masked: leave them out (array.compressed())")
    return np.asarray(values) if isinstance(values, np.ndarray) else list(values)
