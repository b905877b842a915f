"""Graphs: from adjacency lists to vectors, and how well labels are told from them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from graph_programs import DEEPWALK, WALKS
from harness import Measurement, Record, Setting
from markdown import table
from processes import ENVIRONMENT
from programs import program_build

TITLE = "Graphs"
SCRIPT = Path(__file__).parents[1] / "graph_programs.py"
SPLITS = 10
#: Of BlogCatalog, from 10, 50 and 90 % of the labels (Perozzi et al. 2014, table 2).
PUBLISHED = "DeepWalk's published figures for BlogCatalog, 80 walks of 40: 35.9 / 21.1, 41.5 / 27.7, 42.4 / 28.2."


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each kind of walks on one thread, and DeepWalk's own on two."""
    files = _made(setting.scratch) if setting.smoke else setting.graph
    if files is None:
        return
    graph, labels = files
    for walks, threads in [*((walks, 1) for walks in WALKS), (DEEPWALK, 2)]:
        key = {"graph": graph.name, "walks": walks, "threads": threads, "build": program_build("wordmill")}
        yield Measurement(key, partial(_measure, setting, walks, threads, graph, labels))


def _measure(setting: Setting, walks: str, threads: int, graph: Path, labels: Path) -> Record:
    result, splits = setting.scratch / "graph.json", 2 if setting.smoke else SPLITS
    command = [sys.executable, str(SCRIPT), walks, str(threads), str(graph), str(labels), str(splits), str(result)]
    subprocess.run(command, env={**os.environ, **ENVIRONMENT}, check=True)
    run: Record = json.loads(result.read_text(encoding="utf-8"))
    return run


def _made(scratch: Path) -> tuple[Path, Path]:
    """Write a small graph of two groups."""
    random = np.random.default_rng(0)
    graph, labels = scratch / "graph.adjacency", scratch / "labels.txt"
    lines = [" ".join(map(str, [node, *(2 * random.integers(30, size=4) + node % 2)])) for node in range(60)]
    graph.write_text("\n".join(lines) + "\n", encoding="utf-8")
    labels.write_text("".join(f"{node} {node % 2}\n" for node in range(60)), encoding="utf-8")
    return graph, labels


def report(records: list[Record]) -> list[str]:
    """Seconds and memory of each way, and F1 by the share of labels."""
    if not records:
        return []
    rows = []
    for record in records:
        seconds = record["seconds"]
        whole = sum(seconds.values())
        scores = [f"{100 * share['micro']:.1f} / {100 * share['macro']:.1f}" for share in record["scores"]]
        rows.append(
            [
                record["walks"],
                str(record["threads"]),
                f"{whole:.1f}",
                f"{record['steps'] / 1e6:.2f}",
                *(f"{seconds[part]:.2f}" for part in ("read", "count", "walk_and_train")),
                f"{record['steps'] / seconds['count'] / 1e6:.1f}",
                f"{whole / seconds['walk_and_train']:.2f}",
                f"{record['graph_bytes'] / 1e6:.0f}",
                f"{record['peak_bytes'] / 1e6:.0f}" if record["peak_bytes"] else "",
                *scores,
            ]
        )
    heading = [
        "walks", "threads", "all s", "M steps", "read s", "count s", "train s", "M steps/s of walks", "all / train",
        "graph MB", "peak MB",
        *(f"F1 at {share['share']:.0%}" for share in records[0]["scores"]),
    ]  # fmt: skip
    first = records[0]
    about = f"{first['graph']}: {first['nodes']:,} nodes, {first['arcs']:,} arcs; one epoch, F1 micro / macro."
    return [about, "", *table(heading, rows, left=1), "", PUBLISHED]
