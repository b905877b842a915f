"""The step of each instruction set, its rows in the cache: arithmetic, plan and draws, and nothing to wait for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np

from core_runs import CoreRun, make_task, multiply_adds
from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from studies.roofline import peak
from wordmill.core import core

TITLE = "Step kernels, rows in the cache, one thread"
CACHE_BYTES = 2**19  # for both matrices: half of a small second-level cache
WINDOWS = 50_000


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each instruction set that this machine runs, and each configuration."""
    grid = [(100, 5, 5)] if setting.smoke else list(product([100, 300], [5, 10], [5, 15]))
    for architecture, (size, window, negative), isa in product(["skipgram", "cbow"], grid, core.available_isas()):
        key = {"architecture": architecture, "D": size, "W": window, "K": negative, "isa": isa}
        yield Measurement(
            {**key, "build": program_build("wordmill")},
            partial(_measure, setting, architecture, size, window, negative, isa),
        )


def _measure(setting: Setting, architecture: str, size: int, window: int, negative: int, isa: str) -> Record:
    words = CACHE_BYTES // (8 * size)
    ids = np.arange(1_000 if setting.smoke else WINDOWS, dtype=np.int32) % words  # full windows without repeats
    task = make_task(
        ids, np.ones(words, np.int64), architecture, window=window, negative=negative, shrink_windows=False, sample=0
    )
    run = CoreRun(task, size, isa)
    best = run.best(2 * setting.turns)
    needed = 2 * multiply_adds(architecture, best.windows, run.contexts(), negative, size)
    return {"window_ns": best.window_ns, "flops": needed / best.seconds, "peak_flops": peak(isa)}


def report(records: list[Record]) -> list[str]:
    """Nanoseconds a window, and the share of the instruction set's peak."""
    rows = [
        [
            record["architecture"], record["isa"], record["D"], record["W"], record["K"],
            f"{record['window_ns']:.0f}",
            f"{record['flops'] / 1e9:.0f}",
            f"{record['flops'] / record['peak_flops']:.0%}",
        ]
        for record in records
    ]  # fmt: skip
    return table(["", "instruction set", "D", "W", "K", "ns a window", "GFLOP/s", "of its peak"], rows, left=2)
