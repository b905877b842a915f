"""A search for settings: the score of each trial against its cost, and which parameters mattered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wordmill.errors import ParameterError
from wordmill.extras import import_extra
from wordmill.plots.figure import new_figure

__all__ = ["search_figure"]

_WHOLE, _PART, _BEST = "#1f5fa8", "#b5c7dd", "#c0392b"


def search_figure(metric: str, trials: Sequence[tuple[float, float, bool]], mattered: Mapping[str, float]) -> Any:
    """Return a matplotlib figure.

    Parameters
    ----------
    metric
        What the scores are.
    trials
        Seconds and score of each, and whether it was trained to the end; the first are the defaults.
    mattered
        Shares by parameter; where it is empty, the scores alone are drawn.
    """
    if not trials:
        raise ParameterError("there is no trial to draw")
    figure = new_figure(10 if mattered else 6.5, 4.5)
    grid = figure.add_gridspec(1, 2 if mattered else 1, width_ratios=[3, 2] if mattered else [1])
    _draw_trials(figure.add_subplot(grid[0, 0]), metric, trials)
    if mattered:
        _draw_mattered(figure.add_subplot(grid[0, 1]), mattered)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)  # inside, its signs would look like trials
    return figure


def _draw_trials(axes: Any, metric: str, trials: Sequence[tuple[float, float, bool]]) -> None:
    parts = [trial for trial in trials[1:] if not trial[2]]
    whole = [trial for trial in trials if trial[2]]
    if parts:
        axes.scatter([t[0] for t in parts], [t[1] for t in parts], s=22, color=_PART, label="stopped early")
    others = [trial for trial in whole if trial != trials[0]]
    if others:
        axes.scatter([t[0] for t in others], [t[1] for t in others], s=30, color=_WHOLE, label="trained whole")
    best = max(whole, key=lambda trial: trial[1], default=None)
    if best is not None and best != trials[0]:
        axes.scatter(*best[:2], s=130, facecolors="none", edgecolors=_BEST, linewidths=1.8, label="best")
    axes.scatter(*trials[0][:2], s=70, marker="D", color=_BEST, label="defaults")
    axes.axhline(trials[0][1], color=_BEST, linewidth=0.8, linestyle="dotted")
    axes.set_xscale("log")
    ticker = import_extra("matplotlib.ticker", "pictures")
    axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda seconds, _: f"{seconds:g}"))
    axes.xaxis.set_minor_formatter(ticker.NullFormatter())
    axes.set(xlabel="seconds of the trial", ylabel=f"{metric}, on the part to choose by", title="Score against cost")
    axes.set_ylim(bottom=0 if min(t[1] for t in trials) >= 0 else None)
    _tidy(axes)


def _draw_mattered(axes: Any, mattered: Mapping[str, float]) -> None:
    names = sorted(mattered, key=mattered.__getitem__)
    axes.barh(names, [100 * mattered[name] for name in names], color=_WHOLE, height=0.6)
    axes.set(xlabel="% of the difference between trials", title="What mattered")
    _tidy(axes)


def _tidy(axes: Any) -> None:
    axes.grid(color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
