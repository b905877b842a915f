"""The layer that defines an objective, asked as steps ask: all windows of a step at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.layers import HierarchicalSoftmaxLoss, HuffmanTree, NegativeSamplingLoss
from wordmill.training.backends.objectives import HuffmanPaths, NegativeSampling, Objective

__all__ = ["Loss", "loss_of"]

Floats = NDArray[np.floating]
Ids = NDArray[np.int32]


class Loss(Protocol):
    """A loss layer over the output vectors, and how it is asked."""

    @property
    def layer(self) -> NegativeSamplingLoss | HierarchicalSoftmaxLoss:
        """The layer."""

    def forward(self, h: Floats, targets: Ids, asked: Sequence[Ids]) -> float:
        """Loss, averaged over the batch, of vectors (B, D) for targets (B,) that ask B times (n,) rows."""


class _NegativeSampling:
    def __init__(self, output_vectors: Floats) -> None:
        self.layer = NegativeSamplingLoss(output_vectors)

    def forward(self, h: Floats, targets: Ids, asked: Sequence[Ids]) -> float:
        return self.layer.forward(h, targets, np.stack(asked)[:, 1:])  # the first is the target


class _HierarchicalSoftmax:
    def __init__(self, output_vectors: Floats, tree: HuffmanTree) -> None:
        self.layer = HierarchicalSoftmaxLoss(output_vectors, tree)

    def forward(self, h: Floats, targets: Ids, asked: Sequence[Ids]) -> float:  # noqa: ARG002 (the tree knows)
        return self.layer.forward(h, targets)


def loss_of(objective: Objective, output_vectors: Floats) -> Loss:
    """Return the layer over these output vectors."""
    if isinstance(objective, HuffmanPaths):
        return _HierarchicalSoftmax(output_vectors, objective.tree)
    if isinstance(objective, NegativeSampling):
        return _NegativeSampling(output_vectors)
    raise TypeError(f"no layer defines {type(objective).__name__}")
