"""Pictures: a map of words, and the loss over the epochs. Needs the extra `plot`, maps by t-SNE the extra `map`."""

from __future__ import annotations

from wordmill.plots.loss import plot_loss
from wordmill.plots.word_map import WordMap, plot_map

__all__ = ["WordMap", "plot_loss", "plot_map"]
