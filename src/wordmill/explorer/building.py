"""From what users pass to an explorer."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any

from wordmill.errors import ParameterError
from wordmill.evaluation.groups import read_groups
from wordmill.explorer.comparison import Comparison
from wordmill.explorer.explorer import Explorer
from wordmill.explorer.film import Film, Frame
from wordmill.explorer.map import draw
from wordmill.explorer.opening import Kind, Opened, opened
from wordmill.explorer.overlay import Overlay
from wordmill.explorer.projection import KeptLayouts
from wordmill.explorer.questions import Questions
from wordmill.extras import check_extra
from wordmill.foreign import printable, quoted
from wordmill.hints import helpful_arguments
from wordmill.paths import checked_path
from wordmill.vectors.queries import positive_integer

__all__ = ["explore"]

logger = logging.getLogger(__name__)

FilePath = str | PathLike[str]


@helpful_arguments
def explore(
    model: Any = None,
    other: Any = None,
    *,
    keys: int = 50_000,
    umap: bool | None = None,
    groups: Sequence[FilePath] | FilePath = (),
    analogies: Sequence[FilePath] | FilePath = (),
    pairs: Sequence[FilePath] | FilePath = (),
    checkpoints: FilePath | None = None,
    kind: Kind | None = None,
    seed: int = 1,
    progress: Callable[[str], object] = logger.info,
) -> Explorer:
    """Look around in vectors, in a browser or a notebook. Needs the extra `explore`.

    Parameters
    ----------
    model
        A model, its vectors, or the path of either in any format; left out: the last of `checkpoints`.
    other
        Another one to compare with, key by key.
    keys
        How many are on the map, the most frequent ones; a server finds the others when they are asked for.
    umap
        Whether keys are laid out by UMAP, too, which takes a minute for 50,000; None: where it is installed.
    groups
        Files of keys in groups, lines under ': name' lines, to colour by.
    analogies, pairs
        Evaluation files: what fails is shown.
    checkpoints
        A directory of checkpoints: the training as a film.
    kind
        What keys are: "words", "items", "documents", "nodes" or "vectors"; of a model of documents these, if not given.
    seed
        Of UMAP and of clusters.
    progress
        Gets told what is done now, in a few words.

    Returns
    -------
    Explorer
        `Explorer.serve` opens a browser, `Explorer.save` writes one file, and a notebook shows it.
    """
    check_extra("sklearn", "maps in the explorer", extra="explore")
    asked: object = seed
    if isinstance(asked, bool) or not isinstance(asked, int) or not 0 <= seed < 2**32:
        raise ParameterError(f"seed must be an integer from 0 to {2**32 - 1}, not {quoted(seed)}")
    if umap:
        check_extra("umap", "maps by UMAP", "leave umap out")
    frames: list[Frame] = []
    if checkpoints is not None:
        from wordmill.explorer.checkpoints import frames_of  # noqa: PLC0415 (training, which needs the core)

        frames, last = frames_of(checkpoints, kind)
    if model is None and checkpoints is None:
        raise ParameterError("explore takes a model, its vectors or a path, or checkpoints=")
    progress("reading vectors")
    first = last if model is None else opened(model, kind=kind)
    second = None if other is None else opened(other, kind=first.kind)
    return _built(
        first,
        second,
        frames,
        keys=positive_integer("keys", keys),
        umap=bool(find_spec("umap")) if umap is None else umap,
        groups=_groups(groups),
        analogies=_paths(analogies),
        pairs=_paths(pairs),
        seed=seed,
        progress=progress,
    )


def _built(
    first: Opened,
    second: Opened | None,
    frames: Sequence[Frame],
    *,
    keys: int,
    umap: bool,
    groups: Mapping[str, Mapping[str, Sequence[str]]],
    analogies: Sequence[Path],
    pairs: Sequence[Path],
    seed: int,
    progress: Callable[[str], object],
) -> Explorer:
    if analogies or pairs:
        progress("evaluating")
    overlay = Overlay(first.vectors, analogies, pairs) if analogies or pairs else None
    drawn = draw(
        first.name,
        first.kind,
        first.vectors,
        keys=keys,
        umap=umap,
        groups=groups,
        seed=seed,
        kept=KeptLayouts(first.path),
        progress=progress,
    )
    progress("comparing" if second else "writing it down")
    if overlay is not None and analogies:
        drawn = replace(drawn, colours=[*drawn.colours, overlay.colour(drawn.shown)])
    comparison = None if second is None else Comparison(drawn, second.name, second.vectors)
    film = Film(drawn, frames) if frames else None
    more = {} if comparison is None else comparison.tables()
    more |= {} if film is None else film.tables()
    return Explorer(drawn, Questions(drawn, comparison=comparison, overlay=overlay, film=film), more)


def _groups(files: Sequence[FilePath] | FilePath) -> dict[str, dict[str, list[str]]]:
    return {printable(path.stem): read_groups(path) for path in _paths(files)}


def _paths(given: Sequence[FilePath] | FilePath) -> list[Path]:
    return [checked_path(path) for path in ([given] if isinstance(given, str | os.PathLike) else given)]
