"""Each instruction set stays in its own object: the linker may pick nothing of it for everyone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wordmill.core import core, instruction_set, search_instruction_set

ROOT = Path(__file__).parents[2]


def test_baseline_is_always_there() -> None:
    assert "baseline" in core.available_isas()
    assert instruction_set() in core.available_isas()
    assert search_instruction_set() in core.available_screens()


@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize("function", ["instruction_set", "search_instruction_set"])
def test_the_environment_forces_an_instruction_set(function: str, isa: str) -> None:
    code = f"from wordmill import core; print(core.{function}())"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "WORDMILL_ISA": isa},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == isa


def test_an_unknown_instruction_set_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(ValueError, match=r"sse9.*baseline"):
        core.sigmoid(np.zeros(1, np.float32), "sse9")


AVX2 = ["-mavx2", "-mfma"]
AVX512 = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma"]


@pytest.mark.skipif(not shutil.which("g++") or sys.platform != "linux", reason="lists symbols with g++ and nm")
@pytest.mark.parametrize(
    ("source", "flags", "table"),
    [
        ("kernel/kernel", AVX512, "kernels_probe"),
        ("kernel/kernel", AVX2, "kernels_probe"),
        ("search/screen", [*AVX512, "-mavx512vnni"], "screen_probe"),
        ("search/screen", AVX512, "screen_probe"),
        ("search/screen", AVX2, "screen_probe"),
    ],
)
def test_one_table_and_no_weak_symbols(source: str, flags: list[str], table: str, tmp_path: Path) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("x86-64 flags")
    built = tmp_path / "built.o"
    subprocess.run(
        [
            "g++",
            "-std=c++20",
            "-O1",
            "-Wno-psabi",
            *flags,
            "-DWORDMILL_ISA_NAME=probe",
            f"-I{ROOT / 'native'}",
            "-c",
            ROOT / f"native/{source}.cpp",
            "-o",
            built,
        ],
        check=True,
    )
    symbols = subprocess.run(
        ["nm", "-C", "--extern-only", "--defined-only", built], capture_output=True, text=True, check=True
    )
    exported = [line.split(maxsplit=2)[1:] for line in symbols.stdout.splitlines()]
    assert exported == [["T", f"wordmill::{table}()"]]
