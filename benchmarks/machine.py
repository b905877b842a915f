"""What a benchmark ran on."""

from __future__ import annotations

import os
import platform
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["command_line", "describe_machine"]


def describe_machine() -> dict[str, Any]:
    """Processor, cores, memory, load, system and Python, as far as the system tells."""
    return {
        "processor": _from_proc("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "instruction_sets": sorted(set((_from_proc("/proc/cpuinfo", "flags") or "").split()) & _INTERESTING),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": _from_proc("/proc/meminfo", "MemTotal"),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,  # of the minute before
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def command_line(program: str, arguments: Sequence[str]) -> str:
    """Write a command as others may repeat it: of paths on this machine, the names."""
    names = [Path(word).name if Path(word).is_absolute() else word for word in arguments]
    return shlex.join(["python", f"benchmarks/{program}", *names])


_INTERESTING = {"avx2", "fma", "avx512f", "avx512bw", "avx512_vnni", "asimd", "sve"}


def _from_proc(path: str, name: str) -> str | None:
    """Value of the first `name : value` line of a file of Linux."""
    file = Path(path)
    if not file.exists():
        return None
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None
