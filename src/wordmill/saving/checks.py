"""Whether an output can be written: asked before long work, not after it."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from wordmill.errors import OutputError
from wordmill.saving.disk import is_mounted, reason, resolved
from wordmill.saving.files import is_written_through
from wordmill.saving.locks import writing
from wordmill.saving.removal import sweep_target
from wordmill.saving.staging import Staging

__all__ = ["check_directory", "check_file"]

_CANNOT_RENAME = {errno.EXDEV, errno.EBUSY}

_PATIENCE = 5.0  # seconds for a save that is at work


def check_directory(path: str | os.PathLike[str]) -> None:
    """Raise `OutputError` where `atomic_directory` would fail, by trying all but the last step; nothing stays of it."""
    target = resolved(path)
    if is_written_through(path) or (target.exists() and not target.is_dir()):
        raise OutputError(f"{path} is a file: a model is a directory, choose another name")
    if is_mounted(target):
        raise OutputError(f"{path} is a mount point, which cannot be replaced: give the name of a directory inside it")
    if _holds_working_directory(target):
        raise OutputError(
            f"{path} is the directory you are in, which would be replaced: give one inside it, or leave it"
        )
    if target.exists() and not os.access(target, os.W_OK | os.X_OK):
        raise OutputError(f"{path} cannot be written (its mode forbids it): choose another place")
    _try(target, path)


def check_file(path: str | os.PathLike[str]) -> None:
    """Raise `OutputError` where `atomic_file` would fail, as far as can be told; nothing is written or made."""
    if is_written_through(path):
        if not os.access(path, os.W_OK):
            raise OutputError(f"{path} cannot be written (its mode forbids it): choose another place")
        return
    target = resolved(path)
    if target.is_dir():
        raise OutputError(f"{path} is a directory: give the name of a file")
    if is_mounted(target):
        raise OutputError(f"{path} is a mount point, which cannot be replaced: give another name")
    _try(target, path)


def _try(target: Path, path: str | os.PathLike[str]) -> None:
    """Make and remove what a save makes first; without a parent, a file in the nearest directory there is."""
    directory = next(parent for parent in target.parents if parent.exists())
    try:
        if directory == target.parent:
            with writing(target, patience=_PATIENCE):
                sweep_target(target)
                _rehearse(target)
        else:
            with tempfile.TemporaryFile(dir=directory):
                pass
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({reason(error)}): free or choose another place") from error


def _rehearse(target: Path) -> None:
    """Make what a save makes, and let a directory be renamed onto one that is full, which no system does.

    Those that cannot rename it at all say so first: of the lower layer of an overlay, that is of a container's image.
    """
    staging = Staging.create(target)
    try:
        if target.is_dir():
            (staging.old / "full").mkdir(parents=True)
            _rename_in_vain(target, staging.old)
    finally:
        staging.remove()


def _rename_in_vain(target: Path, full: Path) -> None:
    try:
        target.rename(full)
    except OSError as error:
        if error.errno in _CANNOT_RENAME:
            raise OutputError(
                f"{target} cannot be replaced ({reason(error)}), as directories of a container's image cannot: choose "
                "another name"
            ) from error
    else:  # a system that does
        full.rename(target)


def _holds_working_directory(target: Path) -> bool:
    try:
        return Path.cwd().is_relative_to(target)
    except OSError:  # it was removed
        return False
