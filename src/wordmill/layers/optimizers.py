"""Optimizers: each turns gradients into a step of the weights, in place.

SGD and AdaGrad leave rows without a gradient as they are, so they touch only the rows of a `RowGradient`. Momentum,
RMSprop and Adam move every row at every step and take its dense view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from wordmill.errors import ParameterError
from wordmill.layers.arrays import Floats
from wordmill.layers.gradients import Gradient, rows_and_values

__all__ = ["SGD", "AdaGrad", "Adam", "Momentum", "Optimizer", "RMSprop"]

_EPSILON = 1e-7


class Optimizer(Protocol):
    """What trains weights. Give every step the same `params`, each array once (`merge_shared`)."""

    lr: float

    def update(self, params: Sequence[Floats], grads: Sequence[Gradient]) -> None:
        """Change each of `params` in place, by its gradient."""


class SGD:
    """Stochastic gradient descent: W -= lr·g."""

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = _positive("lr", lr)

    def update(self, params: Sequence[Floats], grads: Sequence[Gradient]) -> None:
        """Change each of `params` in place, by its gradient."""
        for param, grad in zip(params, grads, strict=True):
            rows, g = rows_and_values(grad)
            param[rows] -= self.lr * g


class Momentum:
    """SGD with momentum: v = momentum·v - lr·g; W += v."""

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        self.lr = _positive("lr", lr)
        self.momentum = _fraction("momentum", momentum)
        self.v: list[Floats] = []

    def update(self, params: Sequence[Floats], grads: Sequence[Gradient]) -> None:
        """Change each of `params` in place, by its gradient."""
        self.v = self.v or _zeros_like(params)
        for param, grad, v in zip(params, grads, self.v, strict=True):
            v[...] = self.momentum * v - self.lr * np.asarray(grad)
            param[...] += v


class AdaGrad:
    """Steps that shrink with the squares summed so far: h += g²; W -= lr·g / √h.

    References
    ----------
    Duchi, Hazan and Singer, "Adaptive Subgradient Methods" (2011).
    """

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = _positive("lr", lr)
        self.h: list[Floats] = []

    def update(self, params: Sequence[Floats], grads: Sequence[Gradient]) -> None:
        """Change each of `params` in place, by its gradient."""
        self.h = self.h or _zeros_like(params)
        for param, grad, h in zip(params, grads, self.h, strict=True):
            rows, g = rows_and_values(grad)
            h[rows] += g * g
            param[rows] -= self.lr * g / (np.sqrt(h[rows]) + _EPSILON)


class RMSprop:
    """AdaGrad that forgets: h = decay_rate·h + (1 - decay_rate)·g²; W -= lr·g / √h.

    References
    ----------
    Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6.5 (2012).
    """

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99) -> None:
        self.lr = _positive("lr", lr)
        self.decay_rate = _fraction("decay_rate", decay_rate)
        self.h: list[Floats] = []

    def update(self, params: Sequence[Floats], grads: Sequence[Gradient]) -> None:
        """Change each of `params` in place, by its gradient."""
        self.h = self.h or _zeros_like(params)
        for param, grad, h in zip(params, grads, self.h, strict=True):
            g = np.asarray(grad)
            h[...] = self.decay_rate * h + (1 - self.decay_rate) * g * g
            param[...] -= self.lr * g / (np.sqrt(h) + _EPSILON)


class Adam:
    """Momentum and RMSprop in one, corrected for their start at zero.

    References
    ----------
    Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), section 2, the order of computation at its end.
    """

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999) -> None:
        self.lr = _positive("lr", lr)
        self.beta1 = _fraction("beta1", beta1)
        self.beta2 = _fraction("beta2", beta2)
        self.steps = 0
        self.m: list[Floats] = []
        self.v: list[Floats] = []

    def update(self, params: Sequence[Floats], grads: Sequence[Gradient]) -> None:
        """Change each of `params` in place, by its gradient."""
        self.m = self.m or _zeros_like(params)
        self.v = self.v or _zeros_like(params)
        self.steps += 1
        lr = self.lr * (1 - self.beta2**self.steps) ** 0.5 / (1 - self.beta1**self.steps)
        for param, grad, m, v in zip(params, grads, self.m, self.v, strict=True):
            g = np.asarray(grad)
            m[...] += (1 - self.beta1) * (g - m)
            v[...] += (1 - self.beta2) * (g * g - v)
            param[...] -= lr * m / (np.sqrt(v) + _EPSILON)


def _zeros_like(params: Sequence[Floats]) -> list[Floats]:
    return [np.zeros_like(param) for param in params]


def _positive(name: str, value: float) -> float:
    if not 0 < value < float("inf"):
        raise ParameterError(f"{name} must be a finite number above 0, not {value}")
    return value


def _fraction(name: str, value: float) -> float:
    if not 0 <= value < 1:
        raise ParameterError(f"{name} must be at least 0 and below 1, not {value}")
    return value
