"""The explorer: what its map takes, and what a search takes among millions of keys."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from harness import Measurement, Record, Setting
from markdown import table
from processes import run_command
from programs import program_build
from studies.whole_jobs import wordmill
from wordmill.vectors import KeyedVectors

TITLE = "The explorer"
MAPS = [{"V": 50_000, "D": 100, "umap": False}, {"V": 50_000, "D": 100, "umap": True}]
LARGE = [{"V": 3_000_000, "D": 300}, {"V": 5_000_000, "D": 50}]
SMALL = {"V": 2_000, "D": 20}
SYLLABLES = ["ka", "lo", "mi", "nu", "pe", "ro", "sa", "ti", "ul", "ve", "wa", "xi"]
TEXTS = ["ka", "kalo", "KALO", "veve", "zzzz", "z", "kaloq", "lorosamiq", "pepepepepe", "é", ""]  # found and not
ASK = """
import json, sys, time
from wordmill.explorer import explore
begin = time.perf_counter()
explorer = explore(sys.argv[1], umap=False)
opened = time.perf_counter()
ask = explorer.questions
ask.index.warm()
ready, searches, nearest = time.perf_counter(), [], []
for text in [*json.loads(sys.argv[3]) * 5]:
    start = time.perf_counter()
    ask.search(text)
    searches.append(time.perf_counter() - start)
for row in range(5):
    start = time.perf_counter()
    ask.nearest(explorer.map.shown.keys[row])
    nearest.append(time.perf_counter() - start)
seconds = {"open": opened - begin, "index": ready - opened, "search": max(searches), "nearest": sorted(nearest)[2]}
open(sys.argv[2], "w").write(json.dumps(seconds))
"""


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield maps of a usual size, then models of millions of keys."""
    build = program_build("wordmill")
    for sizes in [{**SMALL, "umap": False}] if setting.smoke else MAPS:
        key = {"what": "map", **sizes, "build": build}
        yield Measurement(key, partial(_measure_map, setting, key))
    for sizes in [SMALL] if setting.smoke else LARGE:
        key = {"what": "search", **sizes, "build": build}
        yield Measurement(key, partial(_measure_search, setting, key))


def _measure_map(setting: Setting, key: Record) -> Record:
    model, file = setting.scratch / "explored", setting.scratch / "map.html"
    _make(model, key["V"], key["D"])
    umap = "--umap" if key["umap"] else "--no-umap"
    run = run_command([wordmill(), "explore", str(model), umap, "--html", str(file)])
    shutil.rmtree(model)
    return {**run, "file_bytes": file.stat().st_size}


def _measure_search(setting: Setting, key: Record) -> Record:
    model, answers = setting.scratch / "explored", setting.scratch / "answers.json"
    _make(model, key["V"], key["D"])
    run = run_command([sys.executable, "-c", ASK, str(model), str(answers), json.dumps(TEXTS)])
    model_bytes = sum(file.stat().st_size for file in model.iterdir())
    shutil.rmtree(model)
    return {"peak_bytes": run["peak_bytes"], "model_bytes": model_bytes, **json.loads(answers.read_text("utf-8"))}


def _make(path: Path, keys: int, size: int) -> None:
    """Save a model of made words around a thousand centres."""
    draw = np.random.default_rng(1)
    centres = draw.standard_normal((1_000, size), dtype=np.float32)
    vectors = np.empty((keys, size), np.float32)
    for begin in range(0, keys, 1 << 16):
        rows = vectors[begin : begin + (1 << 16)]
        rows[:] = draw.standard_normal(rows.shape, dtype=np.float32) + centres[draw.integers(0, 1_000, len(rows))]
    words = [_word(number) for number in range(keys)]
    KeyedVectors(words, vectors, counts=np.arange(keys, 0, -1)).save(path)


def _word(number: int) -> str:
    syllables, rest = [], number + 1
    while rest:
        rest, place = divmod(rest, len(SYLLABLES))
        syllables.append(SYLLABLES[place])
    word = "".join(syllables)
    return word.capitalize() if number % 3 == 0 else word


def report(records: list[Record]) -> list[str]:
    """Seconds and sizes of maps; seconds, and memory beside the model's, of searches."""
    maps = [
        [f"{r['V']:,}", r["D"], "PCA and UMAP" if r["umap"] else "PCA", f"{r['seconds']:.0f}",
         f"{r['file_bytes'] / 1e6:.1f}"]
        for r in records if r["what"] == "map"
    ]  # fmt: skip
    searches = [
        [f"{r['V']:,}", r["D"], f"{r['open']:.1f}", f"{r['index']:.1f}", f"{1000 * r['search']:.0f}",
         f"{1000 * r['nearest']:.0f}", f"{r['model_bytes'] / 1e6:,.0f}", f"{r['peak_bytes'] / 1e6:,.0f}"]
        for r in records if r["what"] == "search"
    ]  # fmt: skip
    return [
        "`wordmill explore --html` of made words, from the start to the file on the disk:",
        "",
        *table(["keys", "D", "layouts", "seconds", "MB of the file"], maps, left=3),
        "",
        f"Models of millions of keys: the slowest of {5 * len(TEXTS)} searches, with hits and without; the median of",
        "five questions for the nearest among all keys; the peak counts the model's own pages, which are mapped.",
        "",
        *table(
            [
                "keys",
                "D",
                "s to open",
                "s to index",
                "ms a search",
                "ms a nearest",
                "MB of the model",
                "MB at the peak",
            ],
            searches,
            left=2,
        ),
    ]
