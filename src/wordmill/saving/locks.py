"""One writer of a target at a time: among processes by a lock on a file beside it, among threads by a lock in memory.

The lock is the system's: it ends with the process that holds it, however that ends. The file, `.NAME.wordmill-lock`,
only says who it is, and goes with the lock; one that is left over binds no one.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import socket
import stat
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from wordmill.errors import OutputError
from wordmill.saving.disk import as_output_error, reason, resolved
from wordmill.saving.staging import hidden_name, is_of_lock

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["PATIENCE", "Claim", "claim", "is_alone", "writing"]

logger = logging.getLogger(__name__)

PATIENCE = 600.0  # seconds that a save waits for another
_PAUSE = 0.05  # seconds
_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}
_SIGNED = 200  # bytes of a holder's words on itself
_FAR = 1 << 30  # offset of the byte that is locked on Windows, where locked bytes cannot be read


@dataclass(eq=False)
class _Lock:
    """A lock that this process holds, for as many as count on it."""

    target: Path
    handle: int | None  # None on a file system without locks
    training: bool = False
    users: int = 0
    process: int = field(default_factory=os.getpid)  # a forked child does not hold it
    turn: Any = field(default_factory=threading.RLock)
    parents: list[Path] = field(default_factory=list)  # directories made for it


_held: dict[Path, _Lock] = {}
_table = threading.RLock()  # a claim that is collected may come back while it is held


class Claim:
    """A target that no other process writes until `release`, the end of the `with` block, or that of the process."""

    def __init__(self, lock: _Lock, *, training: bool) -> None:
        self.lock = lock
        self._finalizer = weakref.finalize(self, _let_go, lock, training)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.release()

    def release(self) -> None:
        """Let others write."""
        self._finalizer()


def claim(path: str | os.PathLike[str]) -> Claim:
    """Keep a target for as long as a training takes that will write it; saves of this process still may.

    Raises
    ------
    OutputError
        Another training has it, or another process writes it, or it cannot be written at all.
    """
    target = resolved(path)
    with as_output_error(target):
        return _join(target, training=True, patience=0.0)


@contextlib.contextmanager
def writing(target: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a target while it is replaced or removed, after whoever does that now."""
    with _join(target, training=False, patience=patience) as held, held.lock.turn:
        yield


def is_alone(target: Path) -> bool:
    """Whether other processes are kept away from a target that this one holds: some file systems know no locks."""
    lock = _own(target)
    return lock is not None and lock.handle is not None


def _join(target: Path, *, training: bool, patience: float) -> Claim:
    """Take a lock, or count on the one that this process has."""
    parents = _make_parents(target.parent)
    until = time.monotonic() + patience
    try:
        while not isinstance(found := _join_now(target, parents, training=training), Claim):
            _refuse_or_wait(target, found, until)
    except BaseException:
        _remove_empty(parents)
        raise
    return found


def _join_now(target: Path, parents: list[Path], *, training: bool) -> Claim | dict[str, Any]:
    """Take a lock, or return what its holder says of itself."""
    with _table:
        lock = _own(target) or _try(target, parents)
        if not isinstance(lock, _Lock):
            return lock
        if training and lock.training:
            return {"pid": os.getpid(), "training": True}
        lock.users, lock.training = lock.users + 1, lock.training or training
        _sign(lock)
        return Claim(lock, training=training)


def _refuse_or_wait(target: Path, holder: dict[str, Any], until: float) -> None:
    if holder.get("training") or time.monotonic() >= until:
        raise OutputError(_busy(target, holder))
    time.sleep(_PAUSE)


def _own(target: Path) -> _Lock | None:
    """Return the lock that this process has on a target."""
    lock = _held.get(target)
    return lock if lock is not None and lock.process == os.getpid() else None


def _let_go(lock: _Lock, training: bool) -> None:
    if lock.process != os.getpid():
        return
    with _table:
        lock.users, lock.training = lock.users - 1, lock.training and not training
        if lock.users:
            _sign(lock)
            return
        _held.pop(lock.target, None)
        if lock.handle is not None:
            _close(lock.handle, _lock_file(lock.target))
        _remove_empty(lock.parents)


def _try(target: Path, parents: list[Path]) -> _Lock | dict[str, Any]:
    """Lock a target; where another process has it, return what it says of itself."""
    path = _lock_file(target)
    while True:
        handle = _open(path)
        try:
            _check_ours(path, handle)
            locked = _lock(handle)
            if locked and not _names(path, handle):  # whoever had it removed it: another file counts now
                os.close(handle)
                continue
            if not locked:
                holder = _read(handle)
                os.close(handle)
                return holder
        except OSError as error:
            os.close(handle)
            if isinstance(error, OutputError) or error.errno not in _NO_LOCKS:
                raise
            path.unlink(missing_ok=True)
            logger.warning("%s: no locks there: that no other process writes it is not known", target.parent)
            handle = None
        lock = _held[target] = _Lock(target, handle, parents=parents)
        return lock


def _open(path: Path) -> Any:
    flags = os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, os.O_RDWR | flags, 0o666)
    except PermissionError:
        return os.open(path, os.O_RDONLY)  # left over by another user: to be locked all the same
    except OSError as error:
        if path.is_symlink() or (os.path.lexists(path) and not path.is_file()):
            raise _strange(path) from error
        raise


def _check_ours(path: Path, handle: int) -> None:
    """Refuse a file that only has the name of a lock: it is somebody's, and would be written over and removed."""
    if not stat.S_ISREG(os.fstat(handle).st_mode) or not is_of_lock(os.read(handle, _SIGNED)):
        raise _strange(path)


def _strange(path: Path) -> OutputError:
    return OutputError(f"{path} is not wordmill's, and has the name that its lock needs: move it away")


def _lock(handle: int) -> bool:
    """Lock an open file; False where another has it."""
    try:
        if sys.platform == "win32":
            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _BUSY:
            raise
        return False
    return True


def _names(path: Path, handle: int) -> bool:
    """Whether a path is that of an open file."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _sign(lock: _Lock) -> None:
    """Say in the file who has the lock; it is for messages alone, so that a full disk does no harm."""
    if lock.handle is None:
        return
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "training": lock.training}
    with contextlib.suppress(OSError):
        os.lseek(lock.handle, 0, os.SEEK_SET)
        os.write(lock.handle, json.dumps(holder).ljust(_SIGNED).encode())


def _read(handle: int) -> dict[str, Any]:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        holder = json.loads(os.read(handle, _SIGNED))
    except (OSError, ValueError):  # it is being written
        return {}
    return holder if isinstance(holder, dict) else {}


def _close(handle: int, path: Path) -> None:
    """Release a lock, and remove its file while no one else can have it."""
    try:
        if sys.platform != "win32" and _names(path, handle):
            path.unlink()
    except OSError as error:
        logger.info("%s stays behind (%s): it binds no one", path, reason(error))
    finally:
        os.close(handle)
    if sys.platform == "win32":
        with contextlib.suppress(PermissionError):  # another has opened it
            path.unlink(missing_ok=True)


def _lock_file(target: Path) -> Path:
    return target.with_name(hidden_name(target, "lock"))


def _busy(target: Path, holder: dict[str, Any]) -> str:
    what = "is the output of another training" if holder.get("training") else "is being written by another"
    who = f", process {holder['pid']} on {holder.get('host', socket.gethostname())}" if "pid" in holder else ""
    return f"{target} {what}{who}: wait for its end, or choose another name"


def _make_parents(directory: Path) -> list[Path]:
    """Make a directory and those above it; return the ones that were not there."""
    missing = [parent for parent in (directory, *directory.parents) if not parent.exists()]
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{directory} cannot be written into: it is no directory, choose another place") from None
    return missing


def _remove_empty(directories: list[Path]) -> None:
    """Remove directories that were made for an output that was not written; one that holds something stays."""
    with contextlib.suppress(OSError):
        for directory in directories:
            directory.rmdir()
