"""Where new content is made: a hidden directory beside its target, which proves to be ours.

    .NAME.wordmill-TOKEN/      TOKEN is drawn anew by each save
        wordmill-staging.json  written first: whose directory this is, and of which target
        filling/NAME           being written
        new/NAME               whole, and on disk
        old/NAME               what had the name before, or what is being removed
        swapping               the name is being given from the old to the new in several steps: the new is what counts

Whatever is not marked so is a user's: it is neither read, nor renamed, nor removed.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from wordmill.saving.disk import flush, flush_tree, give_mode, reason, resolved, umask

__all__ = [
    "HIDDEN",
    "Staging",
    "hidden_name",
    "is_of_lock",
    "is_ours",
    "locked_in",
    "stagings_in",
    "standing",
    "standing_set",
]

logger = logging.getLogger(__name__)

HIDDEN = ".wordmill-"  # in the name of everything that is made beside a target
LOCK = f"{HIDDEN}lock"
LOCK_BEGINS = b'{"pid": '
_MARK = "wordmill-staging.json"
_MARK_BEGINS = '{"format": 1, "target": "'
_SWAPPING = "swapping"
_WHOLE = b"\n"  # ends what names the file that is waited for
_PARTS = (_SWAPPING, "filling", "new", "old")
_LONGEST = 200  # bytes of a target's name in a name of ours: file systems end at 255


def hidden_name(target: Path, ending: str) -> str:
    """Return a name beside a target; a long name of a target is cut, which its mark makes good."""
    name = target.name
    if len(os.fsencode(name)) > _LONGEST:
        name = f"{os.fsencode(name)[:_LONGEST].decode(errors='ignore')}~{zlib.crc32(os.fsencode(name)):08x}"
    return f".{name}{HIDDEN}{ending}"


class Staging:
    """A directory in which the next content of a target is made."""

    def __init__(self, path: Path, target: Path) -> None:
        self.path, self.target = path, target
        self.filling, self.new, self.old = (path / part / target.name for part in ("filling", "new", "old"))
        self.keep = False  # whether it holds what exists nowhere else

    @classmethod
    def create(cls, target: Path, token: str | None = None) -> Self:
        """Make one that is empty, marked as ours before anything else is in it."""
        path = target.with_name(hidden_name(target, token or secrets.token_hex(4)))
        path.mkdir(0o700)
        staging = cls(path, target)
        try:
            mark = path / _MARK
            mark.write_text(json.dumps({"format": 1, "target": target.name, "pid": os.getpid()}), encoding="utf-8")
            flush(mark)
        except BaseException:
            staging.remove()
            raise
        return staging

    @property
    def token(self) -> str:
        """What the directory's name ends with."""
        return self.path.name.rpartition(HIDDEN)[2]

    def for_filling(self) -> Path:
        """Return the path for the new content; its directory is made."""
        self.filling.parent.mkdir()
        return self.filling

    def seal(self) -> None:
        """Say that the new content is whole: it is on disk, and its modes are those of what it replaces."""
        flush_tree(self.filling.parent)
        give_mode(self.filling, self.target)
        self.filling.parent.rename(self.new.parent)

    def begin_swap(self, lead: Path | None = None) -> None:
        """Say, before the first of several steps, that the new content is what counts when they are cut short.

        So it is until the name is there again: its own, or that of the file that leads others.
        """
        self.path.chmod(0o777 & ~umask())  # whoever may read the target may read what stands in for it
        (self.path / _SWAPPING).write_bytes(os.fsencode(lead or self.target) + _WHOLE)
        flush(self.path / _SWAPPING)
        flush(self.path)

    def put_aside(self) -> None:
        """Take the target's name from what has it."""
        self.old.parent.mkdir(exist_ok=True)
        self.target.rename(self.old)

    def is_needed(self) -> bool:
        """Whether a swap was cut short that began: the new content counts, and is here."""
        try:
            awaited = (self.path / _SWAPPING).read_bytes()
        except OSError:
            return False
        begun = awaited.endswith(_WHOLE)  # else it was cut short, and no step taken
        return begun and os.path.lexists(self.new) and not os.path.lexists(awaited.removesuffix(_WHOLE))

    def remove(self) -> None:
        """Remove it, the mark last; what cannot be removed is logged."""
        if self.keep:
            return
        failures: list[OSError] = []
        for part in _PARTS:
            _remove(self.path / part, failures)
        if not failures:
            _remove(self.path / _MARK, failures)
        try:
            self.path.rmdir()
        except FileNotFoundError:
            return
        except OSError as error:
            failures.append(error)
        if failures:
            logger.warning(
                "%s is left over and cannot be removed (%s): the next save tries again, or remove it by hand",
                self.path,
                reason(failures[0]),
            )


def stagings_in(directory: Path, target: Path | None = None) -> Iterator[Staging]:
    """Yield the directories in which content was made: in a directory, of all targets or of one."""
    prefix = "." if target is None else hidden_name(target, "")
    try:
        names = sorted(
            path.name for path in directory.iterdir() if path.name.startswith(prefix) and HIDDEN in path.name
        )
    except OSError:  # not there, or not to be looked into: then nothing of ours can be found in it
        return
    for name in names:
        named = _marked_target(directory / name) if name.startswith(prefix) and HIDDEN in name else None
        if named is not None and (target is None or named == target.name):
            yield Staging(directory / name, directory / named)


def locked_in(directory: Path) -> list[Path]:
    """Return the targets in a directory that are locked, or that a killed process had locked."""
    return [
        path.with_name(path.name[1 : -len(LOCK)]) for path in directory.glob(f".*{LOCK}") if path.name[1 : -len(LOCK)]
    ]


def standing(path: str | os.PathLike[str]) -> Path:
    """Return where the content of a target stands: at its name, or beside it where a swap was cut short.

    Nothing is renamed or written: whoever reads may not be allowed to, and whoever swaps may be at work.
    """
    return standing_set(Path(path))[0]


def standing_set(lead: Path, *others: Path) -> tuple[Path, ...]:
    """Return where files stand that were written together, so that all are of one save; see `atomic_files`."""
    if os.path.lexists(lead):
        return lead, *others
    target = resolved(lead)
    for staging in stagings_in(target.parent, target):
        if staging.is_needed():
            return staging.new, *(_beside(resolved(other), other, staging.token) for other in others)
    return lead, *others


def is_ours(path: Path) -> bool:
    """Whether something in a directory is what a save or a lock left there, and proves it."""
    if path.name.endswith(LOCK):
        return path.is_file() and not path.is_symlink() and is_of_lock(path.read_bytes())
    return HIDDEN in path.name and _marked_target(path) is not None


def is_of_lock(content: bytes) -> bool:
    """Whether a lock's file has such a content: its holder, or nothing of it yet."""
    return LOCK_BEGINS.startswith(content[: len(LOCK_BEGINS)].rstrip(b"\0"))


def _beside(target: Path, path: Path, token: str) -> Path:
    new = Staging(target.with_name(hidden_name(target, token)), target).new
    return new if new.exists() else path


def _marked_target(path: Path) -> str | None:
    """Return the name of the target that a directory is marked for; None where it is not ours.

    A mark that was cut short stands alone and names no target: the directory's own name does.
    """
    if path.is_symlink() or not path.is_dir():
        return None
    entries = [entry.name for entry in path.iterdir()]
    try:
        text = (path / _MARK).read_text(encoding="utf-8") if entries else ""
        if entries in ([], [_MARK]) and _is_cut_short(text):
            return path.name[1:].rpartition(HIDDEN)[0]
        content = json.loads(text)
        name = content["target"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    ours = (
        isinstance(name, str) and name and Path(name).name == name and path.name.startswith(hidden_name(Path(name), ""))
    )
    return str(name) if ours else None


def _is_cut_short(mark: str) -> bool:
    return _MARK_BEGINS.startswith(mark) or (mark.startswith(_MARK_BEGINS) and not mark.endswith("}"))


def _remove(path: Path, failures: list[OSError]) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        failures.append(error)
