"""A directory that appears whole or not at all, in place of the one that was there.

Where the system can, old and new exchange their names in one step (Linux, macOS). Elsewhere the old one steps aside and
the new one takes its name; whoever reads between the two steps finds the new one where it was made.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from wordmill.errors import OutputError
from wordmill.saving.disk import as_output_error, exchange, flush_placed, reason, resolved
from wordmill.saving.locks import writing
from wordmill.saving.removal import sweep_target
from wordmill.saving.staging import Staging

__all__ = ["atomic_directory"]


def _anything(directory: Path, target: Path) -> None:
    """Let any directory be replaced."""


@contextlib.contextmanager
def atomic_directory(
    path: str | os.PathLike[str], *, may_replace: Callable[[Path, Path], None] = _anything
) -> Iterator[Path]:
    """Yield an empty directory that becomes `path` when the block ends well, in place of what was there.

    Parameters
    ----------
    path
        The directory, or a link to it.
    may_replace
        Raises an `OutputError` where a directory (the first argument, called by the second) must not be replaced. It is
        asked before the block, and again of what has stepped aside: a file that came in the meantime is not lost.
    """
    target = resolved(path)
    with as_output_error(target), writing(target):
        if target.exists():
            if not target.is_dir():
                raise OutputError(f"{target} is a file, and a directory is to be written: choose another name")
            may_replace(target, target)
        sweep_target(target)
        staging = Staging.create(target)
        try:
            staging.for_filling().mkdir()
            yield staging.filling
            staging.seal()
            _swap(staging, may_replace)
        finally:
            staging.remove()


def _swap(staging: Staging, may_replace: Callable[[Path, Path], None]) -> None:
    target = staging.target
    if os.path.lexists(target):
        _exchange(staging, may_replace)
    else:
        staging.new.rename(target)
    flush_placed(target)
    sweep_target(target)


def _exchange(staging: Staging, may_replace: Callable[[Path, Path], None]) -> None:
    """Give the name of what is there to the new content."""
    target, new = staging.target, staging.new
    if not exchange(new, target):
        _swap_in_steps(staging, may_replace)
        return
    try:
        may_replace(new, target)  # where the old content is now
    except BaseException as error:
        _put_back(staging, lambda: exchange(new, target), "the old content is", new, error)
        raise


def _swap_in_steps(staging: Staging, may_replace: Callable[[Path, Path], None]) -> None:
    target = staging.target
    staging.begin_swap()
    try:
        staging.put_aside()
        may_replace(staging.old, target)
        staging.new.rename(target)
    except BaseException as error:
        if os.path.lexists(staging.old) and os.path.lexists(staging.new):
            _give_back(staging, error)
        raise


def _give_back(staging: Staging, error: BaseException) -> None:
    """Give the old content its name again, unless another has it by now."""
    target = staging.target
    if os.path.lexists(target):
        raise OutputError(f"{target} was saved by another process at the same time, whose content stays") from error
    _put_back(
        staging, lambda: staging.old.rename(target), "reading finds the new content; the old is", staging.old, error
    )


def _put_back(staging: Staging, step: Callable[[], object], what: str, place: Path, error: BaseException) -> None:
    """Undo a step; where even that fails, keep what there is and say where."""
    try:
        step()
    except OSError as second:
        staging.keep = True
        raise OutputError(
            f"{staging.target} could not be given back its old content ({reason(second)}): {what} in {place}"
        ) from error
