"""Parquet files: what is in them, and a column of some of their row groups, a batch of rows after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wordmill.errors import CorpusError
from wordmill.extras import import_extra
from wordmill.foreign import bounded

__all__ = ["is_parquet", "parquet_batches", "parquet_schema", "row_group_sizes"]

_SIGNATURE = b"PAR1\x15"  # text may begin with the first four
_ROWS = 1 << 14  # read at once


def is_parquet(path: Path | None) -> bool:
    """Whether this is a file that begins as Parquet does; what cannot be opened is none."""
    if path is None or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_SIGNATURE)) == _SIGNATURE
    except OSError:
        return False  # who reads it says why


def parquet_schema(path: Path) -> Any:
    """Return the columns of a file as a pyarrow.Schema."""
    with _opened(path) as file:
        return file.schema_arrow


def row_group_sizes(path: Path) -> list[int]:
    """Return the bytes of each row group."""
    with _opened(path) as file:
        return [file.metadata.row_group(group).total_byte_size for group in range(file.num_row_groups)]


def parquet_batches(path: Path, column: str, begin: int = 0, end: int | None = None) -> Iterator[tuple[int, Any]]:
    """Yield the number of the first row, and an Arrow array of a column, for some rows after the other of row groups.

    Raises
    ------
    CorpusError
        The file is damaged.
    """
    with _opened(path) as file:
        groups = range(begin, file.num_row_groups if end is None else end)
        row = sum(file.metadata.row_group(group).num_rows for group in range(begin))
        for batch in file.iter_batches(_ROWS, row_groups=groups, columns=[column]):
            yield row, batch.column(0)
            row += len(batch)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a file; what pyarrow says of a damaged one is said in our words."""
    pa, pq = import_extra("pyarrow", "Parquet files"), import_extra("pyarrow.parquet", "Parquet files")
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(f"{path} cannot be read as Parquet ({bounded(str(error), 200)}): write it again") from error
