"""Deterministic training beside the default: speed in turns, quality by seeds, and whether bits stay the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from statistics import median
from typing import Any, Literal

from harness import Measurement, Record, Setting
from markdown import table
from processes import run_program
from programs import Job, program_build
from quality import load_vectors, measure_quality
from report import points
from studies.quality import quality_job

TITLE = "Deterministic training"
MODES = {"default": False, "deterministic": True}
BITS = [1, 2, 3, 8]  # threads
ARCHITECTURES: list[Literal["skipgram", "cbow"]] = ["skipgram", "cbow"]


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield speed (both modes in each), the bits of one epoch on any number of threads, and quality."""
    build = program_build("wordmill")
    corpus = {"corpus": setting.corpus["name"], "tokens": setting.corpus["tokens"], "build": build}
    architectures, counts = (ARCHITECTURES[:1], BITS[:2]) if setting.smoke else (ARCHITECTURES, BITS)
    threads = sorted({setting.threads, 1}, reverse=True)
    for turn, count, architecture in product(range(setting.turns), threads, architectures):
        job = replace(quality_job(setting, 1, architecture=architecture, alpha=None, seed=1), threads=count)
        key = {"part": "speed", **_named(job), "turn": turn, **corpus}
        yield Measurement(key, partial(_speed, setting, job))
    for architecture in architectures:
        job = quality_job(setting, 1, architecture=architecture, alpha=None, seed=1, deterministic=True)
        yield Measurement(
            {"part": "bits", **_named(job), "threads": counts, **corpus}, partial(_bits, setting, job, counts)
        )
    for seed, architecture, mode in product(range(1, setting.turns + 1), architectures, MODES):
        job = quality_job(setting, architecture=architecture, alpha=None, seed=seed, deterministic=MODES[mode])
        sets = ", ".join(path.stem for path in setting.pairs)
        key = {"part": "quality", "mode": mode, **_named(job), "seed": seed, "sets": sets, **corpus}
        yield Measurement(key, partial(_quality, setting, job))


def _named(job: Job) -> Record:
    return {"architecture": job.architecture, "D": job.vector_size, "threads": job.threads, "epochs": job.epochs}


def _speed(setting: Setting, job: Job) -> Record:
    runs = {
        name: run_program("wordmill", replace(job, deterministic=mode), setting.scratch) for name, mode in MODES.items()
    }
    return {"epoch_seconds": {name: run["epoch_seconds"] for name, run in runs.items()}}


def _bits(setting: Setting, job: Job, counts: list[int]) -> Record:
    digests = {}
    for count in counts:
        run_program("wordmill", replace(job, threads=count), setting.scratch)
        vectors = load_vectors(setting.scratch / "vectors.npz").vectors
        digests[count] = hashlib.sha256(vectors.tobytes()).hexdigest()
    return {"digests": digests, "same": len(set(digests.values())) == 1}


def _quality(setting: Setting, job: Job) -> Record:
    run_program("wordmill", job, setting.scratch)
    vectors = load_vectors(setting.scratch / "vectors.npz")
    return {"scores": measure_quality(vectors, setting.analogies, list(setting.pairs))}


def report(records: list[Record]) -> list[str]:
    """Speed, quality and bits, as far as measured."""
    parts: dict[str, list[Record]] = {}
    for record in records:
        parts.setdefault(record["part"], []).append(record)
    first = records[0]
    lines = [f"{first['corpus']}, {first['tokens']:,} tokens, D={first['D']}, W=5, K=5, rates as they come."]
    writers = {"speed": _speed_lines, "bits": _bits_lines, "quality": _quality_lines}
    for part, own in parts.items():
        lines += ["", *writers[part](own)]
    return lines


def _speed_lines(records: list[Record]) -> list[str]:
    by_run: dict[tuple[str, int], list[dict[str, float]]] = {}
    for record in records:
        by_run.setdefault((record["architecture"], record["threads"]), []).append(record["epoch_seconds"])
    rows: list[list[Any]] = []
    for (architecture, threads), turns in by_run.items():
        seconds = {mode: median(turn[mode] for turn in turns) for mode in MODES}
        ratio = median(turn["default"] / turn["deterministic"] for turn in turns)
        speeds = [f"{records[0]['tokens'] / seconds[mode] / 1e6:.2f}" for mode in MODES]
        rows.append([architecture, threads, *speeds, f"**{ratio:.0%}**"])
    heading = ["", "threads", *(f"{mode}, M tokens/s" for mode in MODES), "deterministic / default"]
    return [
        f"Speed within an epoch, medians of {len(next(iter(by_run.values())))}, both modes in turns:",
        "",
        *table(heading, rows),
    ]


def _bits_lines(records: list[Record]) -> list[str]:
    lines = []
    for record in records:
        found = "the same bits" if record["same"] else "**not the same bits**"
        threads = ", ".join(map(str, record["threads"]))
        lines.append(f"Deterministic {record['architecture']}, one epoch by {threads} threads: {found}.")
    return lines


def _quality_lines(records: list[Record]) -> list[str]:
    by_run: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        by_run.setdefault((record["architecture"], record["mode"]), []).append(record["scores"])
    sets = list(records[0]["scores"])
    rows = [
        [*name, str(len(scores)), *(points(scores, label) for label in sets)] for name, scores in sorted(by_run.items())
    ]
    first = records[0]
    return [
        f"Quality after {first['epochs']} epochs by {first['threads']} threads, means over seeds, ± half the range:",
        "",
        *table(["", "mode", "seeds", *sets], rows, left=2),
    ]
