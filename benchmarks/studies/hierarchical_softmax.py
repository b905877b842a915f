"""Hierarchical softmax beside gensim's: quality after one epoch and five."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError

from harness import Measurement, Record, Setting
from studies.quality import NOTE, judged_run, quality_job, score_table

TITLE = "Hierarchical softmax"
EPOCHS = (1, 5)
SAMPLE = 1e-4
GRID = [("wordmill", [0.025, 0.05]), ("gensim", [0.025])]


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each program, rate, number of epochs and seed: all of them by one seed before the next."""
    setting = replace(setting, threads=1)  # so that programs differ by no races
    for seed in range(1, setting.turns + 1):
        for epochs in EPOCHS[:1] if setting.smoke else EPOCHS:
            for program, alphas in GRID:
                for alpha in alphas[:1] if setting.smoke else alphas:
                    choices = {"architecture": "skipgram", "objective": "hierarchical_softmax", "sample": SAMPLE}
                    job = quality_job(setting, epochs=epochs, alpha=alpha, seed=seed, **choices)
                    try:
                        yield judged_run(setting, program, job)
                    except PackageNotFoundError:
                        continue


def report(records: list[Record]) -> list[str]:
    """Means over the seeds, ± half the range: a table for each number of epochs."""
    lines: list[str] = []
    for epochs in dict.fromkeys(record["epochs"] for record in records):
        lines += [*score_table([record for record in records if record["epochs"] == epochs]), ""]
    return [*lines, NOTE]
