"""Columns of tables (Arrow, pandas, Polars), read through Arrow's interface, which all of them have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Never, cast

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError, MissingDependencyError, counted
from wordmill.extras import import_extra
from wordmill.foreign import listed, quoted
from wordmill.sources.items import int64

__all__ = [
    "Reread",
    "holds_integers",
    "integer_batches",
    "is_table",
    "list_lengths",
    "list_values",
    "open_column",
    "python_values",
    "refuse_null_rows",
    "refuse_table",
    "rows",
]

_NOT_UTF8 = "the column holds text that is not UTF-8: make the column anew"
_ROWS = 1 << 14  # turned into Python objects at once


@dataclass(frozen=True)
class Reread:
    """An iterable that starts anew each time."""

    start: Callable[[], Iterator[Any]]

    def __iter__(self) -> Iterator[Any]:
        return self.start()


def is_table(source: Any) -> bool:
    """Whether this has named columns: iterating it would give their names."""
    return hasattr(type(source), "columns")


def refuse_table(source: Any, names: Iterable[Any] | None = None) -> Never:
    """Say which columns there are to choose from."""
    name = type(source).__name__
    if type(source).__module__.startswith("ray.data"):
        raise CorpusError(
            f"a {name} of Ray Data is read by the workers of backend='ray', without phrases and documents, and by "
            "nothing else: pass a column of dataset.to_pandas()"
        )
    if hasattr(source, "collect_schema") and hasattr(source, "collect"):
        raise CorpusError(f"a {name} is no table yet: collect() it, and pass one of its columns")
    if names is None:
        names = source.column_names if hasattr(source, "column_names") else source.columns
    columns = list(names)
    example = quoted(columns[0]) if columns else "'text'"
    raise CorpusError(
        f"a {name} is a table: pass one of its columns, such as table[{example}]; it has {listed(columns) or 'none'}"
    )


def open_column(source: Any) -> Any:
    """Return the chunks of a column as an Arrow array, or None where it is to be read item by item.

    Raises
    ------
    CorpusError
        It is a table, or rows are missing.
    MissingDependencyError
        It cannot be iterated, and pyarrow is not installed.
    """
    try:
        pa = import_extra("pyarrow", f"sources of type {type(source).__name__}")
    except MissingDependencyError:
        if isinstance(source, Iterable):  # of pandas or Polars: its items are Python's
            return None
        raise
    if str(getattr(source, "dtype", "")).lower() == "object":  # Arrow would take a set for a list
        _refuse_missing(np.asarray(source.isna() if hasattr(source, "isna") else source.is_null()), "the column")
        return None
    try:
        column = pa.chunked_array(source if hasattr(source, "__arrow_c_stream__") else [pa.array(source)])
    except (pa.ArrowException, TypeError, ValueError, ArithmeticError):  # an item that Arrow cannot hold
        return None
    if pa.types.is_struct(column.type):
        refuse_table(source, [field.name for field in column.type])
    refuse_null_rows(column)
    return column


def refuse_null_rows(column: Any, name: str = "the column", first: int = 0) -> None:
    """Raise a `CorpusError` where rows of an Arrow column are null; `first` is the number of its first row."""
    if column.null_count:
        _refuse_missing(np.asarray(column.is_null()), name, first)


def _refuse_missing(missing: NDArray[np.bool_], name: str, first: int = 0) -> None:
    if missing.any():
        raise CorpusError(
            f"{_null(int(missing.sum()), 'row')} in {name}, the first is row {first + int(missing.argmax()):,} "
            "(counted from 0): drop such rows (drop_nulls, dropna) first"
        )


def _null(number: int, noun: str) -> str:
    return f"{counted(number, noun)} {'is' if number == 1 else 'are'} null"


def list_lengths(array: Any) -> NDArray[np.int64] | None:
    """Return how long the lists of an Arrow array are; None where it holds no lists.

    Arrow is asked: there are lists, large, fixed-size and view ones, and there will be others.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    try:
        lengths: NDArray[Any] = pc.list_value_length(array).to_numpy(zero_copy_only=False)
    except pa.ArrowNotImplementedError:
        return None
    return lengths.astype(np.int64)


def list_values(array: Any) -> Any:
    """Return the values of an Arrow array of lists, end to end."""
    import pyarrow.compute as pc  # noqa: PLC0415

    return pc.list_flatten(array)


def integer_batches(column: Any) -> Reread | None:
    """Batches of values and ends, of a column of lists of integers; None: it holds something else."""
    return Reread(lambda: map(_integer_rows, column.chunks)) if holds_integers(column.type) else None


def holds_integers(kind: Any) -> bool:
    """Whether this is an Arrow type of lists of integers."""
    import pyarrow as pa  # noqa: PLC0415

    none = pa.nulls(0, kind)
    return list_lengths(none) is not None and pa.types.is_integer(list_values(none).type)


def _integer_rows(chunk: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Values and ends of an Arrow array of lists of integers."""
    lengths, numbers = cast("NDArray[np.int64]", list_lengths(chunk)), list_values(chunk)
    if nulls := numbers.null_count:
        raise CorpusError(f"{_null(nulls, 'value')} in the column's lists: leave such values out")
    return int64(numbers.to_numpy(zero_copy_only=False), "the column"), np.cumsum(lengths)


def python_values(array: Any) -> list[Any]:
    """Return what an Arrow array or column holds as Python objects."""
    try:
        return list(array.to_pylist())
    except UnicodeDecodeError:
        raise CorpusError(_NOT_UTF8) from None


def rows(column: Any) -> Reread:
    """Rows of a column as Python objects, some at a time."""

    def start() -> Iterator[Any]:
        for chunk in column.chunks:
            for begin in range(0, len(chunk), _ROWS):
                yield from python_values(chunk.slice(begin, _ROWS))

    return Reread(start)
