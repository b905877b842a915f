"""Peak memory of training, against what must be held and against what `--dry-run` says."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from harness import Measurement, Record, Setting
from markdown import table
from processes import run_command
from programs import program_build
from studies.whole_jobs import wordmill

TITLE = "Memory"
ALLOWED = 300e6  # bytes beside matrices and ids
# What differs from skip-gram, D=100, one thread, from text; `encoded`: from a file of `wordmill encode`.
RUNS: list[dict[str, Any]] = [
    {},
    {"threads": 2},
    {"architecture": "cbow"},
    {"architecture": "cbow", "threads": 2},
    {"D": 300, "threads": 2},
    {"architecture": "cbow", "D": 300},
    {"architecture": "cbow", "encoded": True},
    {"architecture": "cbow", "D": 300, "encoded": True},
    {"architecture": "cbow", "options": ["--validation", "0.02"]},
    {"architecture": "cbow", "options": ["--checkpoint-every", "2s"]},
    {"architecture": "cbow", "options": ["--deterministic"], "threads": 2},
    {"architecture": "cbow", "options": ["--min-count", "1"]},
]


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each configuration."""
    corpus = {"corpus": setting.corpus["name"], "tokens": setting.corpus["tokens"]}
    usual = {"architecture": "skipgram", "D": 100, "threads": 1, "encoded": False, "options": []}
    for run in [{"D": 16, "encoded": True}] if setting.smoke else RUNS:
        key = {**usual, **run, **corpus, "build": program_build("wordmill")}
        yield Measurement(key, partial(_measure, setting, key))


def _measure(setting: Setting, key: Record) -> Record:
    command = partial(_command, setting, key)
    if key["encoded"]:
        run_command([wordmill(), "encode", str(setting.text), "-o", str(_encoded(setting))])
    run = run_command(command())
    dry = subprocess.run(command("--dry-run"), capture_output=True, text=True, check=True)
    outlook = dict(line.split("\t") for line in dry.stdout.splitlines())
    words, tokens = (int(outlook[name].replace(",", "")) for name in ("vocabulary", "tokens in vocabulary"))
    estimate = outlook["memory at most"].replace(",", "").removesuffix(" MiB")
    return {
        "peak_bytes": run["peak_bytes"],
        "held_bytes": 2 * 4 * words * key["D"] + 4 * tokens,
        "estimated_bytes": float(estimate) * 2**20,
    }


def _command(setting: Setting, key: Record, *more: str) -> list[str]:
    source, target = _encoded(setting) if key["encoded"] else setting.text, setting.scratch / "model"
    sizes = ["--vector-size", str(key["D"]), "--workers", str(key["threads"]), "--epochs", "1"]
    words = [str(source), "-o", str(target), "--architecture", key["architecture"], *sizes, *key["options"]]
    return [wordmill(), "train", *words, *more]


def _encoded(setting: Setting) -> Path:
    return setting.scratch / "text.corpus"


def report(records: list[Record]) -> list[str]:
    """Megabytes, and how far the estimate lies from the peak."""
    rows = [
        [
            " ".join([record["architecture"], *["encoded"] * record["encoded"], *record["options"]]),
            record["D"], record["threads"],
            f"{record['peak_bytes'] / 1e6:,.0f}",
            f"{record['held_bytes'] / 1e6:,.0f}",
            f"{(record['peak_bytes'] - record['held_bytes']) / 1e6:,.0f}",
            f"{record['estimated_bytes'] / 1e6:,.0f}",
            f"{record['estimated_bytes'] / record['peak_bytes'] - 1:+.0%}",
        ]
        for record in records
        if record["peak_bytes"] is not None
    ]  # fmt: skip
    heading = ["", "D", "threads", "peak MB", "matrices and ids", "beside them", "estimate", "off by"]
    first = records[0]
    return [
        f"`wordmill train` on {first['corpus']}, {first['tokens']:,} tokens, one epoch: largest resident memory, and",
        f"the estimate of `--dry-run`. Allowed beside matrices and ids: {ALLOWED / 1e6:.0f} MB.",
        "",
        *table(heading, rows),
    ]
