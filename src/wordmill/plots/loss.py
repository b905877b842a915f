"""The loss over the epochs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wordmill.errors import ParameterError
from wordmill.plots.figure import new_figure, save_figure

__all__ = ["plot_loss"]


def plot_loss(history: Sequence[Mapping[str, Any]], path: str | os.PathLike[str]) -> Path:
    """Draw the mean loss per example of each epoch.

    Parameters
    ----------
    history
        `Word2Vec.history`: one entry an epoch, with `epoch` and `loss`.
    path
        Where to write it; the ending decides the format (png, svg, pdf).
    """
    if not history:
        raise ParameterError("the history is empty: there is a loss to draw after the first epoch")
    figure = new_figure(7, 4.5)
    axes = figure.add_subplot()
    axes.plot([entry["epoch"] for entry in history], [entry["loss"] for entry in history], marker="o", color="#1f5fa8")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set(xlabel="epoch", ylabel="loss per example (nats)", title="Training loss")
    axes.grid(color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return save_figure(figure, path)
