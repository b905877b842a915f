"""What a user may pass as a corpus, brought to one of three forms: files, sequences, or batches of integers.

Everything here can be read again: a one-shot iterator would leave nothing for a second `fit`, and is an error.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError, MissingDependencyError
from wordmill.foreign import quoted

STDIN = "-"
_LONGEST_PATH = 4096


@dataclass(frozen=True)
class Files:
    """Text files; None is standard input."""

    paths: tuple[Path | None, ...]


@dataclass(frozen=True)
class Sequences:
    """Documents (str), or lists of tokens: the first one decides."""

    items: Iterable[Any]


@dataclass(frozen=True)
class IntegerBatches:
    """Many sequences of integers at once: values end to end, and where each sequence ends."""

    batches: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]


Source = Files | Sequences | IntegerBatches


def open_source(source: Any) -> Source:
    """Find out what a source is.

    Parameters
    ----------
    source
        str or PathLike: a path or a glob; "-": standard input. A list of PathLike: files. A sequence of str:
        documents. An iterable of token lists, or of lists or arrays of integers. A function without arguments that
        returns one of these (there a one-shot iterator will do). A column: an Arrow array, or a Series of pandas or
        Polars.

    Raises
    ------
    CorpusError
        It is none of these; the message says what to pass instead.
    """
    if callable(source) and not isinstance(source, Iterable):
        made = source()
        return Sequences(made) if isinstance(made, Iterator) else open_source(made)
    if isinstance(source, str | os.PathLike):
        return Files((None,) if source == STDIN else tuple(_files_named(source)))
    if isinstance(source, Iterator):
        raise CorpusError(
            f"{type(source).__name__} can be read only once: pass a list, or a function that makes one each time"
        )
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        return _column(source)
    return _open_iterable(source)


def _open_iterable(source: Any) -> Source:
    if isinstance(source, bytes | bytearray | memoryview | Mapping | Set) or not isinstance(source, Iterable):
        raise CorpusError(
            f"{type(source).__name__} is no corpus: pass a path, a list of documents (str), an iterable of token "
            "lists, or a column"
        )
    if isinstance(source, np.ndarray) and source.dtype.kind in "iu":
        return _integer_array(source)
    if isinstance(source, list | tuple) and source and isinstance(source[0], os.PathLike):
        return Files(tuple(_all_paths(source)))
    if isinstance(source, list | tuple) and source and all(map(_names_a_file, source)):
        raise CorpusError(
            f"the strings of this list, {quoted(source[0])} and so on, name files: pass them as pathlib.Path"
        )
    return Sequences(source)


def _files_named(path: str | os.PathLike[str]) -> list[Path]:
    """Find the file of this name, or else the files that match it as a glob."""
    name = os.fspath(path)
    or_text = ", or pass text as a list of documents, [text]" if isinstance(path, str) else ""
    if not name:
        raise CorpusError("an empty string names no file")
    if len(name) > _LONGEST_PATH or "\n" in name or "\0" in name:
        raise CorpusError(f"{quoted(name[:40])}... is no file name: check the path{or_text}")
    if os.path.exists(name):  # noqa: PTH110 (Path.exists fails on long names)
        return [Path(name)]
    if not glob.has_magic(name):
        raise CorpusError(f"{quoted(name)} names no file: check the path{or_text}")
    paths = sorted(path for path in map(Path, glob.glob(name, recursive=True)) if not path.is_dir())  # noqa: PTH207
    if not paths:
        raise CorpusError(f"{quoted(name)} matches no file: check the path and its wildcards")
    return paths


def _all_paths(items: Iterable[Any]) -> Iterator[Path]:
    for index, item in enumerate(items):
        if not isinstance(item, os.PathLike):
            raise CorpusError(f"item {index} of a list of paths is of type {type(item).__name__}: pass paths alone")
        yield from _files_named(item)


def _names_a_file(text: Any) -> bool:
    return isinstance(text, str) and os.path.isfile(text)  # noqa: PTH113 (Path.is_file fails on long names)


def _integer_array(array: NDArray[Any]) -> IntegerBatches:
    """Take the rows of a matrix for sequences."""
    if array.ndim != 2:
        raise CorpusError(f"integers in shape {array.shape}: pass a matrix, a sequence a row, or a list of arrays")
    ends = np.arange(1, len(array) + 1, dtype=np.int64) * array.shape[1]
    return IntegerBatches([(int64(array.reshape(-1), "the array"), ends)])


def _column(source: Any) -> Source:
    """Read a column through the Arrow C interface, chunk by chunk."""
    try:
        import pyarrow as pa  # noqa: PLC0415
    except ImportError as error:
        raise MissingDependencyError(
            f"to read a {type(source).__name__}, pyarrow is needed: python -m pip install 'wordmill[arrow]'"
        ) from error
    column = pa.chunked_array(source if hasattr(source, "__arrow_c_stream__") else [pa.array(source)])
    kind = column.type
    if pa.types.is_struct(kind):
        raise CorpusError(f"a {type(source).__name__} has several columns: pass one of them, such as table['text']")
    if column.null_count:
        raise CorpusError(f"{column.null_count:,} rows of the column are null: drop them (drop_nulls, dropna) first")
    lists = pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list
    if any(is_list(kind) for is_list in lists) and pa.types.is_integer(kind.value_type):
        return IntegerBatches(_Reread(lambda: map(_integer_rows, column.chunks)))
    return Sequences(_Reread(lambda: (row for chunk in column.chunks for row in chunk.to_pylist())))


@dataclass(frozen=True)
class _Reread:
    """An iterable that starts anew each time."""

    start: Callable[[], Iterator[Any]]

    def __iter__(self) -> Iterator[Any]:
        return self.start()


def _integer_rows(chunk: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Values and ends of an Arrow array of lists of integers."""
    values = chunk.flatten()
    if values.null_count:
        raise CorpusError(f"{values.null_count:,} values of the column's lists are null: drop them first")
    ends = np.cumsum(chunk.value_lengths().to_numpy(zero_copy_only=False), dtype=np.int64)
    return int64(values.to_numpy(zero_copy_only=False), "the column"), ends


def int64(array: NDArray[Any], what: str) -> NDArray[np.int64]:
    """Return integers of any width as int64, in one piece."""
    if array.dtype == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
        raise CorpusError(f"{what} holds {array.max()}: integer keys go up to 2^63 - 1")
    return np.ascontiguousarray(array, dtype=np.int64)
