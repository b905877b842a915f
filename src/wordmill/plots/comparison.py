"""Models side by side: a dot for each score, a line for its interval."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from wordmill.errors import ParameterError
from wordmill.evaluation.comparison import Comparison
from wordmill.plots.figure import fonts_for, new_figure, save_figure

__all__ = ["plot_comparison"]


def plot_comparison(comparison: Comparison, path: str | os.PathLike[str]) -> Path:
    """Draw the scores of several models on several sets.

    Parameters
    ----------
    comparison
        What `compare_models` returned. Undefined scores are left out.
    path
        Where to write it; the ending decides the format (png, svg, pdf).
    """
    if not isinstance(comparison, Comparison):
        raise ParameterError("plot_comparison takes what compare_models returns, then the path of the picture")
    sets, models = list(comparison.scores), comparison.models
    fonts = fonts_for([*sets, *models])
    figure = new_figure(8, 1.4 + 0.25 * len(sets) * (len(models) + 1))
    axes = figure.add_subplot()
    for place, model in enumerate(models):
        scores = [comparison.scores[name][model] for name in sets]
        heights = np.arange(len(sets)) + (place - (len(models) - 1) / 2) * 0.7 / len(models)
        axes.plot([s.points for s in scores], heights, "o", color=f"C{place}", label="a model")
        for score, height in zip(scores, heights, strict=True):
            if score.interval is not None:
                axes.plot(score.interval, [height, height], color=f"C{place}", linewidth=1.5)
    axes.set_yticks(range(len(sets)), [fonts.show(name.rsplit(".", 1)[0]) for name in sets], **fonts.style)
    axes.invert_yaxis()
    axes.set(xlabel="points; lines: 95 % bootstrap intervals")
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    legend = figure.legend(
        loc="outside upper left", ncols=max(1, min(len(models), 80 // (6 + max(map(len, models))))), frameon=False
    )
    fonts.name_entries(legend, models)
    return save_figure(figure, path)
