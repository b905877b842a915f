"""What the rows of the input vectors are, and how the vectors that users see are made from them.

Everything else in a run (first values, frozen rows, checkpoints, slices, backends) knows rows and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus import Vocab

__all__ = ["WordRows"]

Matrix = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class WordRows:
    """A row a word, in the order of the vocabulary: R = V.

    Attributes
    ----------
    vocab : Vocab
        The words, with their counts.
    """

    vocab: Vocab

    def __len__(self) -> int:
        """Rows, R."""
        return len(self.vocab)

    def vectors(self, rows: Matrix) -> Matrix:
        """Return the words' vectors (V, D), made from rows (R, D); here the rows themselves."""
        return rows

    def assign(self, rows: Matrix, words: NDArray[np.bool_], vectors: Matrix) -> None:
        """Let some words, (V,), begin with these vectors, one each."""
        rows[words] = vectors

    def of(self, words: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return (R,) which rows some words, (V,), are made of."""
        return words

    def places_in(self, others: WordRows) -> NDArray[np.int64]:
        """Return (R,) where each row is among others, -1 where it is new."""
        return np.array([others.vocab.key_to_index.get(key, -1) for key in self.vocab], np.int64)

    def name(self, row: int) -> str:
        """Return what a row is called, whatever the rest of the vocabulary."""
        return str(self.vocab.keys[row])
