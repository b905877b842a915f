"""The definition of composed rows: words that are made of several rows of the input vectors.

A word that comes within reach of the windows is composed, the mean of its rows; steps train that row like any other;
when the last of its tokens leaves reach, what it has learnt is added to each of its rows, so that their mean changes by
just that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wordmill.layers import EmbeddingBag
from wordmill.training.backends.base import Bags

__all__ = ["ComposedRows"]

Matrix = NDArray[np.floating]


class ComposedRows:
    """The words of some windows, each with a row of its own as long as one of its tokens is within reach.

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
        (R,) rows that never change. A word of such rows alone does not either.
    """

    def __init__(
        self,
        input_vectors: Matrix,
        bags: Bags,
        tokens: NDArray[np.int32],
        documents: NDArray[np.int32],
        frozen: NDArray[np.bool_] | None,
    ) -> None:
        words, self._words = np.unique(tokens, return_inverse=True)
        self._within_reach = np.zeros(len(words), np.int64)  # tokens of each word
        self._matrix, self._documents = input_vectors, documents
        self._bags = [bags.of(word) for word in words]
        self._learning = [bag if frozen is None else bag[~frozen[bag]] for bag in self._bags]
        empty = np.zeros((len(words), input_vectors.shape[1]), input_vectors.dtype)
        self.rows = np.concatenate([empty, input_vectors[documents]])  #: (words + m, D) as steps train them
        self.weights = np.array([len(bag) for bag in self._bags], input_vectors.dtype)  #: (words,) rows of each
        self.frozen: NDArray[np.bool_] | None = None  #: (words + m,) rows that steps do not change
        if frozen is not None:
            self.frozen = np.concatenate([[len(rows) == 0 for rows in self._learning], frozen[documents]])
        self._before = self.rows.copy()
        self._entered = self._left = 0

    def enter(self, end: int) -> None:
        """Let the tokens before `end` enter; compose their words where they are not."""
        layer = EmbeddingBag(self._matrix)
        for token in range(self._entered, end):
            word = self._words[token]
            if self._within_reach[word] == 0:
                self.rows[word] = self._before[word] = layer.forward([self._bags[word]])[0]
            self._within_reach[word] += 1
        self._entered = max(self._entered, end)

    def leave(self, end: int) -> None:
        """Let the tokens before `end` leave; spread what their words have learnt where none of them is left."""
        for token in range(self._left, min(end, self._entered)):
            word = self._words[token]
            self._within_reach[word] -= 1
            if self._within_reach[word] == 0:
                np.add.at(self._matrix, self._learning[word], self.rows[word] - self._before[word])
        self._left = max(self._left, min(end, self._entered))

    def places(self, tokens: NDArray[np.int32], documents: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return where the rows of tokens, and those of documents, are among `rows`."""
        rows = len(self._bags) + np.searchsorted(self._documents, documents)
        return np.concatenate([self._words[tokens], rows]).astype(np.int32)

    def leave_documents(self) -> None:
        """Put the rows of documents where they came from."""
        self._matrix[self._documents] = self.rows[len(self._bags) :]
