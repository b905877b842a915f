"""Whole jobs as people run them: from a text file to saved vectors, the program's start included."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError
from itertools import product
from pathlib import Path
from statistics import median

from harness import Measurement, Record, Setting
from markdown import number, table
from processes import run_command
from programs import program_build

TITLE = "Whole jobs"
EPOCHS = 5
GENSIM = """
from gensim.models import Word2Vec
model = Word2Vec(corpus_file={text!r}, sg={sg}, vector_size={size}, workers={threads}, epochs={epochs}, alpha={alpha})
model.wv.save({output!r})
"""
FASTTEXT = """
import fasttext
model = fasttext.train_unsupervised({text!r}, model={architecture!r}, dim={size}, thread={threads}, epoch={epochs},
                                    lr={alpha}, t=1e-3, minn=0, maxn=0, verbose=0)
model.save_model({output!r})
"""
ALPHA = 0.05  # of the peers: gensim's best


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each turn of a configuration, what matters most first: all programs, one after the other."""
    builds = {name: _build(name) for name in ("wordmill", *setting.peers)}
    corpus = {"corpus": setting.corpus["name"], "tokens": setting.corpus["tokens"], "epochs": EPOCHS}
    sizes, threads = [16] if setting.smoke else [100, 300], sorted({setting.threads, 1}, reverse=True)
    for size, count, turn, architecture in product(sizes, threads, range(setting.turns), ["skipgram", "cbow"]):
        key = {"architecture": architecture, "D": size, "threads": count, "turn": turn}
        measure = partial(_measure, replace(setting, threads=count), architecture, size, builds)
        yield Measurement({**key, **corpus, **builds}, measure)


def _measure(setting: Setting, architecture: str, size: int, builds: dict[str, str | None]) -> Record:
    commands: dict[str, Callable[[Setting, str, int], list[str]]] = {
        "wordmill": wordmill_command,
        "gensim": partial(peer_command, GENSIM),
        "fasttext": partial(peer_command, FASTTEXT),
    }
    names = [name for name, build in builds.items() if build]
    return {"runs": {name: run_command(commands[name](setting, architecture, size)) for name in names}}


def wordmill() -> str:
    """Return the command beside this Python."""
    program = shutil.which("wordmill", path=Path(sys.executable).parent)
    if program is None:
        raise FileNotFoundError("there is no wordmill command beside this Python: make build")
    return program


def wordmill_command(setting: Setting, architecture: str, size: int, *more: str) -> list[str]:
    """`wordmill train` with its own defaults."""
    options = {"--architecture": architecture, "--vector-size": size, "--workers": setting.threads, "--epochs": EPOCHS}
    words = [str(word) for option in options.items() for word in option]
    return [wordmill(), "train", str(setting.text), "-o", str(setting.scratch / "model"), *words, *more]


def peer_command(program: str, setting: Setting, architecture: str, size: int) -> list[str]:
    """Write a peer's program of three lines: gensim's quickest reader and own format, fastText without subwords."""
    lines = program.format(
        text=str(setting.text),
        architecture=architecture,
        sg=int(architecture == "skipgram"),
        size=size,
        threads=setting.threads,
        epochs=EPOCHS,
        alpha=ALPHA,
        output=str(setting.scratch / "model.peer"),
    )
    return [sys.executable, "-c", lines]


def _build(name: str) -> str | None:
    try:
        return program_build(name)
    except PackageNotFoundError:
        return None


def report(records: list[Record]) -> list[str]:
    """Medians, and how many times as fast wordmill is."""
    by_job: dict[tuple[str, int, int], list[Record]] = {}
    for record in records:
        by_job.setdefault((record["architecture"], record["D"], record["threads"]), []).append(record["runs"])
    rows = []
    for job, turns in by_job.items():
        own = median(runs["wordmill"]["seconds"] for runs in turns)
        for name in turns[0]:
            seconds = median(runs[name]["seconds"] for runs in turns)
            peak = turns[0][name]["peak_bytes"]
            ratio = "" if name == "wordmill" else f"**{seconds / own:.2f}**"
            rows.append([*job, name, len(turns), f"{seconds:.1f}", ratio, number(peak, 1e6, 0)])
    first = records[0]
    return [
        f"{first['corpus']}, {first['tokens']:,} tokens, {first['epochs']} epochs: seconds from the start of the",
        "program to its end, with imports, reading and saving. Medians, programs in turns.",
        "",
        *table(["", "D", "threads", "program", "runs", "seconds", "ratio", "peak MB"], rows),
    ]
