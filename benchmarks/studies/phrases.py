"""Phrases: learning and joining them, beside gensim, in the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

from harness import Measurement, Record, Setting
from markdown import table
from phrase_programs import PROGRAMS
from processes import ENVIRONMENT
from programs import program_build

TITLE = "Phrases"
SCRIPT = Path(__file__).parents[1] / "phrase_programs.py"
SECONDS = ("read_seconds", "learn_seconds", "apply_seconds")


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each program."""
    corpus = {"corpus": setting.corpus["name"], "tokens": setting.corpus["tokens"]}
    for program in ["wordmill"] if setting.smoke else PROGRAMS:
        key = {**corpus, "program": program, "build": program_build(program)}
        yield Measurement(key, partial(_measure, setting, program))


def _measure(setting: Setting, program: str) -> Record:
    runs = [_run(setting, program) for _ in range(setting.turns)]
    middle = {name: median(run[name] for run in runs) for name in SECONDS}
    return {**runs[0], **middle, "peak_bytes": max(run["peak_bytes"] or 0 for run in runs) or None}


def _run(setting: Setting, program: str) -> Record:
    result = setting.scratch / "phrases.json"
    command = [sys.executable, str(SCRIPT), program, str(setting.text), str(result)]
    subprocess.run(command, env={**os.environ, **ENVIRONMENT}, check=True)
    run: Record = json.loads(result.read_text(encoding="utf-8"))
    return run


def report(records: list[Record]) -> list[str]:
    """Millions of tokens a processor second, and peak memory."""
    heading = ["", "phrases", "read", "learn", "apply", "learn + apply", "times gensim", "peak MB"]
    both = {record["program"]: record["learn_seconds"] + record["apply_seconds"] for record in records}
    rows = []
    for record in records:
        seconds = both[record["program"]]
        rows.append(
            [
                record["program"],
                f"{record['phrases']:,}",
                *(f"{record['tokens'] / record[name] / 1e6:.2f}" for name in SECONDS),
                f"{record['tokens'] / seconds / 1e6:.2f}",
                f"{both['gensim'] / seconds:.0f}" if "gensim" in both else "",
                f"{record['peak_bytes'] / 1e6:.0f}" if record["peak_bytes"] else "",
            ]
        )
    about = f"{records[0]['corpus']}: millions of tokens a second of one thread's processor time, same phrases."
    return [about, "", *table(heading, rows, left=1)]
