"""Queries and files beside gensim's: many neighbours at once, word2vec files, the first query on a saved model.

Vectors are random (their values do not matter here). Medians over the repeats, the two programs in turns. Example:

    python benchmarks/vectors.py --keys 100000 --size 100 --queries 10000
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors as GensimVectors
from rich.console import Console
from rich.table import Table

from machine import describe_machine
from wordmill.vectors import KeyedVectors

FIRST_QUERY = """
import sys, time
import wordmill.vectors.formats
from wordmill.vectors import KeyedVectors
begin = time.perf_counter()
KeyedVectors.load(sys.argv[1]).most_similar(sys.argv[2])
print(time.perf_counter() - begin)
"""
ONE_BY_ONE = 200  # queries that gensim is timed on; the time of all is in proportion


def main() -> None:
    """Measure, and print a table or JSON."""
    options = parse_options()
    rng = np.random.default_rng(0)
    keys = [f"word{row}" for row in range(options.keys)]
    ours = KeyedVectors(keys, rng.standard_normal((options.keys, options.size), dtype=np.float32))
    theirs = GensimVectors(options.size)
    theirs.add_vectors(keys, ours.vectors)
    with tempfile.TemporaryDirectory() as directory:
        rows = [
            compare_queries(ours, theirs, keys[: options.queries], options.repeats),
            *(compare_reading(ours, Path(directory), name, options.repeats) for name in ("v.bin", "v.txt")),
            first_query(ours, Path(directory), options.repeats),
        ]
    if options.json:
        print(json.dumps({"machine": describe_machine(), "options": vars(options), "rows": rows}, indent=2))
        return
    table = Table("task", "wordmill, s", "gensim, s", "ratio")
    for row in rows:
        ratio = row["gensim"] / row["wordmill"] if row["gensim"] else None
        table.add_row(
            row["task"],
            f"{row['wordmill']:.3f}",
            f"{row['gensim']:.3f}" if row["gensim"] else "",
            f"{ratio:.1f}" if ratio else "",
        )
    Console().print(table)


def compare_queries(ours: KeyedVectors, theirs: Any, queries: list[str], repeats: int) -> dict[str, Any]:
    """Ten neighbours of each of many keys: all at once, and by gensim's loop."""
    theirs.most_similar(queries[0])  # gensim computes the norms on first use
    few = queries[:ONE_BY_ONE]
    mine, loop = in_turns(
        lambda: ours.nearest(queries, k=10), lambda: [theirs.most_similar(key, topn=10) for key in few], repeats
    )
    task = f"{len(queries)} queries on {len(ours)} x {ours.vector_size}"
    return {"task": task, "wordmill": mine, "gensim": loop * len(queries) / len(few)}


def compare_reading(ours: KeyedVectors, directory: Path, name: str, repeats: int) -> dict[str, Any]:
    """Read a word2vec file."""
    path = directory / name
    ours.save(path)
    mine, their = in_turns(
        lambda: KeyedVectors.load(path),
        lambda: GensimVectors.load_word2vec_format(str(path), binary=path.suffix == ".bin"),
        repeats,
    )
    return {"task": f"read {name} of {path.stat().st_size / 1e6:.0f} MB", "wordmill": mine, "gensim": their}


def first_query(ours: KeyedVectors, directory: Path, repeats: int) -> dict[str, Any]:
    """Load a saved model and ask for the neighbours of a key, in a new process, imports excluded."""
    path = directory / "model"
    ours.save(path)
    command = [sys.executable, "-c", FIRST_QUERY, str(path), "word7"]
    seconds = [
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(repeats)
    ]
    return {"task": "load a saved model, first query", "wordmill": statistics.median(seconds), "gensim": None}


def in_turns(mine: Callable[[], object], theirs: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median seconds of two functions, called in turns after one call that does not count."""
    mine()
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for taken, function in zip(seconds, (mine, theirs), strict=True):
            begin = time.perf_counter()
            function()
            taken.append(time.perf_counter() - begin)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def parse_options() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
