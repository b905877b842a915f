"""A billion words once through, from a text file; and vectors of a million words, whose rows lie in no cache.

The text: lines of a real one, repeated, by turns with lines drawn by Zipf's law from a million made words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core_runs import SEQUENCE, CoreRun, make_task, multiply_adds, zipf_counts, zipf_ids
from harness import Measurement, Record, Setting
from markdown import table
from processes import run_command
from programs import program_build
from studies.roofline import peak
from studies.whole_jobs import wordmill
from wordmill.core import instruction_set

TITLE = "A billion words, and a million rows"
TOKENS = 1_000_000_000
WORDS = 1_000_000
BLOCK = 1_000  # lines written at a time
ROWS_TOKENS = 5_000_000
SIZE = 300  # of vectors of a million words: 2.4 GB
NEGATIVE = 5


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield the whole job, then training on a million rows: words by Zipf's law, and all as frequent as each other."""
    tokens, words = (20_000, 1_000) if setting.smoke else (TOKENS, WORDS)
    text = setting.large_text.name if setting.large_text else setting.corpus["name"]
    key = {"part": "job", "corpus": text, "tokens": tokens, "made": words, "D": 100, "threads": setting.threads}
    yield Measurement({**key, "build": program_build("wordmill")}, partial(_job, setting, tokens, words))
    size, drawn = (16, 20_000) if setting.smoke else (SIZE, ROWS_TOKENS)
    for architecture, law in product(["skipgram", "cbow"], ["Zipf's law", "evenly"]):
        key = {"part": "rows", "architecture": architecture, "words": law, "V": words, "tokens": drawn, "D": size}
        key |= {"isa": instruction_set(), "build": program_build("wordmill")}
        yield Measurement(key, partial(_rows, setting.turns, architecture, law, words, drawn, size))


def _job(setting: Setting, tokens: int, words: int) -> Record:
    text, log = setting.scratch / "long.txt", setting.scratch / "long.log"
    try:
        write_text(setting.large_text or setting.text, tokens, words, text)
        options = ["--epochs", "1", "--vector-size", "100", "--workers", str(setting.threads), "--log", str(log)]
        run = run_command([wordmill(), "train", str(text), "-o", str(setting.scratch / "model"), *options])
        size = text.stat().st_size
    finally:
        text.unlink(missing_ok=True)
    epoch = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    return {**run, "bytes": size, "epoch": {name: epoch[name] for name in ("seconds", "tokens", "loss")}}


def write_text(source: Path, tokens: int, words: int, target: Path) -> None:
    """Write blocks of the source, again and again, by turns with as many made words w0, w1, ...; SEQUENCE a line."""
    real = np.array(source.read_bytes().split(), object)
    made = np.array([b"w%d" % number for number in range(words)], object)
    block = min(BLOCK * SEQUENCE, tokens // 2)
    random = np.random.default_rng(1)
    with target.open("wb") as file:
        for number, begin in enumerate(range(0, tokens, block)):
            count = min(block, tokens - begin)
            if number % 2:
                chosen = made[_zipf(random, words, count)]
            else:
                at = number // 2 * block % len(real)
                chosen = np.resize(np.roll(real, -at)[:count], count)
            file.writelines(b" ".join(chosen[i : i + SEQUENCE]) + b"\n" for i in range(0, count, SEQUENCE))


def _zipf(random: np.random.Generator, words: int, count: int) -> NDArray[np.int64]:
    ranks: NDArray[np.int64] = np.exp(random.random(count) * np.log(words + 1)).astype(np.int64)
    return np.minimum(ranks, words) - 1


def _rows(turns: int, architecture: str, law: str, words: int, tokens: int, size: int) -> Record:
    if law == "evenly":
        ids, counts = np.random.default_rng(1).integers(words, size=tokens, dtype=np.int32), np.ones(words, np.int64)
    else:
        ids, counts = zipf_ids(words, tokens), zipf_counts(words)
    run = CoreRun(make_task(ids, counts, architecture, negative=NEGATIVE), size)
    parts = [{part: run.train(part).seconds for part in ("all", "plan", "rows", "rows ahead")} for _ in range(turns)]
    best = {part: min(turn[part] for turn in parts) for part in parts[0]}
    windows = run.train("plan").windows
    flops = 2 * multiply_adds(architecture, windows, run.contexts(), NEGATIVE, size)
    return {"windows": windows, "seconds": best, "flops": flops, "peak_flops": peak(instruction_set())}


def report(records: list[Record]) -> list[str]:
    """Seconds, memory and loss of the job; then how near training on a million rows comes to the rows alone."""
    lines: list[str] = []
    for job in (record for record in records if record["part"] == "job"):
        lines += [*_about(job), ""]
    rows = [_row(record) for record in records if record["part"] == "rows"]
    parts = ["rows alone", "rows, fetched ahead", "arithmetic", "share"]
    return [
        *lines,
        *table(["", "words", "V", "D", "M tokens/s", "ns a window", *parts], rows, left=2),
        "",
        "One thread, the quickest of some epochs. Rows alone: the same rows read and written back; fetched ahead: as",
        "in training; both less the plan. Arithmetic at the processor's peak. Share: the larger of the last two, of a",
        "window.",
    ]


def _about(job: Record) -> list[str]:
    epoch, whole, inside = job["epoch"], job["seconds"], job["epoch"]["seconds"]
    return [
        f"`wordmill train`, one epoch of {job['tokens']:,} words in {job['bytes'] / 1e9:.1f} GB of text",
        f"({job['corpus']} repeated, by turns with {job['made']:,} made words), D={job['D']},",
        f"threads={job['threads']}: **{whole:.0f} s** from start to saved vectors, {inside:.0f} s of them in training",
        f"({epoch['tokens'] / inside / 1e6:.1f} M tokens/s); loss {epoch['loss']:.3f};",
        f"peak memory {job['peak_bytes'] / 1e6:,.0f} MB.",
    ]


def _row(record: Record) -> list[Any]:
    seconds, windows = record["seconds"], record["windows"]
    whole, plan = seconds["all"], seconds["plan"]
    rows, ahead = seconds["rows"] - plan, seconds["rows ahead"] - plan
    arithmetic = record["flops"] / record["peak_flops"]
    times = [whole, rows, ahead, arithmetic]
    return [
        record["architecture"], record["words"], f"{record['V']:,}", record["D"],
        f"{record['tokens'] / whole / 1e6:.2f}", *(f"{time / windows * 1e9:.0f}" for time in times),
        f"{max(ahead, arithmetic) / whole:.0%}",
    ]  # fmt: skip
