"""Peak memory of training, against what must be held and against what `--dry-run` says."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import partial
from itertools import product

from harness import Measurement, Record, Setting
from markdown import table
from processes import run_command
from programs import program_build
from studies.whole_jobs import wordmill_command

TITLE = "Memory"
ALLOWED = 300e6  # bytes beside matrices and ids


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each configuration."""
    for architecture, size in product(["skipgram", "cbow"], [16] if setting.smoke else [100, 300]):
        corpus = {"corpus": setting.corpus["name"], "tokens": setting.corpus["tokens"]}
        key = {"architecture": architecture, "D": size, "threads": setting.threads, **corpus}
        yield Measurement({**key, "build": program_build("wordmill")}, partial(_measure, setting, architecture, size))


def _measure(setting: Setting, architecture: str, size: int) -> Record:
    run = run_command(wordmill_command(setting, architecture, size, "--epochs", "1"))
    dry = subprocess.run(
        wordmill_command(setting, architecture, size, "--dry-run"), capture_output=True, text=True, check=True
    )
    outlook = dict(line.split("\t") for line in dry.stdout.splitlines())
    words, tokens = (int(outlook[name].replace(",", "")) for name in ("vocabulary", "tokens in vocabulary"))
    estimate = outlook["memory together"].replace(",", "").removesuffix(" MiB")
    return {
        "peak_bytes": run["peak_bytes"],
        "held_bytes": 2 * 4 * words * size + 4 * tokens,
        "estimated_bytes": float(estimate) * 2**20,
    }


def report(records: list[Record]) -> list[str]:
    """Megabytes, and how far the estimate lies from the peak."""
    rows = [
        [
            record["architecture"], record["D"],
            f"{record['peak_bytes'] / 1e6:,.0f}",
            f"{record['held_bytes'] / 1e6:,.0f}",
            f"{(record['peak_bytes'] - record['held_bytes']) / 1e6:,.0f}",
            f"{record['estimated_bytes'] / 1e6:,.0f}",
            f"{record['estimated_bytes'] / record['peak_bytes'] - 1:+.0%}",
        ]
        for record in records
        if record["peak_bytes"] is not None
    ]  # fmt: skip
    heading = ["", "D", "peak MB", "matrices and ids", "beside them", "estimate", "off by"]
    first = records[0]
    return [
        f"`wordmill train` on {first['corpus']}, {first['tokens']:,} tokens, one epoch: largest resident memory, and",
        f"the estimate of `--dry-run`. Allowed beside matrices and ids: {ALLOWED / 1e6:.0f} MB.",
        "",
        *table(heading, rows),
    ]
