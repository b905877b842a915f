"""Vectors as data frames: a row for each key, as the Parquet file has it."""

from __future__ import annotations

from typing import Any

from wordmill.extras import import_extra
from wordmill.vectors.table import VectorTable

__all__ = ["to_pandas", "to_polars"]


def to_pandas(table: VectorTable, *, wide: bool = False) -> Any:
    """Return a pandas DataFrame; see `KeyedVectors.to_pandas`."""
    pandas = import_extra("pandas", "DataFrames")
    keys = pandas.Series(table.keys, name="key")
    if wide:
        return pandas.DataFrame(table.vectors, index=pandas.Index(keys))
    columns: dict[str, Any] = {"key": keys, "vector": pandas.Series(list(table.vectors), dtype=object)}
    if table.counts is not None:
        columns["count"] = table.counts
    return pandas.DataFrame(columns)


def to_polars(table: VectorTable) -> Any:
    """Return a Polars DataFrame; see `KeyedVectors.to_polars`."""
    polars = import_extra("polars", "DataFrames")
    columns: dict[str, Any] = {"key": table.keys, "vector": table.vectors}
    if table.counts is not None:
        columns["count"] = table.counts
    return polars.DataFrame(columns)
