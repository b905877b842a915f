"""A clock for programs that share a machine with others."""

from __future__ import annotations

import time

__all__ = ["Clock"]


class Clock:
    """Processor seconds between calls: of one thread, on a busy machine too."""

    def __init__(self) -> None:
        self._last = time.process_time()

    def lap(self) -> float:
        """Return the seconds since the last call."""
        last, self._last = self._last, time.process_time()
        return self._last - last
