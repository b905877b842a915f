"""The items of a source: checked, sorted by what the first one is, and gathered where they are integers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from itertools import chain
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError
from wordmill.foreign import quoted
from wordmill.sources.no_keys import as_key, is_missing
from wordmill.text import lower

__all__ = [
    "Kind",
    "as_sequence",
    "bad_document",
    "bad_token",
    "checked_document",
    "checked_text",
    "checked_words",
    "gathered",
    "int64",
    "integer_array",
    "mended",
    "refuse_other_kinds",
    "sorted_out",
    "tokenized",
]

Kind = Literal["documents", "words", "integers", "arrays"]

_TOKENS_AT_ONCE = 1 << 20
_NO_INTEGERS = {bool, np.bool_, np.ma.core.MaskedConstant}  # of which NumPy makes numbers
_SURROGATES = re.compile("[\ud800-\udfff]")


def sorted_out(items: Iterable[Any]) -> tuple[Kind, Iterator[Any]]:
    """Find out from the first item that is not empty what all are to be; each is checked when it is asked for.

    Returns
    -------
    kind, items
        "documents": str; "words": lists of what should be words; "integers": lists of what should be integers;
        "arrays": the same, where the first is an array of integers.
    """
    items = iter(items)
    empty: list[Any] = []
    for item in items:
        if isinstance(item, str):
            return "documents", (checked_document(i, each) for i, each in enumerate(chain(empty, [item], items)))
        tokens = as_sequence(len(empty), item)
        if len(tokens):
            sequences = (as_sequence(i, each) for i, each in enumerate(chain(empty, [tokens], items)))
            if isinstance(tokens, np.ndarray):
                return "arrays", sequences
            return "words" if isinstance(tokens[0], str) else "integers", sequences
        empty.append(tokens)
    return "words", iter(empty)


def checked_document(index: int, text: Any) -> str:
    """Return a document, which must be a str."""
    if isinstance(text, str):
        return text
    cure = "drop such rows" if is_missing(text) else "pass documents alone, or lists of tokens alone"
    raise CorpusError(f"item {index:,} is of type {type(text).__name__}, but others are documents (str): {cure}")


def checked_text(index: int, text: str, errors: Literal["strict", "replace"] = "strict") -> str:
    """Return the text of a document, which must be Unicode without NUL."""
    if "\0" not in text and (text.isascii() or not _SURROGATES.search(text)):
        return text
    if errors == "strict":
        raise CorpusError(bad_document(index))
    return mended(text).replace("\0", "\ufffd")


def bad_document(index: int) -> str:
    """Say which document is no text."""
    return f"document {index:,} holds a NUL or half a surrogate pair: mend it, or pass errors='replace'"


def tokenized(
    texts: Iterable[str], tokenizer: Callable[[str], Any], *, lowercase: bool
) -> Iterator[list[Any] | NDArray[Any]]:
    """Yield what a user's tokenizer makes of lines or documents."""
    for index, text in enumerate(texts):
        yield as_sequence(index, tokenizer(lower(text) if lowercase else text), "tokenizer's result")


def as_sequence(index: int, item: Any, what: str = "item") -> list[Any] | NDArray[Any]:
    """Return a sequence of tokens as a list, or as the array of integers that it is."""
    if isinstance(item, list):
        return item
    if isinstance(item, np.ndarray):
        return _from_array(index, item, what)
    name = type(item).__name__
    refuse_other_kinds(item, f"{what} {index:,}")
    if isinstance(item, str):
        raise CorpusError(
            f"{what} {index:,} is the string {quoted(item)} where a list of tokens is needed: put it into a "
            "list, or pass documents (str) alone"
        )
    if isinstance(item, bytes | bytearray | memoryview | Mapping | Set) or not isinstance(item, Iterable):
        cure = "drop such rows" if is_missing(item) else "pass a list of lists, or of documents (str)"
        raise CorpusError(f"{what} {index:,} is of type {name}, not a sequence of tokens: {cure}")
    dimensions = len(getattr(item, "shape", "1"))
    if dimensions != 1:
        raise CorpusError(f"{what} {index:,} is a {name} of {dimensions} dimensions: a sequence has one")
    if hasattr(item, "to_pylist"):  # of Arrow, whose own items are no Python objects
        return list(item.to_pylist())
    if hasattr(item, "__array__"):  # a Series, a tensor
        try:
            array = np.asarray(item)
        except Exception:  # whatever its library raises where NumPy has no such numbers: its items say what they are
            return list(item)
        return _from_array(index, array, what) if array.dtype.kind in "iu" else list(item)
    return list(item)


def refuse_other_kinds(source: Any, what: str) -> None:
    """Refuse what can be iterated, but gives no keys: open files, and sparse matrices, which hold counts."""
    name = type(source).__name__
    if isinstance(source, io.IOBase):
        raise CorpusError(f"{what} is an open file: pass its path, or list(file)")
    if hasattr(type(source), "nnz"):
        raise CorpusError(f"{what} is a sparse {name}, which counts keys and has no order: pass lists of the keys")


def _from_array(index: int, array: NDArray[Any], what: str) -> list[Any] | NDArray[Any]:
    """Return an array of integers as it is, one of words as a list; what is masked is left out."""
    if array.ndim != 1:
        cure = "drop such rows" if is_missing(array) else "a sequence has one"
        raise CorpusError(f"{what} {index:,} is an array of {array.ndim} dimensions: {cure}")
    kept = array.compressed() if isinstance(array, np.ma.MaskedArray) else array
    if kept.dtype.kind in "iu":
        return np.asarray(kept)
    if kept.dtype.kind not in "OUST" and kept.size:
        raise CorpusError(
            f"{what} {index:,} is an array of {kept.dtype}, so that its token 0 is of type {type(kept[0]).__name__}: "
            f"{_cure(kept[0])}"
        )
    return list(kept.tolist())


def checked_words(index: int, tokens: Any, errors: Literal["strict", "replace"] = "strict") -> list[str]:
    """Return the words of a sequence, or explain what is none of them."""
    try:
        "".join(tokens).encode()  # every token is str, and Unicode
        if "" not in tokens:
            return list(tokens)
    except UnicodeEncodeError:
        if errors == "replace":
            return [mended(token) for token in tokens]
    except TypeError:
        pass  # the message says which
    raise CorpusError(bad_token(index, tokens))


def mended(text: str) -> str:
    """Put U+FFFD in the place of each byte of half a surrogate pair, as errors='replace' does in files."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def bad_token(index: int, tokens: Any) -> str:
    """Say which token of a sequence of words is wrong."""
    for place, token in enumerate(tokens):
        where = f"sequence {index:,}, token {place:,}"
        if not isinstance(token, str):
            return f"{where} is of type {type(token).__name__} ({quoted(token)}): {_cure(token)}"
        if not token:
            return f"{where} is empty: leave such tokens out"
        if not token.isprintable() and _SURROGATES.search(token):
            return f"{where}, {quoted(token)}, holds half a surrogate pair: mend it, or pass errors='replace'"
    return f"sequence {index:,} is no list of tokens"


def _cure(token: object) -> str:
    if is_missing(token):
        return "leave missing tokens out"
    known = isinstance(token, str | int | np.integer) and not isinstance(token, bool)
    return "keys are all str, or all integers" + ("" if known else f"; {as_key(token, 'token')} makes one of it")


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
    if isinstance(tokens, np.ndarray) or _NO_INTEGERS.isdisjoint(map(type, tokens)):
        try:
            array = np.asarray(tokens)
        except (ValueError, OverflowError):  # of different lengths, beyond 64 bits
            array = np.asarray(tokens, dtype=object)
        if array.ndim == 1 and array.dtype.kind in "iu":
            return int64(array, f"sequence {index:,}")
    for place, token in enumerate(tokens):
        if not isinstance(token, int | np.integer) or isinstance(token, bool):
            raise CorpusError(
                f"sequence {index:,}, token {place:,} is of type {type(token).__name__} ({quoted(token)}): "
                f"{_cure(token)}"
            )
    raise CorpusError(f"sequence {index:,} holds integers beyond 64 bits")


def int64(array: NDArray[Any], what: str) -> NDArray[np.int64]:
    """Return integers of any width as int64, in one piece."""
    if array.dtype == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
        raise CorpusError(f"{what} holds {array.max()}: integer keys go up to 2^63 - 1")
    return np.ascontiguousarray(array, dtype=np.int64)
