"""How good the vectors are: means over seeds, beside the peers' by the same evaluator and settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError
from typing import Any, Literal

from harness import Measurement, Record, Setting
from markdown import table
from processes import run_program
from programs import Job, program_build
from quality import load_vectors, measure_quality, write_words
from report import points
from wordmill.errors import counted

TITLE = "Quality"
NOTE = "Google analogies among the 30,000 most frequent words; Spearman of word pairs, times 100."
EPOCHS = 5
OTHER_CHOICES = ("objective", "subwords", "ns_exponent", "sample")  # of a job, in its key where they are not the usual
# alpha None: wordmill's own default. gensim's is 0.025; 0.05 is its best.
RUNS: list[tuple[str, Literal["skipgram", "cbow"], float | None]] = [
    ("wordmill", "skipgram", None),
    ("gensim", "skipgram", 0.025),
    ("gensim", "skipgram", 0.05),
    ("wordmill", "cbow", None),
    ("gensim", "cbow", 0.025),
    ("gensim", "cbow", 0.05),
]


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each program, rate and seed: a few of each before more of any."""
    for seed in range(1, setting.turns + 1):
        for program, architecture, alpha in RUNS:
            job = quality_job(setting, architecture=architecture, alpha=alpha, seed=seed)
            try:
                yield judged_run(setting, program, job)
            except PackageNotFoundError:
                continue


def quality_job(setting: Setting, epochs: int = EPOCHS, **choices: Any) -> Job:
    """Make a job of the usual sizes."""
    size = 16 if setting.smoke else 100
    return Job(corpus=str(setting.text), vector_size=size, threads=setting.threads, epochs=epochs, **choices)


def judged_run(setting: Setting, program: str, job: Job, *, halves: bool = False) -> Measurement:
    """Return the measurement of a run's quality; `halves`: of analogies of meaning and of grammar apart, too."""
    sets = ", ".join(path.stem for path in setting.pairs)
    key = {**job_key(setting, program, job), "sets": sets, "build": program_build(program)}
    return Measurement(key, partial(_measure, setting, program, job, halves=halves))


def job_key(setting: Setting, program: str, job: Job) -> Record:
    """Return what a run's vectors depend on, beside the build of the program."""
    key = {"program": program, "architecture": job.architecture, "alpha": job.alpha, "cbow_update": job.cbow_update}
    corpus = {"corpus": setting.corpus["name"], "tokens": setting.corpus["tokens"], "epochs": job.epochs}
    others = {name: getattr(job, name) for name in OTHER_CHOICES if getattr(job, name) != getattr(Job, name)}
    return {**key, **others, **corpus, "D": job.vector_size, "threads": job.threads, "seed": job.seed}


def _measure(setting: Setting, program: str, job: Job, *, halves: bool) -> Record:
    pairs = list(setting.pairs)
    if job.subwords:
        job = replace(job, further_words=str(setting.scratch / "words.txt"))
        write_words(pairs, setting.scratch / "words.txt")
    run = run_program(program, job, setting.scratch)
    known, whole = (load_vectors(setting.scratch / "vectors.npz", whole=further) for further in (False, True))
    scores = measure_quality(known, setting.analogies, pairs, whole if job.subwords else None, halves=halves)
    return {"scores": scores, "train_seconds": run["train_seconds"], "peak_bytes": run["peak_bytes"]}


def report(records: list[Record]) -> list[str]:
    """Means over the seeds, ± half the range."""
    return [*score_table(records), "", NOTE]


def score_table(records: list[Record]) -> list[str]:
    """Say what was trained on, and how good it is: a row for each program, update and rate."""
    by_run: dict[tuple[str, ...], list[Record]] = {}
    for record in sorted(records, key=_order):
        alpha = "its own" if record["alpha"] is None else f"{record['alpha']:g}"
        name = (record["architecture"], record["program"], record["cbow_update"] or "", alpha)
        by_run.setdefault(name, []).append(record["scores"])
    sets = list(records[0]["scores"])
    heading = ["", "program", "update", "alpha", "seeds", *sets]
    rows = [[*name, str(len(scores)), *(points(scores, label) for label in sets)] for name, scores in by_run.items()]
    first = records[0]
    sizes = f"D={first['D']}, W=5, K=5, threads={first['threads']}"
    circumstances = f"{first['corpus']}, {first['tokens']:,} tokens, {counted(first['epochs'], 'epoch')}, {sizes}:"
    return [circumstances, "", *table(heading, rows, left=4)]


def _order(record: Record) -> tuple[str, str, str, float]:
    return record["architecture"], record["program"], record["cbow_update"] or "", record["alpha"] or 0
