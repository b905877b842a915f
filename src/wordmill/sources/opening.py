"""What a user may pass as data, brought to one of four forms: files, sequences, batches of integers, or encoded ids.

Everything here can be read again: a one-shot iterator would leave nothing for a second `fit`, and is an error.
"""

from __future__ import annotations

import glob
import inspect
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError
from wordmill.foreign import quoted
from wordmill.sources.columns import integer_batches, is_table, open_column, refuse_table, rows
from wordmill.sources.items import int64, refuse_other_kinds

STDIN = "-"
_LONGEST_PATH = 4096


@dataclass(frozen=True)
class Files:
    """Text files; None is standard input. With a `column`, tables."""

    paths: tuple[Path | None, ...]
    column: str | None = None


@dataclass(frozen=True)
class Sequences:
    """Documents (str), or lists of tokens: the first one decides."""

    items: Iterable[Any]


@dataclass(frozen=True)
class IntegerBatches:
    """Many sequences of integers at once: values end to end, and where each sequence ends."""

    batches: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]


@runtime_checkable
class Encoded(Protocol):
    """Ids that stand for keys: an `EncodedCorpus`."""

    @property
    def vocab(self) -> Any:
        """Its keys by id, in `keys`, and their kind."""

    @property
    def ids(self) -> NDArray[np.int32]:
        """(N,) ids, the sequences end to end."""

    @property
    def offsets(self) -> NDArray[np.int64]:
        """(S + 1,) where the sequences begin and end."""

    def check_file(self) -> None:
        """Refuse a file that was written to since it was opened."""


Source = Files | Sequences | IntegerBatches | Encoded


def open_source(source: Any, *, once: bool = False) -> Source:
    """Find out what a source is.

    Parameters
    ----------
    source
        str or PathLike: a path or a glob; "-": standard input. A list of PathLike: files. A sequence of str:
        documents. An iterable of token lists, or of lists or arrays of integers. A function without arguments that
        returns one of these (there a one-shot iterator will do). A column: an Arrow array, or a Series of pandas or
        Polars. An `EncodedCorpus`. What this function returned.
    once
        Whether an iterator will do, which can be read only once.

    Raises
    ------
    CorpusError
        It is none of these; the message says what to pass instead.
    """
    if callable(source) and not isinstance(source, Iterable):
        made = _called(source)
        return Sequences(made) if isinstance(made, Iterator) else open_source(made)
    if isinstance(source, str | os.PathLike):
        return Files((None,) if source == STDIN else tuple(_files_named(source)))
    if isinstance(source, Files | Sequences | IntegerBatches | Encoded):
        return source
    if not once or not isinstance(source, Iterator):  # lines of an open file are texts, read once
        refuse_other_kinds(source, "the corpus")
    if isinstance(source, Iterator) and not once:
        raise CorpusError(
            f"{type(source).__name__} can be read only once: pass a list, or a function that makes one each time"
        )
    if is_table(source):
        refuse_table(source)
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        return _open_column(source)
    return _open_iterable(source)


def _called(function: Callable[..., Any]) -> Any:
    """Call a function that makes a source; its own errors are its caller's."""
    try:
        parameters = tuple(inspect.signature(function).parameters.values())
    except ValueError:  # some of Python's own have no signature
        parameters = ()
    wanted = [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if wanted:
        raise CorpusError(
            f"a function that makes a corpus takes no arguments, and this one wants {quoted(wanted[0])}: wrap it, as "
            "lambda: function(...)"
        )
    return function()


def _open_column(source: Any) -> Source:
    column = open_column(source)
    if column is None:
        return Sequences(source)
    batches = integer_batches(column)
    return Sequences(rows(column)) if batches is None else IntegerBatches(batches)


def _open_iterable(source: Any) -> Source:
    if isinstance(source, bytes | bytearray | memoryview | Mapping | Set) or not isinstance(source, Iterable):
        raise CorpusError(
            f"{type(source).__name__} is no corpus: pass a path, a list of documents (str), an iterable of token "
            "lists, or a column"
        )
    if hasattr(source, "__array__") and len(getattr(source, "shape", ())) != 1:  # of one, each item says what it is
        return _open_array(source if isinstance(source, np.ndarray) else np.asarray(source))
    if isinstance(source, np.ndarray):
        return _open_array(source)
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


def _open_array(array: NDArray[Any]) -> Source:
    """Take the rows of a matrix for sequences; a flat array holds documents, or sequences of their own."""
    if array.ndim not in (1, 2) or (array.ndim == 1 and array.dtype.kind not in "OSTU"):
        what = "integers" if array.dtype.kind in "iu" else str(array.dtype)
        raise CorpusError(f"{what} in shape {array.shape}: pass a matrix, a sequence a row, or a list of arrays")
    if isinstance(array, np.ma.MaskedArray):
        if array.ndim == 1 and np.ma.getmaskarray(array).any():
            raise CorpusError("items of the array are masked: leave them out (array.compressed())")
        return Sequences(array if array.ndim == 2 else array.compressed())  # of each row, what is masked is left out
    if array.dtype.kind not in "iu":
        return Sequences(np.asarray(array))
    ends = np.arange(1, len(array) + 1, dtype=np.int64) * array.shape[1]
    return IntegerBatches([(int64(np.asarray(array).reshape(-1), "the array"), ends)])
