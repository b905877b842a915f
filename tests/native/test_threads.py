"""Threads that the system does not give are an error, not the end of the process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TRAIN = """
import resource
from pathlib import Path

import wordmill

model = wordmill.Word2Vec(min_count=1, epochs=1, workers=900, deterministic={deterministic})
now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (1 << 29), now + (1 << 29)))
try:
    model.fit([["a", "b", "c"]] * 50)
except OSError as refused:
    print(refused)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="limits the address space, of which each thread's stack takes a part"
)
@pytest.mark.skipif("WORDMILL_SANITIZED" in os.environ, reason="sanitizers take more address space than is left")
@pytest.mark.parametrize("deterministic", [False, True])
def test_too_many_threads_are_refused(deterministic: bool) -> None:
    code = TRAIN.format(deterministic=deterministic)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "of 900 threads: ask for fewer" in run.stdout, run.stderr
    assert run.returncode == 0, run.stderr
