"""The loop over a data set: shuffled batches, gradients, steps, and the curve of the loss."""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import DivergenceError, ParameterError
from wordmill.extras import import_extra
from wordmill.layers.arrays import Floats, Rng
from wordmill.layers.gradients import Gradient, clip_grads, merge_shared
from wordmill.layers.optimizers import Optimizer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Model", "Trainer"]

logger = logging.getLogger(__name__)


class Model(Protocol):
    """What a `Trainer` trains. Layers may share weights: `params` then lists an array more than once."""

    params: list[Floats]
    grads: list[Gradient]

    def forward(self, x: Any, t: Any, /) -> float:
        """Loss of a batch, averaged over its examples."""

    def backward(self) -> object:
        """Fill `grads` for the batch that `forward` saw last."""


class Trainer:
    """Train a model with an optimizer.

    Attributes
    ----------
    loss_list : list of float
        Mean loss of each `eval_interval` batches, the last of them possibly fewer; grows with every `fit`.
    """

    def __init__(self, model: Model, optimizer: Optimizer, *, rng: Rng = None) -> None:
        self.model = model
        self.optimizer = optimizer
        self.loss_list: list[float] = []
        self.current_epoch = 0
        self.eval_interval = 20
        self._rng = np.random.default_rng(rng)

    def fit(
        self,
        x: NDArray[Any],
        t: NDArray[Any],
        max_epoch: int = 10,
        batch_size: int = 32,
        max_grad: float | None = None,
        eval_interval: int = 20,
    ) -> None:
        """Train on examples `x` (N, ...) with labels `t` (N, ...), every one of them once an epoch, in random order.

        Parameters
        ----------
        max_epoch
            Passes over the examples; a further call to `fit` goes on from the weights and epoch reached.
        max_grad
            Bound of the gradients' common L2 norm; None for no bound.
        eval_interval
            Batches between two entries of `loss_list`.

        Raises
        ------
        DivergenceError
            If the loss is no longer finite.
        """
        if len(x) != len(t):
            raise ParameterError(f"x and t must be equally long, not {len(x)} and {len(t)}")
        for name, value in {"batch_size": batch_size, "eval_interval": eval_interval}.items():
            if value < 1:
                raise ParameterError(f"{name} must be 1 or more, not {value}")
        self.eval_interval = eval_interval
        started = time.perf_counter()
        losses: list[float] = []
        for _ in range(max_epoch):
            self.current_epoch += 1
            order = self._rng.permutation(len(x))
            for begin in range(0, len(x), batch_size):
                batch = order[begin : begin + batch_size]
                losses.append(self._step(x[batch], t[batch], max_grad))
                if len(losses) == eval_interval:
                    self._record(losses, time.perf_counter() - started)
        self._record(losses, time.perf_counter() - started)

    def _step(self, x: NDArray[Any], t: NDArray[Any], max_grad: float | None) -> float:
        loss = self.model.forward(x, t)
        if not math.isfinite(loss):
            raise DivergenceError(
                f"the loss is {loss} in epoch {self.current_epoch}: lower lr={self.optimizer.lr} or bound max_grad"
            )
        self.model.backward()
        params, grads = merge_shared(self.model.params, self.model.grads)
        if max_grad is not None:
            clip_grads(grads, max_grad)
        self.optimizer.update(params, grads)
        return loss

    def _record(self, losses: list[float], seconds: float) -> None:
        """Move the losses of the batches since the last record to `loss_list`, as one mean."""
        if losses:
            self.loss_list.append(math.fsum(losses) / len(losses))
            losses.clear()
            logger.info("epoch %d: loss %.4f, %.1f s", self.current_epoch, self.loss_list[-1], seconds)

    def plot(self, ylim: tuple[float, float] | None = None) -> Axes:
        """Draw `loss_list` on matplotlib's current axes, and return these.

        Raises
        ------
        MissingDependencyError
            If matplotlib is not installed.
        """
        axes: Axes = import_extra("matplotlib.pyplot", "pictures").gca()
        axes.plot(self.loss_list, label="train")
        axes.set(xlabel=f"batches / {self.eval_interval}", ylabel="loss", ylim=ylim)
        return axes
