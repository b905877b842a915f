"""The two models of word2vec, composed from the layers: `CBOW` and `SkipGram`, with negative sampling."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from wordmill.errors import ParameterError
from wordmill.layers.arrays import Floats, Ids, Rng, check_ids
from wordmill.layers.embedding import Embedding
from wordmill.layers.gradients import Gradient
from wordmill.layers.loss import NegativeSamplingLoss

__all__ = ["CBOW", "SkipGram"]


class _Word2Vec:
    """What both models are made of: input vectors, and the loss against output vectors."""

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        window_size: int,
        corpus: ArrayLike,
        *,
        power: float = 0.75,
        sample_size: int = 5,
        replace: bool = False,
        dtype: DTypeLike = np.float32,
        rng: Rng = None,
    ) -> None:
        for name, value in {"vocab_size": vocab_size, "hidden_size": hidden_size, "window_size": window_size}.items():
            if value < 1:
                raise ParameterError(f"{name} must be 1 or more, not {value}")
        rng = np.random.default_rng(rng)
        W_in: Floats = (0.01 * rng.standard_normal((vocab_size, hidden_size))).astype(dtype)
        W_out: Floats = np.zeros_like(W_in)
        self.window_size = window_size
        self.in_layer = Embedding(W_in)
        self.ns_loss = NegativeSamplingLoss(W_out, corpus, power, sample_size, replace=replace, rng=rng)
        self.params = self.in_layer.params + self.ns_loss.params
        self.grads: list[Gradient] = self.in_layer.grads + self.ns_loss.grads

    @property
    def word_vecs(self) -> Floats:
        """The input vectors (V, D) by id, which is what training is for."""
        return self.in_layer.params[0]

    def _check_contexts(self, contexts: ArrayLike) -> Ids:
        """Return `contexts` as ids (B, 2W)."""
        ids = check_ids(contexts)
        if ids.ndim != 2 or ids.shape[1] != 2 * self.window_size:
            raise ParameterError(
                f"contexts must be (B, {2 * self.window_size}) for window_size={self.window_size}, not {ids.shape}"
            )
        return ids


class CBOW(_Word2Vec):
    """Predict a word from the mean of its contexts. The loss is (1 + K) ln 2 before training.

    Parameters
    ----------
    vocab_size, hidden_size, window_size
        V, D, and W words each side.
    corpus
        Ids (N,), counted to draw negatives by.
    power, sample_size, replace
        See `UnigramSampler`.
    dtype
        float32 or float64.
    rng
        Source or seed of the initial input vectors, N(0, 0.01²), and of the negatives. Output vectors start at zero.
    """

    def forward(self, contexts: ArrayLike, target: ArrayLike, negatives: ArrayLike | None = None) -> float:
        """Loss of targets (B,) given contexts (B, 2W), against negatives (B, K), drawn here unless given."""
        rows = self.in_layer.forward(self._check_contexts(contexts))  # (B, C, D)
        return self.ns_loss.forward(rows.mean(axis=1), target, negatives)

    def backward(self, dout: float = 1.0) -> None:
        """Fill the gradients: each context has its share, 1/C, in the mean."""
        dh = self.ns_loss.backward(dout)
        C = 2 * self.window_size
        self.in_layer.backward(np.repeat(dh / C, C, axis=0))


class SkipGram(_Word2Vec):
    """Predict each context from the word between them. The loss, summed over contexts, is 2W (1 + K) ln 2 at first.

    The parameters are those of `CBOW`.
    """

    def forward(self, contexts: ArrayLike, target: ArrayLike, negatives: ArrayLike | None = None) -> float:
        """Loss of contexts (B, 2W) given targets (B,), against negatives (B, 2W, K), drawn here unless given."""
        words = self._check_contexts(contexts).reshape(-1)  # (B·C,): one example for each pair
        C = 2 * self.window_size
        h = self.in_layer.forward(np.repeat(check_ids(target), C))
        if negatives is not None:
            negatives = np.asarray(negatives).reshape(len(words), -1)
        return C * self.ns_loss.forward(h, words, negatives)

    def backward(self, dout: float = 1.0) -> None:
        """Fill the gradients."""
        self.in_layer.backward(self.ns_loss.backward(2 * self.window_size * dout))
