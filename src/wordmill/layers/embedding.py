"""Rows instead of matrix products: `Embedding` picks rows, `EmbeddingBag` averages some, `EmbeddingDot` scores them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from wordmill.errors import ParameterError
from wordmill.layers.arrays import Floats, Ids, check_ids, check_weights
from wordmill.layers.gradients import Gradient, RowGradient

__all__ = ["Embedding", "EmbeddingBag", "EmbeddingDot"]


class Embedding:
    """Rows of a matrix: what `MatMul` gives for one-hot input, without multiplying by zeros.

    Parameters
    ----------
    W
        Weights (V, D), float32 or float64; used in place, not copied.
    """

    def __init__(self, W: Floats) -> None:
        self.params = [check_weights(W)]
        self._grad = RowGradient(W.shape, W.dtype)
        self.grads: list[Gradient] = [self._grad]
        self._ids: Ids

    def forward(self, idx: ArrayLike) -> Floats:
        """Ids of any shape (...) in, their rows (..., D) out; an id outside of 0..V-1 is a `ParameterError`."""
        (W,) = self.params
        self._ids = check_ids(idx, len(W))
        return W[self._ids]

    def backward(self, dout: Floats) -> None:
        """Keep the gradient (..., D) of the output as that of the rows; a repeated id gets the sum of its gradients."""
        self._grad.assign(self._ids, dout)


class EmbeddingBag:
    """The mean of some rows of a matrix for each example: a word of its n-grams, a window of its contexts.

    Parameters
    ----------
    W
        Weights (R, D), float32 or float64; used in place, not copied.
    """

    def __init__(self, W: Floats) -> None:
        self.embed = Embedding(W)
        self.params = self.embed.params
        self.grads = self.embed.grads
        self._sizes: Ids  # (B,)

    def forward(self, bags: Sequence[ArrayLike]) -> Floats:
        """B times (n,) ids, at least one, in; the means of their rows (B, D) out. A repeated id counts as often."""
        self._sizes = np.array([np.size(bag) for bag in bags])
        if not self._sizes.all():
            raise ParameterError("a bag holds no row: its mean is not defined")
        rows = self.embed.forward(np.concatenate([np.reshape(bag, -1) for bag in bags]))
        return np.add.reduceat(rows, self._sizes.cumsum() - self._sizes) / self._sizes[:, None].astype(rows.dtype)

    def backward(self, dout: Floats) -> None:
        """Keep the gradient (B, D) of the means as that of the rows, each taking 1/n of its bag's."""
        self.embed.backward(np.repeat(dout / self._sizes[:, None].astype(dout.dtype), self._sizes, axis=0))


class EmbeddingDot:
    """Dot products of vectors with rows of a matrix: the scores of some words, instead of all V of them.

    Parameters
    ----------
    W
        Weights (V, D), float32 or float64; used in place, not copied.
    """

    def __init__(self, W: Floats) -> None:
        self.embed = Embedding(W)
        self.params = self.embed.params
        self.grads = self.embed.grads
        self._h: Floats  # (B, D)
        self._rows: Floats  # (B, M, D)

    def forward(self, h: Floats, idx: ArrayLike) -> Floats:
        """Score `h` (B, D) against the rows `idx`: (B,) one row for each vector, or (B, M) several; same shape out."""
        idx = np.asarray(idx)
        self._h = np.asarray(h, dtype=self.params[0].dtype)
        if idx.shape[:1] != self._h.shape[:1]:
            raise ParameterError(
                f"h and idx must have the same number of rows, not shapes {self._h.shape}, {idx.shape}"
            )
        self._rows = self.embed.forward(idx.reshape(len(self._h), -1))
        scores: Floats = np.einsum("bd,bmd->bm", self._h, self._rows)
        return scores.reshape(idx.shape)

    def backward(self, dout: Floats) -> Floats:
        """Pass on dout·h to the rows; return the gradient (B, D) of `h`: dout·W[idx], summed over the M rows."""
        dout = np.asarray(dout, dtype=self._h.dtype).reshape(self._rows.shape[:2])
        self.embed.backward(dout[:, :, None] * self._h[:, None, :])
        dh: Floats = np.einsum("bm,bmd->bd", dout, self._rows)
        return dh
