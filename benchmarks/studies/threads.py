"""Threads of one process beside as many processes, each of one thread: what sharing two matrices costs."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from core_runs import CoreRun, make_task
from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from wordmill import read_corpus

TITLE = "Threads beside processes"
TOKENS = 5_000_000  # of a thread, so that each is busy for about a second
Model = tuple[str, int, bool]  # architecture, D, deterministic
MODELS: list[Model] = [
    ("skipgram", 100, False),
    ("cbow", 100, False),
    ("skipgram", 100, True),
    ("cbow", 100, True),
    ("skipgram", 300, False),
    ("cbow", 300, False),
]
MANY = 600  # seconds: a process that is not there by then does not come


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each turn, number of threads and model: first the threads, then the processes."""
    text = {"corpus": setting.corpus["name"], "tokens": min(setting.corpus["tokens"], TOKENS)}
    models = MODELS[2:3] if setting.smoke else MODELS
    for turn, (architecture, vector_size, deterministic), threads in product(
        range(setting.turns), models, thread_counts(setting.threads)
    ):
        key = {"architecture": architecture, "D": vector_size, "deterministic": deterministic, "threads": threads}
        measure = partial(_measure, setting, (architecture, vector_size, deterministic), threads)
        yield Measurement({**key, "turn": turn, **text, "build": program_build("wordmill")}, measure)


def thread_counts(most: int) -> list[int]:
    """Return 1, 2, 4, ... and the most."""
    return sorted({*(2**power for power in range(most.bit_length())), most})


def _measure(setting: Setting, model: Model, threads: int) -> Record:
    files = _encode(setting)
    together = _speed(_run(files, model), model, threads)
    return {"threads_speed": together, "processes_speed": _processes_speed(files, model, threads)}


def _encode(setting: Setting) -> tuple[Path, Path]:
    """Leave the ids of the text's beginning, and how often each occurs, where processes find them."""
    files = setting.scratch / "ids.npy", setting.scratch / "counts.npy"
    if not files[0].exists():
        corpus = read_corpus(setting.text)
        ids = corpus.ids[:TOKENS]
        np.save(files[0], ids)
        np.save(files[1], np.bincount(ids, minlength=len(corpus.vocab)) + 1)
    return files


def _run(files: tuple[Path, Path], model: Model) -> CoreRun:
    ids, counts = (np.load(file) for file in files)
    return CoreRun(make_task(ids, counts, model[0]), model[1])


def _speed(run: CoreRun, model: Model, threads: int) -> float:
    """Return tokens a second of some threads, each of which has all tokens to train once."""
    timing = run.train(threads=threads, epochs=threads, deterministic=model[2])
    return timing.tokens / timing.seconds


def _processes_speed(files: tuple[Path, Path], model: Model, processes: int) -> float:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(processes) as pool:
        barrier = manager.Barrier(processes, timeout=MANY)
        return sum(pool.starmap(_speed_beside, [(files, model, barrier)] * processes, chunksize=1))


def _speed_beside(files: tuple[Path, Path], model: Model, barrier: threading.Barrier) -> float:
    run = _run(files, model)
    barrier.wait()
    return _speed(run, model, 1)


def report(records: list[Record]) -> list[str]:
    """Million tokens a second, and threads as a share of processes."""
    first = records[0]
    rows = []
    for model, by_threads in _by_model(records).items():
        alone = by_threads[1]["threads"]
        for threads, speeds in by_threads.items():
            together, apart = speeds["threads"], speeds["processes"]
            rows.append([
                model, threads, f"{together / 1e6:.2f}", f"{together / alone:.2f}", f"{apart / 1e6:.2f}",
                f"**{speeds['share']:.1%}**",
            ])  # fmt: skip
    heading = ["", "threads", "M tokens/s", "times one thread", "as many processes, M tokens/s", "threads / processes"]
    return [
        f"{first['corpus']}, {first['tokens']:,} tokens for each thread and each process, W=5, K=5, inside the core.",
        f"Medians of {1 + max(record['turn'] for record in records)}, threads and processes in turns.",
        "",
        *table(heading, rows),
    ]


def _by_model(records: list[Record]) -> dict[str, dict[int, dict[str, float]]]:
    """Return medians by model and number of threads."""
    turns: dict[str, dict[int, list[Record]]] = {}
    for record in records:
        mode = ", deterministic" if record["deterministic"] else ""
        model = f"{record['architecture']}{mode}, D={record['D']}"
        turns.setdefault(model, {}).setdefault(record["threads"], []).append(record)
    return {
        model: {threads: _medians(own) for threads, own in sorted(by_threads.items())}
        for model, by_threads in turns.items()
    }


def _medians(turns: list[Record]) -> dict[str, float]:
    return {
        "threads": median(turn["threads_speed"] for turn in turns),
        "processes": median(turn["processes_speed"] for turn in turns),
        "share": median(turn["threads_speed"] / turn["processes_speed"] for turn in turns),
    }


def plot(records: list[Record], path: Path) -> None:
    """Draw the share of the processes' speed that threads reach, and their speed, along the number of threads."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=(9, 3.8), layout="constrained")
    share, speed = figure.subplots(1, 2)
    counts = sorted({record["threads"] for record in records})
    for place, (model, by_threads) in enumerate(_by_model(records).items()):
        style: dict[str, Any] = {"marker": "os^vDP"[place % 6], "color": f"C{place}", "label": model, "markersize": 5}
        style["linestyle"] = "--" if "deterministic" in model else "-"
        share.plot(list(by_threads), [speeds["share"] for speeds in by_threads.values()], **style)
        speed.plot(list(by_threads), [speeds["threads"] / 1e6 for speeds in by_threads.values()], **style)
    share.axhline(1, color="grey", linewidth=0.8)
    share.yaxis.set_major_formatter(PercentFormatter(1))
    share.set(ylabel="of the speed of as many processes")
    speed.set(ylabel="million tokens a second")
    if len(counts) > 2:
        speed.set_yscale("log", base=2)
        speed.yaxis.set_major_formatter("{x:g}")
    else:
        speed.set_ylim(0, None)
    for panel in (share, speed):
        panel.set_xscale("log", base=2)
        panel.set_xticks(counts, [str(count) for count in counts])
        panel.set_xticks([], minor=True)
        panel.set(xlabel="threads")
        panel.spines[["top", "right"]].set_visible(False)
    share.set_ylim(min(0.5, share.get_ylim()[0]), None)
    figure.legend(*share.get_legend_handles_labels(), loc="outside right upper", frameon=False)
    figure.savefig(path, dpi=120)
