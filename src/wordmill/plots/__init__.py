"""Pictures: maps of words, loss curves, models side by side. Needs the extra `plot`, maps by t-SNE the extra `map`."""

from __future__ import annotations

from wordmill.plots.comparison import plot_comparison
from wordmill.plots.figure import check_picture
from wordmill.plots.loss import plot_loss
from wordmill.plots.word_map import WordMap, check_method, plot_map

__all__ = ["WordMap", "check_method", "check_picture", "plot_comparison", "plot_loss", "plot_map"]
