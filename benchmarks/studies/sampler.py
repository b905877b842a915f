"""Drawing negatives from the alias table, the target excluded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import numpy as np

from core_runs import make_task, zipf_counts, zipf_ids
from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from wordmill.core import instruction_set
from wordmill.training.backends import allocate_vectors
from wordmill.training.backends.native import native_trainer

TITLE = "Negatives drawn"
WINDOWS = 100_000
AT_ONCE = 256  # windows, as in training
FEW, MANY = 5, 69  # negatives a window: the difference is draws alone


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each vocabulary."""
    for words in [1_000] if setting.smoke else [1_000, 10_000, 70_000, 1_000_000, 5_000_000]:
        key = {"V": words, "isa": instruction_set(), "build": program_build("wordmill")}
        yield Measurement(key, partial(_measure, setting, words))


def _measure(setting: Setting, words: int) -> Record:
    windows = 1_000 if setting.smoke else WINDOWS
    matrix = allocate_vectors(words, 1)  # not touched by a plan
    ids, counts = zipf_ids(words, windows), zipf_counts(words)
    seconds: dict[int, list[float]] = {FEW: [], MANY: []}
    for negative in [FEW, MANY] * 2 * setting.turns:
        task = make_task(ids, counts, "skipgram", negative=negative, sample=0)
        trainer = native_trainer(task, matrix, matrix)
        start = time.perf_counter()
        for begin in range(0, windows, AT_ONCE):
            trainer.plan(0, begin, min(begin + AT_ONCE, windows))
        seconds[negative].append(time.perf_counter() - start)
    return {"draws": windows * (MANY - FEW), "seconds": float(np.min(seconds[MANY]) - np.min(seconds[FEW]))}


def report(records: list[Record]) -> list[str]:
    """Draws a second."""
    rows = [
        [
            f"{record['V']:,}",
            f"{record['draws'] / record['seconds'] / 1e6:.0f}",
            f"{record['seconds'] / record['draws'] * 1e9:.2f}",
        ]
        for record in records
    ]
    return table(["V", "M draws/s", "ns a draw"], rows, left=0)
