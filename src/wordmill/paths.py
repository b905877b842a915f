"""Paths as users give them: what cannot be one is an error of ours before the system sees it."""

from __future__ import annotations

import os
from pathlib import Path

from wordmill.errors import ParameterError
from wordmill.foreign import quoted

__all__ = ["checked_path"]

_LONGEST, _LONGEST_NAME = 4_096, 255  # bytes, as nearly every file system has it


def checked_path(path: object) -> Path:
    """Return a path; `ParameterError` where it is of another type, or no file can be called so."""
    if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
        raise ParameterError(f"{quoted(path)} is no path: give a str or a pathlib.Path")
    name = str(os.fspath(path))
    try:
        encoded = os.fsencode(name)
    except UnicodeEncodeError:
        encoded = b"\0"
    parts = encoded.replace(os.altsep.encode() if os.altsep else b"/", os.sep.encode()).split(os.sep.encode())
    if not name:
        raise ParameterError("an empty path names no file: check the path")
    if b"\0" in encoded or len(encoded) > _LONGEST or max(map(len, parts)) > _LONGEST_NAME:
        raise ParameterError(f"{quoted(name)}: no file can be called so: check the path")
    return Path(name)
