"""Runs in processes of their own: a program by `programs.py`, or any command, with its time and peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Event, Thread
from typing import Any

from programs import Job, peak_bytes

__all__ = ["run_command", "run_program"]

HERE = Path(__file__).parent
POLL = 0.02  # seconds between looks at a process's peak memory
# BLAS threads of its own would help nobody here, and blur "the same threads for all"
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def run_program(name: str, job: Job, scratch: Path) -> dict[str, Any]:
    """Train in a process of its own; its vectors, if it gives any, are left in scratch/vectors.npz."""
    (scratch / "job.json").write_text(json.dumps(asdict(job)), encoding="utf-8")
    files = [str(scratch / file) for file in ("job.json", "run.json", "vectors.npz")]
    command = [sys.executable, str(HERE / "programs.py"), name, *files]
    subprocess.run(command, env={**os.environ, **ENVIRONMENT}, check=True)
    run: dict[str, Any] = json.loads((scratch / "run.json").read_text(encoding="utf-8"))
    return run


def run_command(command: Sequence[str]) -> dict[str, Any]:
    """Run a command to its end: seconds from start to exit, and its peak memory where the system tells (else None)."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        peak = Peak(process.pid)
        _, messages = process.communicate()
        seconds = time.perf_counter() - start
        peak.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {messages.strip()}")
    return {"seconds": seconds, "peak_bytes": peak.bytes}


class Peak:
    """Watches the peak memory of a process while it runs: afterwards nobody tells."""

    def __init__(self, pid: int) -> None:
        self.bytes: int | None = None
        self._pid = pid
        self._over = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.bytes = peak_bytes(self._pid) or self.bytes
            if self._over.wait(POLL):
                return
