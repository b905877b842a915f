"""A map of words: vectors laid out in the plane, so that near words lie near, with labels that can be read."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import MissingKeyError, ParameterError, counted
from wordmill.evaluation.vectors import Vectors, check_arguments, unit_rows
from wordmill.extras import check_extra, import_extra
from wordmill.foreign import listed, quoted
from wordmill.hints import helpful_arguments
from wordmill.plots.figure import Fonts, fonts_for, new_figure, save_figure
from wordmill.plots.labels import place_labels

__all__ = ["WordMap", "check_method", "plot_map"]

Method = Literal["pca", "tsne", "umap"]

_LOG = logging.getLogger(__name__)
_TITLES = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
_NEEDS = {  # package, purpose, and what does without
    "tsne": ("sklearn", "maps by t-SNE", "use method='pca'"),
    "umap": ("umap", "maps by UMAP", "use method='tsne'"),
}
_MOST = 3000  # words
_DOT = 4.0  # diameter, points
_FONT_SIZE = 9  # points
_PADDING = np.array([2.0, 0.0])  # pixels left and right of a label, above and below
_COLOURS = (
    "#1f5fa8", "#c0392b", "#2e7d32", "#8e44ad", "#b9770e", "#00838f",
    "#ad1457", "#5d4037", "#455a64", "#827717", "#303f9f", "#d84315",
)  # fmt: skip


@dataclass(frozen=True)
class WordMap:
    """What was drawn: words and their places (N, 2); words without a vector; drawn words without room for a label."""

    path: Path
    words: tuple[Any, ...]
    positions: NDArray[np.float64]
    unknown: tuple[Any, ...]
    unlabelled: tuple[Any, ...]


@helpful_arguments
def plot_map(
    vectors: Vectors,
    words: Sequence[Any] | Mapping[str, Sequence[Any]],
    path: str | os.PathLike[str],
    *,
    method: Method = "tsne",
    seed: int = 1,
    title: str | None = None,
    labels: Mapping[Any, str] | None = None,
) -> WordMap:
    """Draw words where their vectors put them.

    Parameters
    ----------
    vectors
        `KeyedVectors`.
    words
        Keys, or groups of keys by name, each group in a colour of its own. Keys without a vector are left out and
        reported; at least three must be known, at most 3,000.
    path
        Where to write it; the ending decides the format (png, svg, pdf).
    method
        Of unit vectors. ``"pca"``: the two directions of largest variance; ``"tsne"``: neighbourhoods (van der Maaten &
        Hinton, 2008), by scikit-learn, extra `map`; ``"umap"``: neighbourhoods (McInnes et al., 2018), by umap-learn,
        extra `umap`.
    seed
        Of the layout.
    title
        Above the map.
    labels
        What to write in place of a key, such as the title of a film in place of its number.

    Raises
    ------
    MissingKeyError
        Fewer than three of the words have a vector.
    MissingDependencyError
        The library for the method is not installed; the message gives the command.
    """
    check_arguments("plot_map", vectors)
    several: object = words
    if isinstance(several, str) or not (isinstance(several, Iterable) and isinstance(path, str | os.PathLike)):
        raise ParameterError("plot_map takes vectors, a list of words, and the path of the picture, in this order")
    groups = words if isinstance(words, Mapping) else {"": words}
    owner: dict[Any, str] = {}
    for name, members in groups.items():
        for word in members:
            owner.setdefault(word, name)
    known = [word for word in owner if word in vectors.key_to_index]
    unknown = tuple(word for word in owner if word not in vectors.key_to_index)
    what = getattr(vectors, "key_name", "word")  # gensim's have no name for it
    if len(known) < 3:
        raise MissingKeyError(
            f"of {counted(len(owner), what)} for the map {len(known)} have a vector, and it needs 3: "
            f"choose {what}s of the model"
        )
    if len(known) > _MOST:
        raise ParameterError(
            f"{counted(len(known), what)} for the map, and more than {_MOST:,} cannot be read; choose fewer"
        )
    if unknown:
        _LOG.warning("left out of the map, for want of a vector: %s", listed(unknown))
    positions = _layout(unit_rows(vectors.vectors[[vectors.key_to_index[word] for word in known]]), method, seed)
    names = [name for name in groups if any(owner[word] == name for word in known)]
    colours = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(names)}
    texts = [(labels or {}).get(word, str(word)) for word in known]
    heading = title or f"{counted(len(known), what)} by {_TITLES[method]}"
    fonts = fonts_for([heading, *names, *texts])
    if fonts.missing:
        some = " ".join(fonts.missing[:10]) + (" ..." if len(fonts.missing) > 10 else "")
        _LOG.warning(
            "no installed font has %d letters of the map, %s: boxes stand for them; install a font of their script, "
            "such as Noto Sans (https://fonts.google.com/noto), and draw again",
            len(fonts.missing),
            some,
        )
    figure, axes = _draw_dots(positions, [colours[owner[word]] for word in known], [len(text) for text in texts])
    axes.set_title(fonts.show(heading), fontsize=13, loc="left", **fonts.style)
    if any(names):
        _draw_legend(figure, colours, fonts)
    drawn = _draw_labels(figure, axes, positions, texts, [colours[owner[word]] for word in known], fonts)
    unlabelled = tuple(word for word, has_label in zip(known, drawn, strict=True) if not has_label)
    if unlabelled:
        _LOG.warning("no room on the map for the labels of %s", listed(unlabelled))
    return WordMap(save_figure(figure, path), tuple(known), positions, unknown, unlabelled)


def check_method(method: Method) -> None:
    """Raise `MissingDependencyError` where the library for a layout is not installed, before any work is done."""
    if method in _NEEDS:
        check_extra(*_NEEDS[method])


def _layout(unit: NDArray[np.float32], method: Method, seed: int) -> NDArray[np.float64]:
    """Places (N, 2) of unit vectors (N, D)."""
    if method == "pca":
        left, scale, _ = np.linalg.svd(unit - unit.mean(axis=0), full_matrices=False)
        return np.asarray(left[:, :2] * scale[:2], dtype=np.float64)
    if method == "tsne":
        return _spread(_tsne(unit, seed))
    if method == "umap":
        return _spread(_umap(unit, seed))
    raise ParameterError(f"method={quoted(method)} is unknown: use 'pca', 'tsne' or 'umap'")


def _tsne(unit: NDArray[np.float32], seed: int) -> NDArray[np.float64]:
    _, *told = _NEEDS["tsne"]
    manifold, threadpoolctl = (import_extra(name, *told) for name in ("sklearn.manifold", "threadpoolctl"))
    perplexity = min(12.0, (len(unit) - 1) / 3)
    with threadpoolctl.threadpool_limits(1):  # so few points: threads would mostly wait for each other
        places = manifold.TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(unit)
    return np.asarray(places, dtype=np.float64)


def _umap(unit: NDArray[np.float32], seed: int) -> NDArray[np.float64]:
    umap = import_extra(*_NEEDS["umap"])
    neighbours = min(12, len(unit) - 1)
    begin = "spectral" if len(unit) > 10 else "random"  # of so few words there are no spectra
    layout = umap.UMAP(n_neighbors=neighbours, init=begin, random_state=seed, n_jobs=1)
    return np.asarray(layout.fit_transform(unit), dtype=np.float64)


def _spread(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Push points that nearly touch a little apart, so that labels fit. What t-SNE and UMAP keep are neighbourhoods."""
    positions = positions / np.ptp(positions, axis=0)
    least = 0.4 / np.sqrt(len(positions))
    for _ in range(30):
        gaps = positions[:, None] - positions[None]  # (N, N, 2)
        distances = np.maximum(np.linalg.norm(gaps, axis=2), 1e-9)
        push = np.clip(least - distances, 0, None) / distances
        np.fill_diagonal(push, 0)
        positions = positions + 0.25 * np.einsum("ij,ijk->ik", push, gaps)
    return positions


def _draw_dots(positions: NDArray[np.float64], colours: list[str], letters: list[int]) -> tuple[Any, Any]:
    """Start a figure whose area grows with the letters of all labels, and its margins with those of the longest."""
    width = float(np.clip(0.42 * np.sqrt(sum(letters)), 7, 40))
    figure = new_figure(width, 0.75 * width)
    axes = figure.add_subplot()
    axes.scatter(*positions.T, s=_DOT**2, c=colours, linewidths=0)
    axes.margins(x=0.04 + 0.06 * max(letters) / width, y=0.06)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color("#cccccc")
    return figure, axes


def _draw_legend(figure: Any, colours: Mapping[str, str], fonts: Fonts) -> None:
    """Name the groups in one line or two below the map."""
    legend = figure.legend(
        handles=[figure.axes[0].scatter([], [], c=colour, label="a group") for colour in colours.values()],
        loc="outside lower center",
        ncols=min(len(colours), 6),
        frameon=False,
        handletextpad=0.1,
    )
    fonts.name_entries(legend, colours)
    for text, colour in zip(legend.get_texts(), colours.values(), strict=True):
        text.set_color(colour)


def _draw_labels(
    figure: Any, axes: Any, positions: NDArray[np.float64], labels: list[str], colours: list[str], fonts: Fonts
) -> list[bool]:
    """Write each label beside its dot, with a line to it from further off; say for each whether there was room."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # from here on nothing moves
    style = {"fontsize": _FONT_SIZE, **fonts.style}
    texts = [
        axes.text(0, 0, fonts.show(label), color=colour, **style) for label, colour in zip(labels, colours, strict=True)
    ]
    sizes = np.array([text.get_window_extent().size for text in texts]) + 2 * _PADDING
    dots = axes.transData.transform(positions)
    boxes = place_labels(dots, sizes, radius=_DOT * figure.dpi / 144, bounds=np.ravel(axes.bbox.get_points()))
    for text, box, dot, position, colour in zip(texts, boxes, dots, positions, colours, strict=True):
        if np.isnan(box).any():
            text.remove()
            continue
        text.set_position(axes.transData.inverted().transform(box[:2] + _PADDING))
        text.set_verticalalignment("bottom")
        near = np.clip(dot, box[:2], box[2:])
        if np.linalg.norm(near - dot) > _FONT_SIZE * figure.dpi / 72:
            axes.plot(*zip(position, axes.transData.inverted().transform(near), strict=True), color=colour, lw=0.5)
    return [not bool(np.isnan(box).any()) for box in boxes]
