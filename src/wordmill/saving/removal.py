"""Removal that leaves no half: a target loses its name at once, then its content goes piece by piece.

A failure is logged and ends nobody's work.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from pathlib import Path

from wordmill.errors import OutputError
from wordmill.saving.disk import reason, resolved
from wordmill.saving.locks import PATIENCE, is_alone, writing
from wordmill.saving.staging import Staging, hidden_name, locked_in, stagings_in

__all__ = ["remove", "sweep", "sweep_target"]

logger = logging.getLogger(__name__)

_FULL = {errno.ENOSPC, errno.EDQUOT}


def remove(path: Path) -> bool:
    """Remove a file or directory, and what is left over of it; returns whether nothing has its name any more.

    What stays is logged.
    """
    target = resolved(path.parent) / path.name
    there, lock = os.path.lexists(target), target.with_name(hidden_name(target, "lock"))
    if not (there or os.path.lexists(lock) or any(stagings_in(target.parent, target))):
        return True
    try:
        with writing(target, patience=PATIENCE if there else 0.0):  # whoever makes it now may keep it
            sweep_target(target)
            if os.path.lexists(target):
                _remove(target)
    except OSError as error:
        if os.path.lexists(target):  # else another was first
            logger.warning("%s cannot be removed (%s): remove it by hand", path, reason(error))
            return False
    return True


def _remove(target: Path) -> None:
    try:
        staging = Staging.create(target)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        shutil.rmtree(target) if target.is_dir() else target.unlink()  # no room to step aside
        return
    try:
        staging.put_aside()
    finally:
        staging.remove()


def sweep_target(target: Path) -> None:
    """Remove what killed saves of a target left beside it; for the one who holds it, with locks or without."""
    if not is_alone(target):
        return
    for staging in stagings_in(target.parent, target):
        if not staging.is_needed():
            staging.remove()


def sweep(directory: Path) -> None:
    """Remove what killed saves and removals left in a directory; not what others are writing."""
    for target in {*(staging.target for staging in stagings_in(directory)), *locked_in(directory)}:
        try:
            with writing(target, patience=0.0):
                sweep_target(target)
        except OutputError:  # it is at work
            continue
        except OSError as error:
            logger.warning("%s: what is left over there cannot be removed (%s)", directory, reason(error))
