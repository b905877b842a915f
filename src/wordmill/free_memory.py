"""How much memory a program may have."""

from __future__ import annotations

import math
import re
from pathlib import Path

__all__ = ["free_memory"]

_MEMORY = Path("/proc/meminfo")  # of Linux


def free_memory() -> float:
    """Return bytes that a program may have: what the system says, infinity where it does not tell."""
    if not _MEMORY.exists():
        return math.inf
    found = re.search(r"^MemAvailable:\s*(\d+) kB", _MEMORY.read_text(encoding="utf-8"), re.MULTILINE)
    return math.inf if found is None else 1024 * int(found[1])
