"""Queries and files of vectors, beside gensim and NumPy: many neighbours, word2vec files, a model's first query.

Vectors are random. Their values matter for queries beside NumPy's product alone: of every direction, and of kinds that
a look in low precision tells little about (`KINDS`), by many queries and by few. WORDMILL_ISA=avx2 with
OPENBLAS_CORETYPE=Haswell holds both to AVX2, WORDMILL_ISA=baseline with OPENBLAS_CORETYPE=Prescott to SSE;
OPENBLAS_NUM_THREADS=1 under `taskset -c 0` to one core. Medians over the repeats, programs in turns. Writes
vectors.json and vectors.md. Example:

    python benchmarks/vectors.py --keys 100000 --size 100 --queries 10000 --output docs/benchmarks
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
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from gensim.models import KeyedVectors as GensimVectors

from machine import command_line, describe_machine
from programs import program_version
from report import queries_and_files
from wordmill.vectors import KeyedVectors

FIRST_QUERY = """
import sys, time
import wordmill.vectors.formats
from wordmill.vectors import KeyedVectors
begin = time.perf_counter()
KeyedVectors.load(sys.argv[1]).most_similar(sys.argv[2])
print(time.perf_counter() - begin)
"""
QUERIES_BESIDE_NUMPY = (1000, 20)
Vectors = npt.NDArray[np.float32]
QUERIES_OF_A_PRODUCT = 256
ONE_BY_ONE = 200  # queries that gensim is timed on; the time of all is in proportion


def shifted(noise: Vectors, by: float) -> Vectors:
    """Give all vectors a part in common."""
    return noise + np.float32(by)


def clusters(noise: Vectors, count: int, width: float) -> Vectors:
    """Give each vector one of some centres, and noise about it."""
    return (noise[np.arange(len(noise)) % count] + width * noise).astype(np.float32)


KINDS: dict[str, Callable[[Vectors], Vectors]] = {
    "of every direction": lambda noise: noise,
    **{f"shifted by {by:,}": partial(shifted, by=by) for by in (10, 100, 1000, 10**6)},
    "shifted by 1,000 to either side": lambda noise: (noise + 1000 * np.sign(noise[:, :1])).astype(np.float32),
    "copies of one": lambda noise: np.repeat(noise[:1], len(noise), axis=0),
    "nine of ten of length 0": lambda noise: noise * (np.arange(len(noise)) % 10 == 0)[:, None].astype(np.float32),
    "of 5 tight clusters": lambda noise: clusters(noise, 5, 1e-3),
    "of 12 tight clusters": lambda noise: clusters(noise, 12, 1e-3),
    "of rank 6": lambda noise: noise[:, :6] @ noise[:6],
}


def main() -> None:
    """Measure, print a table, and write it."""
    options = parse_options()
    report: dict[str, Any] = {
        "command": command_line("vectors.py", sys.argv[1:]),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "repeats": options.repeats,
        "versions": {name: program_version(name) for name in ("wordmill", "gensim", "numpy")},
    }
    keys = [f"word{row}" for row in range(options.keys)]
    noise = np.random.default_rng(0).standard_normal((options.keys, options.size), dtype=np.float32)
    ours = KeyedVectors(keys, noise)
    theirs = GensimVectors(options.size)
    theirs.add_vectors(keys, ours.vectors)
    with tempfile.TemporaryDirectory() as directory:
        report["tasks"] = [
            compare_queries(ours, theirs, keys[: options.queries], options.repeats),
            *(
                beside_numpy(KeyedVectors(keys, make(noise)), kind, min(queries, options.queries), options.repeats)
                for kind, make in KINDS.items()
                for queries in QUERIES_BESIDE_NUMPY
            ),
            *(compare_reading(ours, Path(directory), name, options.repeats) for name in ("v.bin", "v.txt")),
            first_query(ours, Path(directory), options.repeats),
        ]
    text = "\n".join(queries_and_files(report)) + "\n"
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "vectors.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    heading = "---\norphan: true\n---\n\n# Queries and files\n\n"
    (options.output / "vectors.md").write_text(heading + text, encoding="utf-8")
    print(text, end="")


def compare_queries(ours: KeyedVectors, theirs: Any, queries: list[str], repeats: int) -> dict[str, Any]:
    """Ten neighbours of each of many keys: all at once, and by gensim's loop."""
    theirs.most_similar(queries[0])  # gensim computes the norms on first use
    few = queries[:ONE_BY_ONE]
    mine, loop = in_turns(
        lambda: ours.nearest(queries, k=10), lambda: [theirs.most_similar(key, topn=10) for key in few], repeats
    )
    task = f"ten neighbours of each of {len(queries):,} keys, among {len(ours):,} of {ours.vector_size} dimensions"
    return {"task": task, "wordmill": mine, "gensim": loop * len(queries) / len(few)}


def beside_numpy(ours: KeyedVectors, kind: str, queries: int, repeats: int) -> dict[str, Any]:
    """Ten neighbours of each of many vectors: exactly, and by NumPy's product of float32 and argpartition."""
    norms = np.linalg.norm(ours.vectors, axis=1, keepdims=True)
    units = ours.vectors / np.where(norms > 0, norms, 1)

    def product() -> None:
        for begin in range(0, queries, QUERIES_OF_A_PRODUCT):
            scores = units[begin : min(queries, begin + QUERIES_OF_A_PRODUCT)] @ units.T
            best = np.argpartition(scores, -10, axis=1)[:, -10:]
            np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1), axis=1)

    mine, numpys = in_turns(lambda: ours.nearest(units[:queries], k=10), product, repeats)
    return {"task": f"of {queries:,} vectors, {kind}", "wordmill": mine, "numpy": numpys}


def compare_reading(ours: KeyedVectors, directory: Path, name: str, repeats: int) -> dict[str, Any]:
    """Read a word2vec file."""
    path = directory / name
    ours.save(path)
    mine, their = in_turns(
        lambda: KeyedVectors.load(path),
        lambda: GensimVectors.load_word2vec_format(str(path), binary=path.suffix == ".bin"),
        repeats,
    )
    form = "binary" if path.suffix == ".bin" else "text"
    size = f"{path.stat().st_size / 1e6:.0f} MB"
    return {"task": f"read word2vec's {form} file of {size}", "wordmill": mine, "gensim": their}


def first_query(ours: KeyedVectors, directory: Path, repeats: int) -> dict[str, Any]:
    """Load a saved model and ask for the neighbours of a key, in a new process, imports excluded."""
    path = directory / "model"
    ours.save(path)
    command = [sys.executable, "-c", FIRST_QUERY, str(path), "word7"]
    seconds = [
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(repeats)
    ]
    return {"task": "load a saved model, first query", "wordmill": statistics.median(seconds)}


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
    parser.add_argument("--output", type=Path, default=Path("build/bench"), help="where vectors.json and .md go")
    return parser.parse_args()


if __name__ == "__main__":
    main()
