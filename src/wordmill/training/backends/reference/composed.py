"""The definition of composed rows: words that are made of several rows of the input vectors.

A word that comes within reach of the windows is composed, the mean of its rows; steps train that row like any other;
when the word leaves, what it has learnt is added to each of its rows, so that their mean changes by just that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wordmill.layers import EmbeddingBag
from wordmill.training.backends.base import Bags

__all__ = ["ComposedRows"]

Matrix = NDArray[np.floating]


class ComposedRows:
    """The tokens of some windows, each with a row of its own while it is within reach.

    Parameters
    ----------
    input_vectors
        (R, D), in which changes end up.
    bags
        What words are made of.
    tokens
        (n,) the words.
    documents
        (m,) distinct rows that stand for documents. They are steps' rows too, after those of the words: from the
        beginning until all words have left.
    frozen
        (R,) rows that never change.
    """

    def __init__(
        self,
        input_vectors: Matrix,
        bags: Bags,
        tokens: NDArray[np.int32],
        documents: NDArray[np.int32],
        frozen: NDArray[np.bool_] | None,
    ) -> None:
        self._matrix, self._frozen = input_vectors, frozen
        self._bags = [bags.of(token) for token in tokens]
        self._documents = documents
        words = np.zeros((len(tokens), input_vectors.shape[1]), input_vectors.dtype)
        self.rows = np.concatenate([words, input_vectors[documents]])  #: (n + m, D) as steps train them
        self.weights = np.array([len(bag) for bag in self._bags], input_vectors.dtype)  #: (n,) rows of each
        self.frozen: NDArray[np.bool_] | None = None  #: (n + m,) those that steps do not change; words spread less
        if frozen is not None:
            self.frozen = np.concatenate([np.zeros(len(tokens), np.bool_), frozen[documents]])
        self._before = self.rows.copy()
        self._entered = self._left = 0

    def enter(self, end: int) -> None:
        """Compose the tokens before `end` that have not been."""
        layer = EmbeddingBag(self._matrix)
        for token in range(self._entered, end):
            self.rows[token] = self._before[token] = layer.forward([self._bags[token]])[0]
        self._entered = max(self._entered, end)

    def leave(self, end: int) -> None:
        """Spread what the tokens before `end` have learnt."""
        for token in range(self._left, min(end, self._entered)):
            bag = self._bags[token]
            learns = bag if self._frozen is None else bag[~self._frozen[bag]]
            np.add.at(self._matrix, learns, self.rows[token] - self._before[token])
        self._left = max(self._left, min(end, self._entered))

    def places(self, documents: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return where the rows of documents are among `rows`."""
        return len(self._bags) + np.searchsorted(self._documents, documents)

    def leave_documents(self) -> None:
        """Put the rows of documents where they came from."""
        self._matrix[self._documents] = self.rows[len(self._bags) :]
