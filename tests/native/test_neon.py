"""`make test-neon`: the core trains the same on aarch64, emulated, as on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

# Of losses and checksums after three epochs of additions in another order: x86's own sets lie 4e-5 and 3e-13 apart.
TOLERANCE = {"float32": 2e-4, "float64": 1e-11}


def results(path: Path) -> dict[tuple[str, str, str], list[str]]:
    """Read what `core_alone.cpp` printed, by instruction set, precision and architecture."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return {(isa, dtype, architecture): numbers for isa, dtype, architecture, *numbers in lines}


def test_aarch64_trains_the_same() -> None:
    built = os.environ.get("WORDMILL_NEON")
    if built is None:
        pytest.skip("nothing was trained on aarch64: make test-neon does so, emulated")
    here, there = (results(Path(built) / f"{machine}.tsv") for machine in ("host", "aarch64"))
    assert {isa for isa, _, _ in there} == {"baseline"}
    for (isa, dtype, architecture), (examples, subsampled, *values) in here.items():
        emulated = there["baseline", dtype, architecture]
        assert emulated[:2] == [examples, subsampled], isa  # the plan, to the bit
        found, expected = np.array(emulated[2:], float), np.array(values, float)
        np.testing.assert_allclose(found, expected, TOLERANCE[dtype], err_msg=f"{isa} {architecture}")
