"""The one-hot layers of a plain word2vec, O(V) a word: what `Embedding` and `NegativeSamplingLoss` improve on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wordmill.layers.arrays import Floats, Ids, check_ids, check_weights
from wordmill.layers.gradients import Gradient

__all__ = ["MatMul", "Softmax", "SoftmaxWithLoss"]


class MatMul:
    """Matrix product `x @ W`, with a dense gradient.

    Parameters
    ----------
    W
        Weights (V, D), float32 or float64; used in place, not copied.
    """

    def __init__(self, W: Floats) -> None:
        self.params = [check_weights(W)]
        self._grad: Floats = np.zeros_like(W)
        self.grads: list[Gradient] = [self._grad]
        self._x: Floats

    def forward(self, x: ArrayLike) -> Floats:
        """(B, V) in, (B, D) out."""
        (W,) = self.params
        self._x = np.asarray(x, dtype=W.dtype)
        y: Floats = self._x @ W
        return y

    def backward(self, dout: Floats) -> Floats:
        """Keep the gradient of W, return that of x (B, V)."""
        (W,) = self.params
        self._grad[...] = self._x.T @ dout
        dx: Floats = dout @ W.T
        return dx


class Softmax:
    """Scores (B, V) to probabilities (B, V)."""

    def __init__(self) -> None:
        self.params: list[Floats] = []
        self.grads: list[Gradient] = []
        self._y: Floats

    def forward(self, x: Floats) -> Floats:
        """Probabilities, each row summing to 1; the row's maximum is taken off first, so that nothing overflows."""
        y = np.exp(x - x.max(axis=-1, keepdims=True))
        self._y = y / y.sum(axis=-1, keepdims=True)
        return self._y

    def backward(self, dout: Floats) -> Floats:
        """Gradient of the scores (B, V)."""
        dx: Floats = self._y * (dout - np.sum(self._y * dout, axis=-1, keepdims=True))
        return dx


class SoftmaxWithLoss:
    """Cross entropy of the softmax of scores (B, V), averaged over the batch."""

    def __init__(self) -> None:
        self.params: list[Floats] = []
        self.grads: list[Gradient] = []
        self._log_y: Floats  # (B, V)
        self._t: Ids  # (B,)

    def forward(self, x: Floats, t: ArrayLike) -> float:
        """Loss of scores `x` (B, V) for labels `t`: ids (B,), or one-hot rows (B, V)."""
        t = np.asarray(t)
        self._t = check_ids(t.argmax(axis=1) if t.shape == x.shape else t, x.shape[1])
        x = x - x.max(axis=1, keepdims=True)
        self._log_y = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
        return float(-self._log_y[np.arange(len(x)), self._t].mean(dtype=np.float64))

    def backward(self, dout: float = 1.0) -> Floats:
        """Gradient of the scores (B, V)."""
        dx: Floats = np.exp(self._log_y)
        dx[np.arange(len(dx)), self._t] -= 1
        return dx * (dout / len(dx))
