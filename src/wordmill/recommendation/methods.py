"""Ways to foretell the next item: each scores all items that it knows, for a batch of cases at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus import EventCorpus, Vocab
from wordmill.evaluation.vectors import Vectors, unit_rows
from wordmill.extras import import_extra

__all__ = ["By", "ByOutputs", "ByVectors", "CoOccurrence", "Context", "Method", "Popularity"]

#: What a next item is foretold from: the last item alone, or all items seen.
Context = Literal["last", "mean"]
#: What a model scores items by: how similar their vectors are, or how probable its output vectors say that they are.
By = Literal["similarity", "outputs"]


class Method(ABC):
    """Scores items, the best first; ties go to the item that comes first, the more frequent one.

    Attributes
    ----------
    row_of : (V of the events,) int64
        The method's own row of each item; -1 where it does not know the item.
    size : int
        How many items it knows.
    needs_context : bool
        Whether it has no answer where it knows nothing of what was seen.
    """

    needs_context = True

    def __init__(self, row_of: NDArray[np.int64], size: int) -> None:
        self.row_of, self.size = row_of, size

    @abstractmethod
    def scores(self, seen: list[NDArray[np.int64]]) -> NDArray[np.floating[Any]]:
        """Return scores (B, size) for rows that were seen, in order; some are seen in each."""


class ByVectors(Method):
    """Cosine with the vector of the last item, or with the mean of the unit vectors of all."""

    def __init__(self, vectors: Vectors, items: Vocab, context: Context) -> None:
        rows = np.array([vectors.key_to_index.get(key, -1) for key in items], np.int64)
        super().__init__(rows, len(vectors.vectors))
        self._units, self._context = unit_rows(vectors.vectors), context

    def scores(self, seen: list[NDArray[np.int64]]) -> NDArray[np.floating[Any]]:
        """Compare with all rows: one product of matrices."""
        if self._context == "last":
            queries = self._units[[rows[-1] for rows in seen]]
        else:
            queries = np.stack([self._units[rows].mean(axis=0) for rows in seen])
        product: NDArray[np.floating[Any]] = queries @ self._units.T
        return product


class ByOutputs(Method):
    """How probable an item is beside the last one, or beside the mean of all: input vector times output vector.

    Trained against noise that is drawn by count^exponent, the product is the logarithm of a probability over that of
    the noise, up to a constant; so the noise is put back (Levy and Goldberg, 2014).
    """

    def __init__(
        self,
        vectors: Vectors,
        outputs: NDArray[np.floating[Any]],
        counts: NDArray[np.integer[Any]],
        exponent: float,
        items: Vocab,
        context: Context,
    ) -> None:
        rows = np.array([vectors.key_to_index.get(key, -1) for key in items], np.int64)
        super().__init__(rows, len(outputs))
        self._inputs, self._outputs, self._context = vectors.vectors, outputs, context
        self._noise = (exponent * np.log(np.maximum(counts, 1))).astype(outputs.dtype)

    def scores(self, seen: list[NDArray[np.int64]]) -> NDArray[np.floating[Any]]:
        """Ask for all items at once: one product of matrices."""
        if self._context == "last":
            queries = self._inputs[[rows[-1] for rows in seen]]
        else:
            queries = np.stack([self._inputs[rows].mean(axis=0) for rows in seen])
        scores: NDArray[np.floating[Any]] = queries @ self._outputs.T + self._noise
        return scores


class Popularity(Method):
    """How often an item occurs: the same for everyone."""

    needs_context = False

    def __init__(self, train: EventCorpus, items: Vocab) -> None:
        super().__init__(_rows(train.vocab, items), len(train.vocab))
        self._counts = train.vocab.counts.astype(np.float64)

    def scores(self, seen: list[NDArray[np.int64]]) -> NDArray[np.floating[Any]]:
        """Give everyone the counts."""
        return np.repeat(self._counts[None], len(seen), axis=0)


class CoOccurrence(Method):
    """In how many sequences an item stands with the last item; or with each item seen, added up."""

    def __init__(self, train: EventCorpus, items: Vocab, context: Context) -> None:
        super().__init__(_rows(train.vocab, items), len(train.vocab))
        self._sparse = import_extra("scipy.sparse", "counts of items that stand together")
        shape = (len(train), self.size)
        parts = np.ones(len(train.ids), np.float32), train.ids, train.offsets
        held = self._sparse.csr_matrix(parts, shape=shape, copy=True)
        held.sum_duplicates()
        held.data[:] = 1
        self._held, self._by_item, self._context = held, held.T.tocsr(), context

    def scores(self, seen: list[NDArray[np.int64]]) -> NDArray[np.floating[Any]]:
        """Count the sequences that hold both."""
        asked = [rows[-1:] if self._context == "last" else np.unique(rows) for rows in seen]
        ends = np.concatenate([[0], np.cumsum([len(rows) for rows in asked])])
        shape = (len(seen), self.size)
        chosen = self._sparse.csr_matrix((np.ones(ends[-1], np.float32), np.concatenate(asked), ends), shape=shape)
        counts: NDArray[np.floating[Any]] = ((chosen @ self._by_item) @ self._held).toarray()
        return counts


def _rows(vocab: Vocab, items: Vocab) -> NDArray[np.int64]:
    return np.array([vocab.key_to_index.get(key, -1) for key in items], np.int64)
