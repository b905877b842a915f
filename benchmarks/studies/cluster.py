"""Workers of a cluster on this machine, one thread each, beside one process with as many threads.

Starting Ray and its workers is told apart: it takes as long for a corpus of a terabyte. What is compared are epochs,
the first left out, in turns.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from statistics import median
from typing import Any

from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from wordmill import Callback, Word2Vec
from wordmill.training import Run
from wordmill.training.backends import Blocks
from wordmill.training.backends.cluster.rounds import RoundsBackend

TITLE = "Workers of a cluster on one machine"
ROUNDS = (4, 16)


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each number of rounds; none without Ray."""
    if find_spec("ray") is None:
        return
    for rounds in ROUNDS[:1] if setting.smoke else ROUNDS:
        corpus = {"corpus": setting.corpus["name"], "tokens": setting.corpus["tokens"]}
        size, workers = (16, 1) if setting.smoke else (100, 2)
        key = {**corpus, "rounds": rounds, "workers": workers, "D": size, "build": program_build("wordmill")}
        yield Measurement(key, partial(_measure, setting, rounds, workers, size))


class _Epochs(Callback):
    """When training began, and when each epoch ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def on_interval(self, run: Run) -> None:  # noqa: ARG002
        if not self.times:
            self.times.append(time.perf_counter())

    def on_epoch_end(self, run: Run) -> None:  # noqa: ARG002
        self.times.append(time.perf_counter())


def _measure(setting: Setting, rounds: int, workers: int, size: int) -> Record:
    """Return medians of seconds."""
    settings: dict[str, Any] = {"vector_size": size, "epochs": 2 if setting.smoke else 4, "rounds": rounds}
    found: dict[str, list[float]] = {"threads": [], "cluster": [], "before": [], "exchanges": []}
    for _ in range(setting.turns):
        _, epochs, _ = _train(setting, settings | {"workers": workers})
        found["threads"] += epochs
        on_cluster = {"backend": "ray", "workers": workers, "threads_per_worker": 1}
        before, epochs, exchanges = _train(setting, settings | on_cluster)
        found["cluster"] += epochs
        found["before"].append(before)
        found["exchanges"] += exchanges
    return {name: median(seconds) for name, seconds in found.items()}


def _train(setting: Setting, settings: dict[str, Any]) -> tuple[float, list[float], list[float]]:
    """Return the seconds before training, those of each epoch but the first, and those of each exchange."""
    epochs, exchanges, meet = _Epochs(), list[float](), RoundsBackend._meet  # noqa: SLF001

    def timed(self: RoundsBackend, blocks: Blocks) -> None:
        start = time.perf_counter()
        meet(self, blocks)
        exchanges.append(time.perf_counter() - start)

    RoundsBackend._meet = timed  # type: ignore[method-assign]  # noqa: SLF001
    start = time.perf_counter()
    try:
        Word2Vec(**settings).fit(setting.text, callbacks=[epochs], scratch=False)
    finally:
        RoundsBackend._meet = meet  # type: ignore[method-assign]  # noqa: SLF001
    ends = epochs.times[1:]
    return epochs.times[0] - start, [end - begin for begin, end in pairwise(ends)], exchanges


def report(records: list[Record]) -> list[str]:
    """Seconds of an epoch, and their ratio."""
    rows = [
        [
            record["workers"],
            record["rounds"],
            f"{record['threads']:.2f}",
            f"{record['cluster']:.2f}",
            f"{record['threads'] / record['cluster']:.0%}",
            f"{record['exchanges']:.3f}",
            f"{record['before']:.1f}",
        ]
        for record in records
    ]
    heading = [
        "workers",
        "rounds",
        "epoch in one process, s",
        "on Ray, s",
        "speed",
        "exchange, s",
        "before training, s",
    ]
    size = f"{records[0]['corpus']}, {records[0]['tokens']:,} tokens, D={records[0]['D']}, one thread a worker:"
    return [size, "", *table(heading, rows, left=0)]
