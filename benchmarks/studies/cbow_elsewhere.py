"""The choice for CBOW (update and rate) on other data: a small text, and sessions of items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError
from typing import Literal

from harness import Measurement, Record, Setting
from processes import run_program
from programs import Job, program_build
from quality import load_vectors
from sessions import RANKS, Asked, hold_out, measure_next_item
from studies.quality import job_key, judged_run, quality_job, score_table

TITLE = "CBOW on other data"
EPOCHS = 10  # both are small
GRID: list[tuple[str, Literal["mean", "sqrt", "word2vec"] | None, list[float]]] = [
    ("wordmill", "mean", [0.05, 0.15, 0.3]),
    ("wordmill", "sqrt", [0.05, 0.075, 0.1, 0.2]),
    ("wordmill", "word2vec", [0.025, 0.05, 0.075, 0.15]),
    ("gensim", None, [0.025, 0.05, 0.1]),
]


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each rate, seed and corpus of those given: all of them by one seed before the next."""
    setting = replace(setting, threads=1)  # a few seconds each, and the same again
    text = sessions = None
    if setting.small_text:
        tokens = len(setting.small_text.read_text(encoding="utf-8").split())
        text = replace(setting, text=setting.small_text, corpus={"name": setting.small_text.name, "tokens": tokens})
    if setting.sessions:
        cases = hold_out(setting.sessions, setting.scratch / "sessions.txt")
        tokens = len((setting.scratch / "sessions.txt").read_text(encoding="utf-8").split())
        corpus = {"name": setting.sessions.name, "tokens": tokens}
        sessions = replace(setting, text=setting.scratch / "sessions.txt", corpus=corpus)
    for seed in range(1, setting.turns + 1):
        for program, update, alphas in GRID:
            for alpha in alphas[:1] if setting.smoke else alphas:
                choices = {"architecture": "cbow", "alpha": alpha, "seed": seed, "cbow_update": update}
                try:
                    if text:
                        yield judged_run(text, program, quality_job(text, epochs=EPOCHS, **choices))
                    if sessions:
                        yield session_run(sessions, program, quality_job(sessions, epochs=EPOCHS, **choices), cases)
                except PackageNotFoundError:
                    continue


def session_run(setting: Setting, program: str, job: Job, cases: Asked) -> Measurement:
    """Return the measurement of how well a run's vectors find the item that comes next."""
    key = {**job_key(setting, program, job), "sets": f"{len(cases)} sessions", "build": program_build(program)}
    return Measurement(key, partial(_measure_sessions, setting, program, job, cases))


def _measure_sessions(setting: Setting, program: str, job: Job, cases: Asked) -> Record:
    run_program(program, job, setting.scratch)
    return {"scores": measure_next_item(load_vectors(setting.scratch / "vectors.npz"), cases)}


def report(records: list[Record]) -> list[str]:
    """Means over the seeds, ± half the range: a table for each corpus."""
    lines: list[str] = []
    for corpus in dict.fromkeys(record["corpus"] for record in records):
        lines += [*score_table([record for record in records if record["corpus"] == corpus]), ""]
    return [
        *lines,
        "Sessions: trained without the last item of each; the scores say how often, and how far up (up to rank",
        f"{RANKS}), it is among the neighbours of the item before it, or of the mean of all items before it.",
        "Sessions that return to an item at their end are left out; an unknown item is a miss.",
    ]
