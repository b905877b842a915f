"""A directory among temporary files that goes with its process, or, where that was killed, when the next is made."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import weakref
from pathlib import Path

from wordmill.errors import OutputError
from wordmill.saving.disk import reason
from wordmill.saving.locks import Claim, claim, is_alone, writing

__all__ = ["Scratch"]

logger = logging.getLogger(__name__)

_PREFIX = "wordmill-"
_MARK = "wordmill-scratch"


class Scratch:
    """A directory of this process's own; `OSError` where none can be made.

    Attributes
    ----------
    path : Path
        The directory.
    """

    def __init__(self, parent: str | os.PathLike[str] | None = None) -> None:
        place = Path(tempfile.gettempdir() if parent is None else parent)
        _sweep(place)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        held = claim(self.path)
        self._finalizer = weakref.finalize(self, _remove, self.path, held, os.getpid())
        (self.path / _MARK).touch()

    def remove(self) -> None:
        """Remove it, now and not when it is forgotten; what cannot be removed is logged."""
        self._finalizer()


def _remove(path: Path, held: Claim | None, process: int) -> None:
    if process != os.getpid():  # a forked child does not own it
        return
    try:
        shutil.rmtree(path)
    except OSError as error:
        logger.warning("%s is left over and cannot be removed (%s): remove it by hand", path, reason(error))
    if held is not None:
        held.release()


def _sweep(place: Path) -> None:
    """Remove what killed processes of this user left."""
    for path in place.glob(f"{_PREFIX}*"):
        if is_alone(path) or not _is_left_over(path):  # the first: it is this process's own
            continue
        try:
            with writing(path, patience=0.0):
                if is_alone(path):
                    _remove(path, None, os.getpid())
        except OutputError:  # its process lives
            continue
        except OSError as error:
            logger.info("%s cannot be looked after (%s)", path, reason(error))


def _is_left_over(path: Path) -> bool:
    try:
        mine = not hasattr(os, "getuid") or path.lstat().st_uid == os.getuid()
    except FileNotFoundError:  # another was first
        return False
    return mine and path.is_dir() and not path.is_symlink() and (path / _MARK).is_file()
