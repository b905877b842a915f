"""Parquet and Arrow IPC (Feather): columns `key` (text or int64), `vector` (lists of D floats), and maybe `count`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from wordmill.compression import most_unpacked
from wordmill.errors import FormatError
from wordmill.extras import import_extra
from wordmill.foreign import quoted
from wordmill.saving import atomic_file
from wordmill.sources.columns import list_lengths, list_values
from wordmill.vectors.formats.rows import MOST_DIMENSIONS, ReadOptions, collect_arrays
from wordmill.vectors.table import VectorTable

__all__ = ["arrow_table", "read_arrow", "read_parquet", "write_arrow", "write_parquet", "write_table"]

_INSIDE = UnicodeDecodeError, KeyError, RuntimeError  # what comes out of pyarrow itself, of damaged files
_SMALLEST = 2  # bytes of a float
_ROWS = 1 << 14  # rows in one batch or row group


def read_parquet(path: Path, options: ReadOptions) -> VectorTable:
    """Read a Parquet file."""
    _pyarrow()
    import pyarrow.parquet as pq  # noqa: PLC0415 (an extra)

    def batches() -> Iterator[Any]:
        with pq.ParquetFile(path) as file:
            columns = _columns(path, file.schema_arrow.names)
            _check_declared(path, options, file)
            yield from file.iter_batches(batch_size=_ROWS, columns=columns)

    return _read(path, options, batches())


def write_parquet(path: Path, keyed_vectors: VectorTable) -> None:
    """Write a Parquet file."""
    write_table(path, arrow_table(keyed_vectors))


def write_table(path: Path, table: Any) -> None:
    """Write an Arrow table as a Parquet file."""
    _pyarrow()
    import pyarrow.parquet as pq  # noqa: PLC0415 (an extra)

    with atomic_file(path) as staging:
        pq.write_table(table, staging, row_group_size=_ROWS, compression="zstd")


def read_arrow(path: Path, options: ReadOptions) -> VectorTable:
    """Read an Arrow IPC file (Feather version 2)."""
    pa = _pyarrow()

    def batches() -> Iterator[Any]:
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
            names = _columns(path, reader.schema.names)
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index).select(names)

    return _read(path, options, batches())


def write_arrow(path: Path, keyed_vectors: VectorTable) -> None:
    """Write an Arrow IPC file (Feather version 2)."""
    pa = _pyarrow()
    table = arrow_table(keyed_vectors)
    with (
        atomic_file(path) as staging,
        pa.OSFile(str(staging), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table, max_chunksize=_ROWS)


def arrow_table(keyed_vectors: VectorTable) -> Any:
    """Return an Arrow table: columns `key`, `vector` (fixed-size lists), and `count` where counts are known."""
    pa = _pyarrow()
    vectors = keyed_vectors.vectors
    columns = {
        "key": pa.array(keyed_vectors.keys, type=pa.string() if keyed_vectors.kind == "str" else pa.int64()),
        "vector": pa.FixedSizeListArray.from_arrays(np.ascontiguousarray(vectors).ravel(), vectors.shape[1]),
    }
    if keyed_vectors.counts is not None:
        columns["count"] = pa.array(keyed_vectors.counts)
    return pa.table(columns)


def _check_declared(path: Path, options: ReadOptions, file: Any) -> None:
    """Refuse a Parquet file that claims more rows, as long as its first, than so many bytes are believed to hold.

    What its metadata say of columns is not asked for: pyarrow ends the process where they are damaged.
    """
    first = next(file.iter_batches(batch_size=1, columns=["vector"]), None)
    lengths = None if first is None or first.column("vector").null_count else list_lengths(first.column("vector"))
    width = 0 if lengths is None or not len(lengths) else int(lengths[0])
    rows, most = (
        min(file.metadata.num_rows, options.limit or file.metadata.num_rows),
        most_unpacked(path.stat().st_size),
    )
    if _SMALLEST * rows * width > most:
        _refuse_bomb(path, most)


def _refuse_bomb(path: Path, most: int) -> NoReturn:
    raise FormatError(
        f"{path} holds more than {most:,} bytes, compressed into {path.stat().st_size:,}, which vectors are not: "
        "write it again without compression if it is good"
    )


def _columns(path: Path, names: list[str]) -> list[str]:
    if missing := {"key", "vector"} - set(names):
        raise FormatError(f"{path}: no column {quoted(' or '.join(sorted(missing)))} among {names}: rename the columns")
    return [name for name in ("key", "vector", "count") if name in names]


def _read(path: Path, options: ReadOptions, batches: Iterator[Any]) -> VectorTable:
    """Take batches until there are enough rows."""
    pa = _pyarrow()
    keys: list[NDArray[Any]] = []
    vectors: list[NDArray[Any]] = []
    counts: list[NDArray[Any]] = []
    rows, unpacked, most = 0, 0, most_unpacked(path.stat().st_size)
    try:
        for batch in batches:
            if not batch.num_rows:
                continue
            keys.append(_plain(path, batch, "key"))
            vectors.append(_matrix(path, batch.column("vector"), most))
            if "count" in batch.schema.names:
                counts.append(_plain(path, batch, "count"))
            rows, unpacked = rows + len(keys[-1]), unpacked + vectors[-1].nbytes
            if options.limit is not None and rows >= options.limit:
                break
            if unpacked > most:
                _refuse_bomb(path, most)
    except FormatError:
        raise
    except (pa.ArrowException, OSError, *_INSIDE) as error:
        raise FormatError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if len({rows.shape[1] for rows in vectors}) != 1:
        raise FormatError(f"{path} holds no vectors, or vectors of different lengths")
    together = np.concatenate(keys)
    count = np.concatenate(counts) if counts else None
    return collect_arrays(path, options, together, np.concatenate(vectors), count)


def _plain(path: Path, batch: Any, name: str) -> NDArray[Any]:
    """Return a column of text or integers."""
    column, pa = batch.column(name), _pyarrow()
    column.validate(full=True)
    held = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_temporal(held):  # Python's times do not reach as far as Arrow's
        raise FormatError(f"{path}: column {quoted(name)} holds {column.type}, neither text nor integers")
    if column.null_count == 0 and not pa.types.is_integer(column.type):  # text has many types: what it holds counts
        values = _values(column)
        kinds = set(map(type, values))
        if kinds <= {str} and name == "key":
            return np.array(values, dtype=object)
        column = pa.array(values) if kinds == {int} else column  # categories that are integers
    if column.null_count or not pa.types.is_integer(column.type):
        raise FormatError(f"{path}: column {quoted(name)} holds {column.type} with {column.null_count} empty cells")
    # an ArrowException where 64 bits do not hold one
    integers: NDArray[np.int64] = column.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return integers


def _values(column: Any) -> list[Any]:
    """Return what a column holds; one object for all rows that a dictionary gives the same, for it may be long."""
    if not _pyarrow().types.is_dictionary(column.type):
        return list(column.to_pylist())
    words = column.dictionary.to_pylist()
    return [words[row] for row in column.indices.to_pylist()]


def _matrix(path: Path, column: Any, most: int) -> NDArray[Any]:
    """Return a column of lists of equal length as (n, D), in no more bytes than `most`."""
    pa = _pyarrow()
    column.validate(full=True)
    lengths = None if column.null_count else list_lengths(column)
    if lengths is None:
        raise FormatError(
            f"{path}: column 'vector' holds {column.type} with {column.null_count} empty cells, not lists"
        )
    width = int(lengths[0]) if len(lengths) else 0
    even = 0 < width <= MOST_DIMENSIONS and (lengths == width).all()
    if even and width * len(column) * _SMALLEST > most:  # lists may be views of the same numbers
        _refuse_bomb(path, most)
    values = list_values(column) if even else None
    if values is None or values.null_count or not pa.types.is_floating(values.type):
        raise FormatError(f"{path}: column 'vector' must hold lists of floats, all of one length, not {column.type}")
    matrix: NDArray[Any] = values.to_numpy(zero_copy_only=False).reshape(len(column), width)
    return matrix


def _pyarrow() -> Any:
    import_extra("pyarrow.ipc", "Arrow and Parquet")
    return import_extra("pyarrow", "Arrow and Parquet")
