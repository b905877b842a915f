"""The items of a source: checked, and gathered into what the core takes at once."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError
from wordmill.foreign import quoted
from wordmill.sources.opening import int64

_TOKENS_AT_ONCE = 1 << 20
_SURROGATES = re.compile("[\ud800-\udfff]")


def checked_document(index: int, text: Any) -> str:
    """Return a document, which must be a str."""
    if isinstance(text, str):
        return text
    raise CorpusError(
        f"item {index:,} is of type {type(text).__name__}, but others are documents (str): pass documents alone, or "
        "lists of tokens alone"
    )


def text_batches(texts: Iterable[str], characters: int) -> Iterator[list[str]]:
    """Gather texts until there are so many characters."""
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text) + 1
        if size >= characters:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def as_sequence(index: int, item: Any, what: str = "item") -> list[Any] | NDArray[Any]:
    """Return a sequence of tokens as a list, or as the array of integers that it is."""
    if isinstance(item, list):
        return item
    if isinstance(item, np.ndarray):
        if item.ndim != 1:
            raise CorpusError(f"{what} {index:,} is an array of {item.ndim} dimensions: a sequence has one")
        return item if item.dtype.kind in "iu" else list(item.tolist())
    if isinstance(item, str):
        raise CorpusError(
            f"{what} {index:,} is the string {reprlib.repr(item)} where a list of tokens is needed: put it into a "
            "list, or pass documents (str) alone"
        )
    if isinstance(item, bytes | bytearray | memoryview | Mapping | Set) or not isinstance(item, Iterable):
        raise CorpusError(
            f"{what} {index:,} is of type {type(item).__name__}, not a sequence of tokens: pass a list of lists, or of "
            "documents (str)"
        )
    return list(item)


def bad_token(index: int, tokens: Any) -> str:
    """Say which token of a sequence of words is wrong."""
    for place, token in enumerate(tokens):
        where = f"sequence {index:,}, token {place:,}"
        if not isinstance(token, str):
            return (
                f"{where} is of type {type(token).__name__} ({reprlib.repr(token)}): keys are all str, or all integers"
            )
        if not token:
            return f"{where} is empty: leave such tokens out"
        if not token.isprintable() and _SURROGATES.search(token):
            return f"{where}, {quoted(token)}, holds half a surrogate pair: mend it, or pass errors='replace'"
    return f"sequence {index:,} is no list of tokens"


def gathered(sequences: Iterable[Any]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Gather arrays of integers into large ones, and where each ends."""
    arrays: list[NDArray[np.int64]] = []
    size = 0
    for index, tokens in enumerate(sequences):
        arrays.append(integer_array(index, tokens))
        size += len(arrays[-1]) + 1
        if size > _TOKENS_AT_ONCE:
            yield np.concatenate(arrays), np.cumsum([len(array) for array in arrays], dtype=np.int64)
            arrays, size = [], 0
    if arrays:
        yield np.concatenate(arrays), np.cumsum([len(array) for array in arrays], dtype=np.int64)


def integer_array(index: int, tokens: Any) -> NDArray[np.int64]:
    """Return a sequence of integers as an array, or explain why it is none."""
    if isinstance(tokens, np.ndarray) and tokens.dtype == np.int64:
        return tokens
    if len(tokens) == 0:
        return np.zeros(0, np.int64)
    try:
        array = np.asarray(tokens)
    except (ValueError, OverflowError):  # of different lengths, beyond 64 bits
        array = np.asarray(tokens, dtype=object)
    if array.ndim == 1 and array.dtype.kind in "iu":
        return int64(array, f"sequence {index:,}")
    for place, token in enumerate(tokens):
        if not isinstance(token, int | np.integer) or isinstance(token, bool):
            raise CorpusError(
                f"sequence {index:,}, token {place:,} is of type {type(token).__name__} ({reprlib.repr(token)}): keys "
                "are all str, or all integers"
            )
    raise CorpusError(f"sequence {index:,} holds integers beyond 64 bits")
