"""Document vectors: the mean of the vectors of a text's keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.text import tokenize
from wordmill.vectors.search import Floats
from wordmill.vectors.table import VectorTable

__all__ = ["Document", "encode_documents", "sif_weights"]

Document = str | Sequence[str] | Sequence[int] | NDArray[np.integer[Any]]
_TOKENS = 1 << 14  # vectors gathered at once


def encode_documents(
    table: VectorTable, documents: Iterable[Document], *, weights: NDArray[np.float64] | None = None
) -> Floats:
    """Mean vectors (N, D) of N documents, over the keys that have a vector; zeros for a document without any.

    Parameters
    ----------
    table
        The vectors; texts are split by its tokenizer.
    documents
        Texts, or sequences of keys.
    weights
        (V,) a factor for the vector of each key; the sum is still divided by the number of keys found.
    """
    if not isinstance(documents, Iterable):
        raise ParameterError(f"documents are texts or lists of keys, not {quoted(documents)}")
    means = [_block_means(table, ids, weights) for ids in _blocks(table, documents)]
    return np.concatenate([np.empty((0, table.vector_size), dtype=table.vectors.dtype), *means])


def sif_weights(table: VectorTable, a: float = 1e-3) -> NDArray[np.float64]:
    """Smooth inverse frequency a / (a + p) of each key (V,), p its share of all counts.

    Source: Arora, Liang and Ma, "A simple but tough-to-beat baseline for sentence embeddings", 2017.
    """
    if table.counts is None:
        raise ParameterError("sif needs the counts of the keys: use a model that was trained here, or give counts")
    if not a > 0:
        raise ParameterError(f"sif must be a positive number such as 1e-3, not {quoted(a)}")
    return a / (a + table.counts / max(1, int(table.counts.sum())))


def _blocks(table: VectorTable, documents: Iterable[Document]) -> Iterator[list[NDArray[np.int64]]]:
    """Rows of each document, some documents at a time."""
    block: list[NDArray[np.int64]] = []
    held = 0
    for document in documents:
        ids = table.key_table.find_many(_keys(table, document))
        block.append(ids[ids >= 0])
        held += len(block[-1])
        if held > _TOKENS or len(block) > _TOKENS:
            yield block
            block, held = [], 0
    yield block


def _keys(table: VectorTable, document: Document) -> Sequence[Any] | NDArray[Any]:
    if not isinstance(document, str):
        return document
    if table.kind == "int" or table.tokenizer is None:
        what = "integer keys" if table.kind == "int" else "no tokenizer"
        raise ParameterError(
            f"the model has {what}, so a text cannot be split: give lists of keys, not {quoted(document[:20])}"
        )
    return tokenize(document, table.tokenizer, lowercase=table.lowercase)


def _block_means(table: VectorTable, block: list[NDArray[np.int64]], weights: NDArray[np.float64] | None) -> Floats:
    """Means (n, D) of some documents, summed in float64."""
    lengths = np.array([len(ids) for ids in block], dtype=np.int64)
    sums = np.zeros((len(block), table.vector_size))
    if lengths.sum():
        ids = np.concatenate(block)
        rows = table.vectors[ids].astype(np.float64)
        if weights is not None:
            rows *= weights[ids, None]
        filled = np.flatnonzero(lengths)
        sums[filled] = np.add.reduceat(rows, (np.cumsum(lengths) - lengths)[filled], axis=0)
    return (sums / np.maximum(lengths, 1)[:, None]).astype(table.vectors.dtype)
