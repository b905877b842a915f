"""What the other modules ask of the file system, for each operating system."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from wordmill.errors import OutputError

__all__ = [
    "as_output_error",
    "exchange",
    "fingerprint",
    "flush",
    "flush_placed",
    "flush_tree",
    "give_mode",
    "is_mounted",
    "reason",
    "resolved",
    "umask",
]

_BLOCK = 1 << 22  # bytes read at once
_CANNOT_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}  # a file system that flushes no directories
_CANNOT_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux
_RENAME_SWAP = 2  # of macOS


def flush(path: Path) -> None:
    """Force a file or directory to the disk (directories: where the system can)."""
    is_directory = path.is_dir()
    if is_directory and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        if not is_directory or error.errno not in _CANNOT_FLUSH:
            raise
    finally:
        os.close(handle)


def flush_tree(path: Path) -> None:
    """Force a file, or a directory and all that is in it, to the disk."""
    if path.is_dir():
        for entry in path.iterdir():
            flush_tree(entry)
    flush(path)


def flush_placed(target: Path) -> None:
    """Force a name to the disk that has just been given to new content: from here on nothing is as it was."""
    try:
        flush(target.parent)
    except OSError as error:
        raise OutputError(
            f"{target} is written, but the disk does not confirm it ({reason(error)}): look after the disk, and save "
            "again before you rely on it"
        ) from error


def exchange(one: Path, other: Path) -> bool:
    """Exchange what two paths name in one step; False where the system or the file system cannot."""
    call = _exchange_call()
    if call is None:
        return False
    ctypes.set_errno(0)
    if call(os.fsencode(one), os.fsencode(other)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(other))


@cache
def _exchange_call() -> Callable[[bytes, bytes], int] | None:
    if os.name != "posix":
        return None
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        swap = library.renamex_np
        swap.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint]
        return lambda one, other: int(swap(one, other, _RENAME_SWAP))
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        rename = library.renameat2
        rename.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
        return lambda one, other: int(rename(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE))
    return None


def give_mode(path: Path, like: Path) -> None:
    """Give a new file or directory, and what is in it, the modes and owners of what it replaces; else the umask's."""
    if path.is_dir():
        for entry in path.iterdir():
            give_mode(entry, like / entry.name)
    try:
        before = like.stat()
    except OSError:  # it is new
        path.chmod((0o777 if path.is_dir() else 0o666) & ~umask())
        return
    if os.name == "posix" and (before.st_uid, before.st_gid) != (path.stat().st_uid, path.stat().st_gid):
        with contextlib.suppress(PermissionError):  # only root may give files away
            os.chown(path, before.st_uid, before.st_gid)
    path.chmod(stat.S_IMODE(before.st_mode))


def umask() -> int:
    """Return the mode bits that new files do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def fingerprint(file: Path, *, checksum: bool = True) -> dict[str, int | str]:
    """Size and CRC-32 of a file, by which a damaged one is known."""
    size = file.stat().st_size
    if not checksum:
        return {"bytes": size}
    crc = 0
    with file.open("rb") as handle:
        while block := handle.read(_BLOCK):
            crc = zlib.crc32(block, crc)
    return {"bytes": size, "crc32": f"{crc:08x}"}


def resolved(path: str | os.PathLike[str]) -> Path:
    """Return what a path names once all links are followed: they are written through, not replaced."""
    try:
        target = Path(path).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL
        raise OutputError(f"{path} cannot be written: it is a loop of links, or no path") from error
    if not target.name:
        raise OutputError(f"{path} cannot be replaced: give the name of a directory or file inside it")
    return target


def is_mounted(path: Path) -> bool:
    """Whether a path is a mount point, of another file system or of a part of the same: its name cannot be taken."""
    if path.is_mount():
        return True
    try:
        return _mount(path) != _mount(path.parent)
    except OSError:  # nothing is there, or the system does not say
        return False


def _mount(path: Path) -> str | None:
    """Return what a path is mounted by, as Linux says."""
    if sys.platform != "linux":
        return None
    handle = os.open(path, os.O_PATH)
    try:
        found = re.search(r"^mnt_id:\s*(\d+)", Path(f"/proc/self/fdinfo/{handle}").read_text("ascii"), re.MULTILINE)
    finally:
        os.close(handle)
    return found and found[1]


def reason(error: OSError) -> str:
    """Return what the system says of an error."""
    return error.strerror or str(error) or type(error).__name__


@contextlib.contextmanager
def as_output_error(target: Path) -> Iterator[None]:
    """Turn an error of the system, before anything has changed, into an `OutputError`."""
    try:
        yield
    except (OutputError, BrokenPipeError):  # the second: the reader of the output has seen enough
        raise
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written ({reason(error)}): free or choose another place; what was there is untouched"
        ) from error
