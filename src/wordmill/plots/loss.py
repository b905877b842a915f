"""The loss and the rate over the epochs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.hints import helpful_arguments
from wordmill.plots.figure import new_figure, save_figure

__all__ = ["loss_figure", "plot_loss"]


@helpful_arguments
def plot_loss(history: Sequence[Mapping[str, Any]], path: str | os.PathLike[str]) -> Path:
    """Draw the mean loss per example of each epoch; also the validation loss, the loss within epochs and the rate.

    Parameters
    ----------
    history
        `Word2Vec.history`: one entry an epoch, with `epoch` and `loss`.
    path
        Where to write it; the ending decides the format (png, svg, pdf).
    """
    return save_figure(loss_figure(history), path)


def loss_figure(history: Sequence[Mapping[str, Any]]) -> Any:
    """Return what `plot_loss` writes, as a matplotlib figure."""
    if hasattr(type(history), "history"):
        raise ParameterError("the loss is drawn of a history, not of a model: give model.history")
    if isinstance(history, str | os.PathLike):
        raise ParameterError(f"the history comes first, then the path: {quoted(str(history))} is no history")
    if not history:
        raise ParameterError("the history is empty: there is a loss to draw after the first epoch")
    figure = new_figure(7, 4.5)
    axes = figure.add_subplot()
    _draw(axes, _within_epochs(history), label="loss within epochs", color="#1f5fa8", alpha=0.35)
    _draw(axes, _by_epoch(history, "loss"), label="loss", marker="o", color="#1f5fa8")
    _draw(axes, _by_epoch(history, "validation_loss"), label="validation loss", marker="s", color="#c0392b")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set(xlabel="epoch", ylabel="loss per example (nats)", title="Training loss")
    axes.grid(color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    rates = _by_epoch(history, "alpha")
    if rates:
        right = axes.twinx()
        _draw(right, rates, label="learning rate", linestyle="dotted", marker=".", color="#455a64")
        right.set(ylabel="learning rate at the end of the epoch", ylim=(0, None))
        right.spines[["top"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    return figure


def _draw(axes: Any, points: list[tuple[float, float]], **style: Any) -> None:
    if points:
        axes.plot(*zip(*points, strict=True), **style)


def _by_epoch(history: Sequence[Mapping[str, Any]], name: str) -> list[tuple[float, float]]:
    return [(entry["epoch"], entry[name]) for entry in history if entry.get(name) is not None]


def _within_epochs(history: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Return the loss of each part of each epoch, at the middle of the part."""
    return [
        (entry["epoch"] - 1 + (part + 0.5) / len(entry["interval_losses"]), loss)
        for entry in history
        for part, loss in enumerate(entry.get("interval_losses", ()))
        if loss is not None
    ]
