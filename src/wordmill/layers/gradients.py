"""Gradients of weights: dense arrays, or the few rows of a large matrix that a batch has touched."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from wordmill.layers.arrays import Floats, Ids

__all__ = ["Gradient", "RowGradient", "clip_grads", "merge_shared", "rows_and_values"]


class RowGradient:
    """Gradient of a (V, D) matrix that is zero outside of some rows.

    `numpy.asarray(gradient)` is the dense (V, D) view of it, so that arithmetic which needs every row stays exact.

    Attributes
    ----------
    shape : (V, D)
    rows : (N,) ids of the rows, distinct and rising
    values : (N, D) gradients of these rows
    """

    def __init__(self, shape: tuple[int, int], dtype: DTypeLike) -> None:
        self.shape = shape
        self.rows: Ids = np.zeros(0, dtype=np.int64)
        self.values: Floats = np.zeros((0, shape[1]), dtype=dtype)

    def assign(self, ids: Ids, values: Floats) -> None:
        """Become the sum of `values` (..., D) at the rows `ids` (...): the gradients of a repeated id add up."""
        ids = ids.reshape(-1)
        values = np.asarray(values, dtype=self.values.dtype).reshape(ids.size, self.shape[1])
        order = np.argsort(ids, kind="stable")
        self.rows, starts = np.unique(ids[order], return_index=True)
        self.values = np.add.reduceat(values[order], starts, axis=0)

    def __add__(self, other: RowGradient) -> RowGradient:
        total = RowGradient(self.shape, self.values.dtype)
        total.assign(np.concatenate([self.rows, other.rows]), np.concatenate([self.values, other.values]))
        return total

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("the dense view of a RowGradient is always a new array")
        dense = np.zeros(self.shape, dtype=dtype or self.values.dtype)
        dense[self.rows] = self.values
        return dense


Gradient: TypeAlias = Floats | RowGradient


def rows_and_values(gradient: Gradient) -> tuple[Ids | slice, Floats]:
    """Where a gradient may be other than zero, as an index of distinct rows, and its values there."""
    if isinstance(gradient, RowGradient):
        return gradient.rows, gradient.values
    return slice(None), gradient


def merge_shared(params: Sequence[Floats], grads: Sequence[Gradient]) -> tuple[list[Floats], list[Gradient]]:
    """List each weight array once, with the sum of its gradients: layers that share weights hold one gradient each."""
    merged: dict[int, tuple[Floats, Gradient]] = {}
    for param, grad in zip(params, grads, strict=True):
        if id(param) in merged:
            _, other = merged[id(param)]
            both_rows = isinstance(other, RowGradient) and isinstance(grad, RowGradient)
            grad = other + grad if both_rows else np.asarray(other) + np.asarray(grad)  # noqa: PLW2901
        merged[id(param)] = (param, grad)
    return [param for param, _ in merged.values()], [grad for _, grad in merged.values()]


def clip_grads(grads: Sequence[Gradient], max_norm: float) -> None:
    """Scale all gradients in place by one factor, so that their common L2 norm is at most `max_norm`.

    Weights that layers share must have been merged before (`merge_shared`): norms of parts do not add up.
    """
    parts = [rows_and_values(grad)[1] for grad in grads]
    norm = math.sqrt(sum(float(np.square(part, dtype=np.float64).sum()) for part in parts))
    if norm > max_norm:
        for part in parts:
            np.multiply(part, max_norm / norm, out=part)
