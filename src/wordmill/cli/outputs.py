"""Whether an output can be written: asked before the work, not after it."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from wordmill.cli.checkpoints import beside_model
from wordmill.errors import OutputError
from wordmill.saving import check_directory, check_file
from wordmill.vectors.formats import check_model_name
from wordmill.vectors.formats.directory import check_target, is_model_directory

__all__ = [
    "check_apart",
    "check_file_writable",
    "check_model_writable",
    "check_picture_writable",
    "check_training_outputs",
]


def check_model_writable(path: Path) -> None:
    """Raise a `WordmillError` where a model directory cannot be written, or would replace files that are not ours."""
    check_directory(path)
    check_target(path)
    check_model_name(path)


def check_training_outputs(
    output: Path | None, files: Sequence[Path | None], plot: Path | None, film: Path | None
) -> None:
    """Raise a `WordmillError` where one cannot be written: a model with its checkpoints, files, a picture, a film."""
    if output is not None:
        check_model_writable(output)
        _check_checkpoints(beside_model(output), "checkpoints go there: move it away, or choose another --output")
    for path in files:
        if path is not None:
            check_file_writable(path)
    if plot is not None:
        check_picture_writable(plot)
    if film is not None:
        _check_checkpoints(film, "--film keeps the model of each epoch in a directory")


def _check_checkpoints(directory: Path, purpose: str) -> None:
    if directory.exists() and not directory.is_dir():
        raise OutputError(f"{directory} is a file, and {purpose}")
    check_directory(directory / "training")


def check_file_writable(path: Path) -> None:
    """Raise `OutputError` where a file cannot be written."""
    check_file(path)
    if not (path.exists() or path.resolve().parent.is_dir()):
        raise OutputError(f"{path}: its directory does not exist, make it first: mkdir -p {path.parent}")


def check_picture_writable(path: Path) -> None:
    """Raise a `WordmillError` where a picture cannot be written, or there is nothing to draw it with."""
    from wordmill.plots.figure import check_picture

    check_file_writable(path)
    check_picture(path)


def check_apart(outputs: Sequence[Path], sources: Sequence[Path | None]) -> None:
    """Raise `OutputError` where an output would end a source of the command, or another output, whatever it is called.

    Symbolic and hard links are seen through. A source of None is standard input. What is no file and no directory, a
    terminal say, may be both.
    """
    for output, source in itertools.product(outputs, sources):
        if _is_same(output, source):
            raise OutputError(f"{output} is a source of this command{_called(source, output)}: give another name")
        if source is not None and _is_inside(source, output):
            raise OutputError(f"{source}, a source of this command, is inside {output}: give another name")
        if source is not None and is_model_directory(source) and _is_inside(output, source):
            raise OutputError(f"{output} is inside {source}, a source of this command: give another name")
    for one, other in itertools.permutations(outputs, 2):
        if _is_same(one, other) or os.path.realpath(one) == os.path.realpath(other) or _is_inside(one, other):
            raise OutputError(f"{one} and {other} are outputs in each other's place: give another name")


def _called(source: Path | None, output: Path) -> str:
    if source == output:
        return ""
    return ", read as standard input" if source is None else f", {source}"


def _is_same(path: Path, other: Path | None) -> bool:
    one, two = _status(path), _status(other)
    return one is not None and two is not None and os.path.samestat(one, two)


def _status(path: Path | None) -> os.stat_result | None:
    """Status of a file or directory, or of standard input; None where nothing is there, or no file."""
    try:
        status = os.fstat(0) if path is None else path.stat()
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) else None


def _is_inside(path: Path, directory: Path) -> bool:
    return any(_is_same(parent, directory) for parent in Path(os.path.realpath(path)).parents)
