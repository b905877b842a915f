"""CBOW on sessions: how far from gensim's best, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness import Measurement, Record, Setting
from markdown import table
from processes import run_program
from programs import program_build
from quality import load_vectors
from sessions import Asked, hold_out, next_item_points
from studies.cbow_elsewhere import EPOCHS
from studies.quality import quality_job

TITLE = "CBOW on sessions, with its noise"
CASES = 20_000
SURE = 1.96  # standard errors on each side: 95 %
GENSIM = ("gensim", None, 0.05)  # its best
GRID: list[tuple[str, Literal["sqrt", "word2vec"] | None, float | None]] = [
    GENSIM,
    ("wordmill", None, None),  # its own
    ("wordmill", "sqrt", 0.075),
    ("wordmill", "word2vec", 0.06),
]
Points = dict[str, NDArray[np.float64]]  # (seeds, cases) by score


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one: all of them on the same sessions, for differences are of each session."""
    if not setting.sessions:
        return
    text = setting.scratch / "sessions.txt"
    cases = hold_out(setting.sessions, text, 100 if setting.smoke else CASES)
    runs = {"corpus": setting.sessions.name, "cases": len(cases), "seeds": setting.turns, "epochs": EPOCHS}
    try:
        builds = {program: program_build(program) for program in ("wordmill", "gensim")}
    except PackageNotFoundError:
        return
    yield Measurement({**runs, **builds}, partial(_measure, replace(setting, text=text, threads=1), cases))


def _measure(setting: Setting, cases: Asked) -> Record:
    points = {choice: _points(setting, cases, *choice) for choice in GRID}
    rows = []
    for choice, ours in points.items():
        scores = {
            name: {"points": float(each.mean()), "above_gensim": difference(each, points[GENSIM][name])}
            for name, each in ours.items()
        }
        rows.append({**dict(zip(("program", "cbow_update", "alpha"), choice, strict=True)), "scores": scores})
    return {"rows": rows}


def _points(
    setting: Setting,
    cases: Asked,
    program: str,
    update: Literal["sqrt", "word2vec"] | None,
    alpha: float | None,
) -> Points:
    """Train by each seed."""
    runs = []
    for seed in range(1, setting.turns + 1):
        job = quality_job(setting, EPOCHS, architecture="cbow", alpha=alpha, seed=seed, cbow_update=update)
        run_program(program, job, setting.scratch)
        runs.append(next_item_points(load_vectors(setting.scratch / "vectors.npz"), cases))
    return {name: np.stack([run[name] for run in runs]) for name in runs[0]}


def difference(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Record:
    """Mean difference of points, (seeds, cases) each, and its standard error.

    The sessions are a sample, paired; so are the seeds, not paired. Both variances are added.
    """
    of_cases = (ours.mean(axis=0) - theirs.mean(axis=0)).var(ddof=1) / ours.shape[1]
    of_seeds = sum(points.mean(axis=1).var(ddof=1) / len(points) for points in (ours, theirs)) if len(ours) > 1 else 0
    return {"mean": float(ours.mean() - theirs.mean()), "standard_error": float(np.sqrt(of_cases + of_seeds))}


def report(records: list[Record]) -> list[str]:
    """Points, and how far from gensim's they lie, with the interval."""
    lines: list[str] = []
    for record in records:
        rows = []
        for row in record["rows"]:
            alpha = "its own" if row["alpha"] is None else f"{row['alpha']:g}"
            cells = [_cell(score, row["program"]) for score in row["scores"].values()]
            rows.append([row["program"], row["cbow_update"] or "", alpha, *cells])
        sizes = f"{record['cases']:,} sessions, {record['seeds']} seeds, {record['epochs']} epochs"
        heading = ["program", "update", "alpha", *record["rows"][0]["scores"]]
        lines += [f"{record['corpus']}, {sizes}, D=100, W=5, K=5:", "", *table(heading, rows, left=3), ""]
    return [
        *lines,
        "In brackets: how far above gensim's, ± the 95 % interval over sessions (the same for all) and seeds.",
    ]


def _cell(score: Record, program: str) -> str:
    points, above = f"{score['points']:.1f}", score["above_gensim"]
    if program == "gensim":
        return points
    return f"{points} ({above['mean']:+.1f} ± {SURE * above['standard_error']:.1f})"
