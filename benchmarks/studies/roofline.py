"""How near training comes to what the machine can do: its multiply-adds, and the traffic of the rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from itertools import product
from statistics import median

from core_runs import CoreRun, make_task, multiply_adds
from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from wordmill import read_corpus
from wordmill.core import core, instruction_set

TITLE = "Training against the machine's limits, one thread"
TOKENS = 2_000_000
ROUNDS = 200_000  # of multiply-adds: less than a millisecond


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each configuration, on the first tokens of the corpus in the vocabulary of all of it."""
    tokens = 20_000 if setting.smoke else TOKENS
    windows_negatives = [(5, 5)] if setting.smoke else [(5, 5), (10, 5), (5, 15)]
    for architecture, (window, negative), size in product(["skipgram", "cbow"], windows_negatives, [100, 300]):
        key = {"architecture": architecture, "D": size, "W": window, "K": negative, "isa": instruction_set()}
        corpus = {"corpus": setting.corpus["name"], "tokens": tokens, "build": program_build("wordmill")}
        yield Measurement({**key, **corpus}, partial(_measure, setting, tokens, architecture, size, window, negative))


def _measure(setting: Setting, tokens: int, architecture: str, size: int, window: int, negative: int) -> Record:
    corpus = read_corpus(setting.text)
    task = make_task(corpus.ids[:tokens], corpus.vocab.counts, architecture, window=window, negative=negative)
    run = CoreRun(task, size)
    turns = [
        (peak(instruction_set()), run.train(), run.train("plan"), run.train("rows"), run.train("rows ahead"))
        for _ in range(setting.turns)
    ]
    trained = turns[0][1]
    needed = 2 * multiply_adds(architecture, trained.windows, run.contexts(), negative, size)
    return {
        "windows": trained.windows,
        "read": trained.tokens,
        "flops": needed,
        "peak_flops": max(turn[0] for turn in turns),
        "seconds": median(turn[1].seconds for turn in turns),
        "plan_seconds": median(turn[2].seconds for turn in turns),
        "rows_seconds": median(turn[3].seconds - turn[2].seconds for turn in turns),
        "rows_ahead_seconds": median(turn[4].seconds - turn[2].seconds for turn in turns),
    }


def peak(isa: str) -> float:
    """Floating-point operations a second of one core that multiplies and adds in registers: the best of many tries."""
    best = 0.0
    for _ in range(20):
        start = time.perf_counter()
        flops = core.multiply_add(ROUNDS, isa)
        best = max(best, flops / (time.perf_counter() - start))
    return best


def report(records: list[Record]) -> list[str]:
    """Nanoseconds a window of each part, and which limit binds."""
    parts = ["plan", "rows", "rows ahead", "arithmetic"]
    heading = ["", "D", "W", "K", "M tokens/s", "ns a window", *parts, "share", "stricter"]
    rows = []
    for record in records:
        a_window = 1e9 / record["windows"]
        arithmetic = record["flops"] / record["peak_flops"]
        rows.append([
            record["architecture"], record["D"], record["W"], record["K"],
            f"{record['read'] / record['seconds'] / 1e6:.2f}",
            f"{record['seconds'] * a_window:.0f}",
            f"{record['plan_seconds'] * a_window:.0f}",
            f"{record['rows_seconds'] * a_window:.0f}",
            f"{record['rows_ahead_seconds'] * a_window:.0f}",
            f"{arithmetic * a_window:.0f}",
            f"{max(arithmetic, record['rows_seconds']) / record['seconds']:.0%}",
            f"{max(arithmetic, record['rows_ahead_seconds']) / record['seconds']:.0%}",
        ])  # fmt: skip
    peaks = {record["isa"]: f"{record['peak_flops'] / 1e9:.0f} GFLOP/s ({record['isa']})" for record in records}
    return [
        "Nanoseconds a window. Plan: subsampling, windows, negatives, where their rows are. Rows: the run's own ids",
        "again, each row that a step changes read and written back, one after the other; the plan's time is taken off.",
        "Rows ahead: the same while the rows of the windows ahead are fetched, as in training. Arithmetic: the",
        f"multiply-adds that the step needs at the peak measured in the same run, {', '.join(peaks.values())}.",
        "Share: the larger of rows and arithmetic by the time of the run; stricter: of rows ahead and arithmetic.",
        "",
        *table(heading, rows),
    ]
