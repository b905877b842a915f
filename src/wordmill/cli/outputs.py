"""Whether an output can be written: asked before the work, not after it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from wordmill.errors import OutputError
from wordmill.vectors.formats.directory import check_target

__all__ = ["check_file_writable", "check_model_writable", "check_picture_writable"]


def check_model_writable(path: Path) -> None:
    """Raise `OutputError` where a model directory cannot be written, or would replace files that are not ours."""
    check_target(path)
    _check_directory(path.resolve().parent, path)


def check_file_writable(path: Path) -> None:
    """Raise `OutputError` where a file cannot be written."""
    if path.is_dir():
        raise OutputError(f"{path} is a directory: give the name of a file")
    if not path.resolve().parent.is_dir():
        raise OutputError(f"{path}: its directory does not exist, make it first: mkdir -p {path.parent}")
    _check_directory(path.resolve().parent, path)


def check_picture_writable(path: Path) -> None:
    """Raise a `WordmillError` where a picture cannot be written, or there is nothing to draw it with."""
    from wordmill.plots.figure import check_picture

    check_file_writable(path)
    check_picture(path)


def _check_directory(directory: Path, output: Path) -> None:
    """Try to write to a directory, or to the nearest one above it that exists."""
    while not directory.exists():
        directory = directory.parent
    try:
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as problem:
        raise OutputError(f"{output} cannot be written: {problem.strerror or problem}; choose another place") from None
