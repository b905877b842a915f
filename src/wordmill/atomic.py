"""Directories and files that appear whole or not at all.

A directory is filled and flushed beside its target, as `.NAME.filling-*`. Renaming it to `.NAME.new` says that it is
whole; then the old target steps aside to `.NAME.old`, the new one takes its name, and the old one is removed. Whatever
moment the machine stops at, `recover` finds the old or the new content, whole, and gives it the target's name.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from wordmill.errors import OutputError

__all__ = ["atomic_directory", "atomic_file", "fingerprint", "recover"]

_STALE = 24 * 3600  # seconds after which what a killed save left behind is removed by the next one
_BLOCK = 1 << 22  # bytes read at once


@contextlib.contextmanager
def atomic_directory(path: str | PathLike[str]) -> Iterator[Path]:
    """Yield an empty directory that becomes `path` when the block ends well, in place of what was there."""
    target = _resolved(path)
    with _as_output_error(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(target)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.filling-", dir=target.parent))
        try:
            yield staging
            _flush_tree(staging)
            _swap(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextlib.contextmanager
def atomic_file(path: str | PathLike[str]) -> Iterator[Path]:
    """Yield the path of a temporary sibling that becomes `path` when the block ends well."""
    target = _resolved(path)
    with _as_output_error(target):
        if target.is_dir():
            raise OutputError(f"{target} is a directory: give the name of a file")
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.filling-", dir=target.parent)
        os.close(handle)
        staging = Path(name)
        try:
            yield staging
            staging.chmod(0o666 & ~_umask())
            _flush(staging)
            staging.replace(target)
        finally:
            staging.unlink(missing_ok=True)
        _flush(target.parent)


def recover(path: str | PathLike[str]) -> bool:
    """Finish or undo an interrupted swap, so that `path` is whole if it ever was; returns whether anything is there.

    The one who swaps may be at work: then whoever renames first is right, as both give the target the same content.
    """
    target = _resolved(path)
    new, old = _siblings(target)
    if target.exists() or target.is_symlink():
        return True
    for whole in (new, old):
        if whole.is_dir():
            try:
                whole.rename(target)
            except OSError:
                if not target.exists():
                    raise
            return True
    return target.exists()


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


def _swap(staging: Path, target: Path) -> None:
    new, old = _siblings(target)
    recover(target)
    for leftover in (new, old):
        if leftover.exists():
            shutil.rmtree(leftover)
    staging.chmod(0o777 & ~_umask())  # mkdtemp makes it private
    staging.rename(new)
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if new.exists() or not target.exists():  # else someone who loads it has finished the swap
            if old.exists() and not target.exists():
                old.rename(target)
            raise
    _flush(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _siblings(target: Path) -> tuple[Path, Path]:
    return target.with_name(f".{target.name}.new"), target.with_name(f".{target.name}.old")


def _resolved(path: str | PathLike[str]) -> Path:
    target = Path(path).resolve()
    if not target.name:
        raise OutputError(f"{path} cannot be replaced: give the name of a directory or file inside it")
    return target


def _remove_stale(target: Path) -> None:
    for leftover in target.parent.glob(f".{target.name}.filling-*"):
        if time.time() - leftover.stat().st_mtime > _STALE:
            shutil.rmtree(leftover, ignore_errors=True)


def _flush_tree(directory: Path) -> None:
    for file in directory.iterdir():
        _flush(file)
    _flush(directory)


def _flush(path: Path) -> None:
    """Force a file or directory to the disk (directories: where the system can)."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def _as_output_error(target: Path) -> Iterator[None]:
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{target} cannot be written ({reason}): free or choose another place; what was there is untouched"
        ) from error
