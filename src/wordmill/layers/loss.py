"""Losses made of yes-or-no questions, one sigmoid each: about some words, or on a way through a tree of all words."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wordmill.errors import ParameterError
from wordmill.layers.arrays import Floats, Ids, Rng, check_ids
from wordmill.layers.embedding import EmbeddingDot
from wordmill.layers.gradients import Gradient
from wordmill.layers.huffman import HuffmanTree
from wordmill.layers.sampler import UnigramSampler

__all__ = ["HierarchicalSoftmaxLoss", "NegativeSamplingLoss", "SigmoidWithLoss", "sigmoid"]


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)) for any x, to full relative precision, with no overflow on the way."""
    return np.asarray(np.exp(-np.logaddexp(0, -x)))


class SigmoidWithLoss:
    """Cross entropy of binary labels and the sigmoid of scores, averaged over the batch.

    The label only turns a score's sign: with z = x for label 0 and z = -x for label 1 the loss is log(1 + exp(z)) and
    its slope sigmoid(z). No probability is formed, so none is rounded to 0 or 1, whatever the score.
    """

    def __init__(self) -> None:
        self.params: list[Floats] = []
        self.grads: list[Gradient] = []
        self._sign: Floats
        self._z: Floats  # (B, ...)

    def forward(self, x: Floats, t: ArrayLike) -> float:
        """Loss of scores `x` (B,) or (B, M), labels `t` 0 or 1 of that shape or (M,); the M losses of a row add up."""
        t = np.broadcast_to(t, x.shape)
        if np.any((t != 0) & (t != 1)):
            raise ParameterError("labels must be 0 or 1")
        self._sign = np.where(t, -1, 1).astype(x.dtype)
        self._z = self._sign * x
        return float(np.logaddexp(0, self._z).sum(dtype=np.float64) / len(x))

    def backward(self, dout: float = 1.0) -> Floats:
        """Gradient of the scores, in their shape: (sigmoid(x) - t) / B."""
        return self._sign * sigmoid(self._z) * (dout / len(self._z))


class NegativeSamplingLoss:
    """Tell a target word from K words that are not it: 1 + K binary questions in place of a softmax over V words.

    The loss is the sum of the 1 + K questions' losses, each averaged over the batch; (1 + K) ln 2 while `W` is zero.

    Parameters
    ----------
    W
        Output vectors (V, D), float32 or float64; used in place, not copied.
    corpus
        Ids (N,), counted to draw negatives by; None if `forward` is always given negatives.
    power, sample_size, replace, rng
        How to draw K = `sample_size` negatives for each target, see `UnigramSampler`.

    References
    ----------
    Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality" (2013), section 2.2.
    """

    def __init__(
        self,
        W: Floats,
        corpus: ArrayLike | None = None,
        power: float = 0.75,
        sample_size: int = 5,
        *,
        replace: bool = False,
        rng: Rng = None,
    ) -> None:
        self.sampler: UnigramSampler | None = None
        if corpus is not None:
            counts = np.bincount(check_ids(corpus, len(W)).reshape(-1), minlength=len(W))
            self.sampler = UnigramSampler.from_counts(counts, power, sample_size, replace=replace, rng=rng)
        self.dot = EmbeddingDot(W)
        self.loss = SigmoidWithLoss()
        self.params = self.dot.params
        self.grads = self.dot.grads

    def forward(self, h: Floats, target: ArrayLike, negatives: ArrayLike | None = None) -> float:
        """Loss of vectors `h` (B, D) for targets (B,) and negatives (B, K), drawn here unless given."""
        target = check_ids(target)
        if negatives is None:
            if self.sampler is None:
                raise ParameterError("no negatives: give them to forward, or a corpus to NegativeSamplingLoss")
            negatives = self.sampler.get_negative_sample(target)
        idx = np.column_stack([target, negatives])  # (B, 1 + K)
        labels = np.arange(idx.shape[1]) == 0
        return self.loss.forward(self.dot.forward(h, idx), labels)

    def backward(self, dout: float = 1.0) -> Floats:
        """Gradient of `h` (B, D)."""
        return self.dot.backward(self.loss.backward(dout))


class HierarchicalSoftmaxLoss:
    """A softmax over all V words in about log V yes-or-no questions: those on the way to the target in a Huffman tree.

    The probability of a word is the product of its answers' probabilities, and all words' add up to 1, so that the loss
    is an exact negative log-likelihood, averaged over the batch.

    Parameters
    ----------
    W
        Output vectors of the inner nodes (V - 1, D), float32 or float64; used in place, not copied.
    tree
        The ways to the words.

    References
    ----------
    Morin and Bengio, "Hierarchical Probabilistic Neural Network Language Model" (2005); Mikolov et al., "Distributed
    Representations of Words and Phrases and their Compositionality" (2013), section 2.1.
    """

    def __init__(self, W: Floats, tree: HuffmanTree) -> None:
        if len(W) != len(tree.bounds) - 2:
            raise ParameterError(f"a tree of {len(tree.bounds) - 1} words has one inner node less, not {len(W)}")
        self.tree = tree
        self.dot = EmbeddingDot(W)
        self.loss = SigmoidWithLoss()
        self.params = self.dot.params
        self.grads = self.dot.grads
        self._example: Ids  # (P,) whose question each of all P is
        self._batch: int

    def forward(self, h: Floats, target: ArrayLike) -> float:
        """Loss of vectors `h` (B, D) for targets (B,)."""
        target = check_ids(target, len(self.tree.bounds) - 1)
        ways = [np.arange(self.tree.bounds[word], self.tree.bounds[word + 1]) for word in target]
        self._batch = len(ways)
        self._example = np.repeat(np.arange(len(ways)), [len(way) for way in ways])
        steps = np.concatenate(ways)
        scores = self.dot.forward(h[self._example], self.tree.nodes[steps])
        return self.loss.forward(scores, self.tree.answers[steps]) * len(steps) / self._batch

    def backward(self, dout: float = 1.0) -> Floats:
        """Gradient of `h` (B, D)."""
        of_questions = self.dot.backward(self.loss.backward(dout * len(self._example) / self._batch))
        dh = np.zeros((self._batch, of_questions.shape[1]), of_questions.dtype)
        np.add.at(dh, self._example, of_questions)
        return dh
