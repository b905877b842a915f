"""Files that appear whole or not at all; several that belong together, all or none of them.

What is not a regular file (a device, a pipe, the terminal) is never replaced: what was written is copied into it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from wordmill.errors import OutputError
from wordmill.saving.disk import as_output_error, flush_placed, reason, resolved
from wordmill.saving.locks import writing
from wordmill.saving.removal import sweep_target
from wordmill.saving.scratch import Scratch
from wordmill.saving.staging import Staging

__all__ = ["atomic_file", "atomic_files", "is_written_through"]

_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d+)")
_STREAMS = {"/dev/stdout": 1, "/dev/stderr": 2}


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield the path of an empty file that becomes `path` when the block ends well."""
    with atomic_files(path) as (staging,):
        yield staging


@contextlib.contextmanager
def atomic_files(*paths: str | os.PathLike[str]) -> Iterator[tuple[Path, ...]]:
    """Yield the paths of empty files that become `paths` when the block ends well: all of them, or none.

    The first leads: while several change, it is absent, and `standing_set` says where the new ones are. So whoever
    reads the first before the others never has files of two saves.
    """
    with as_output_error(Path(paths[0])), ExitStack() as stack:
        token = secrets.token_hex(4)
        outputs = [stack.enter_context(_output(Path(path), token)) for path in paths]
        yield tuple(staged.filling if isinstance(staged, Staging) else staged[1] for staged in outputs)
        staged = [output for output in outputs if isinstance(output, Staging)]
        for staging in staged:
            staging.seal()
        for output in outputs:
            if not isinstance(output, Staging):
                _copy_through(*output)
        if len(staged) == 1:
            staged[0].new.replace(staged[0].target)
        elif staged:
            _replace_all(staged)
        for staging in staged:
            flush_placed(staging.target)
            sweep_target(staging.target)


@contextlib.contextmanager
def _output(path: Path, token: str) -> Iterator[Staging | tuple[Path, Path]]:
    """Make room for a new content of a file; of what is written through, its path and a temporary one."""
    if is_written_through(path):
        scratch = Scratch()
        try:
            temporary = scratch.path / path.name
            temporary.touch()
            yield path, temporary
        finally:
            scratch.remove()
        return
    target = resolved(path)
    if target.is_dir():
        raise OutputError(f"{target} is a directory: give the name of a file")
    with as_output_error(target), writing(target):
        sweep_target(target)
        staging = Staging.create(target, token)
        try:
            staging.for_filling().touch()
            yield staging
        finally:
            staging.remove()


def is_written_through(path: str | os.PathLike[str]) -> bool:
    """Whether a path names something other than a regular file or directory, or the number of an open file."""
    if _descriptor(path) is not None:
        return True
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 (follows links, whatever they name)
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _descriptor(path: str | os.PathLike[str]) -> int | None:
    """Return the number of an open file that a path like /dev/stdout stands for."""
    text = os.path.abspath(path)  # noqa: PTH100 (follows no links)
    found = _DESCRIPTOR.fullmatch(text)
    return int(found[1]) if found else _STREAMS.get(text)


def _copy_through(path: Path, content: Path) -> None:
    descriptor = _descriptor(path)
    try:
        if descriptor == 1 and sys.stdout is not None:
            sys.stdout.flush()
        handle = os.open(path, os.O_WRONLY) if descriptor is None else os.dup(descriptor)
        with content.open("rb") as source, open(handle, "wb", buffering=0) as sink:  # noqa: PTH123 (it is open)
            shutil.copyfileobj(source, sink, 1 << 20)
    except BrokenPipeError:
        if descriptor == 1:  # the reader of the output has seen enough
            raise
        raise OutputError(f"{path} was closed by its reader before all was written") from None
    except OSError as error:
        raise OutputError(f"{path} could not be written to its end ({reason(error)})") from error


def _replace_all(staged: Sequence[Staging]) -> None:
    """Give several names to new content: all step aside, then come in; the one that leads goes first and comes last."""
    lead = staged[0]
    try:
        for staging in reversed(staged):
            staging.begin_swap(lead.target)
        for staging in staged:
            if os.path.lexists(staging.target):
                staging.put_aside()
        for staging in reversed(staged):
            staging.new.replace(staging.target)
    except BaseException as error:
        if os.path.lexists(lead.new):  # else all is done
            _give_back(staged, error)
        raise


def _give_back(staged: Sequence[Staging], error: BaseException) -> None:
    """Put back what was there; where even that fails, keep what there is and say where."""
    try:
        for staging in staged:
            if not os.path.lexists(staging.new):
                staging.target.rename(staging.new)
        for staging in reversed(staged):
            if os.path.lexists(staging.old):
                staging.old.replace(staging.target)
    except OSError as second:
        for staging in staged:
            staging.keep = True
        places = ", ".join(str(staging.path) for staging in staged)
        raise OutputError(
            f"{staged[0].target} could not be given back its old content ({reason(second)}): it and the new are in "
            f"{places}"
        ) from error
