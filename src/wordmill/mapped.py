"""Files that are mapped into memory while somebody else may write to them: what can be noticed is refused.

A map of a file shows what is written into the file in place, and where the file was cut short, reading kills the
process (SIGBUS). Replacing a file by another, as wordmill's own writers do, leaves a map as it was.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from wordmill.errors import FormatError

__all__ = ["MappedFile"]


@dataclass(frozen=True)
class MappedFile:
    """A file as it was when it was opened."""

    name: str
    state: tuple[int, ...]

    @classmethod
    def now(cls, path: Path) -> MappedFile:
        """Note the state of a file that is about to be mapped."""
        return cls(str(path.absolute()), _state(path.stat()))

    def check(self) -> None:
        """Refuse a file that was written to since: its size or modification time has changed.

        Raises
        ------
        FormatError
            It was; the message names it.
        """
        try:
            state = _state(os.stat(self.name))  # noqa: PTH116 (a query asks: Path takes twice as long)
        except OSError:  # removed or renamed: the map is of what it was
            return
        if state[:2] == self.state[:2] and state != self.state:
            raise FormatError(
                f"{self.name} was written to while it is in use: load it again, and write to a new file and rename it "
                "next time"
            )


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
