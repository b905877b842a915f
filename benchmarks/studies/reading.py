"""Counting and encoding text, and its share of a job of one epoch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from statistics import median

from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from wordmill import Word2Vec, read_corpus
from wordmill.corpus.resources import Resources

TITLE = "Reading text"


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each number of threads."""
    for threads in sorted({1, setting.threads}):
        corpus = {"corpus": setting.corpus["name"], "tokens": setting.corpus["tokens"]}
        key = {**corpus, "threads": threads, "build": program_build("wordmill")}
        yield Measurement(key, partial(_measure, setting, threads))


def _measure(setting: Setting, threads: int) -> Record:
    reads, epochs = [], []
    for turn in range(1 + setting.turns):
        start = time.perf_counter()
        corpus = read_corpus(setting.text, resources=Resources(threads=threads))
        read = time.perf_counter()
        Word2Vec(epochs=1, workers=threads).fit(corpus)
        if turn:  # the first brings the file into memory
            reads.append(read - start)
            epochs.append(time.perf_counter() - read)
    return {"bytes": setting.text.stat().st_size, "read_seconds": median(reads), "epoch_seconds": median(epochs)}


def report(records: list[Record]) -> list[str]:
    """Megabytes a second, and the share."""
    rows = [
        [
            record["threads"],
            f"{record['bytes'] / record['read_seconds'] / 1e6:.0f}",
            f"{record['read_seconds']:.2f}",
            f"{record['epoch_seconds']:.2f}",
            f"{record['read_seconds'] / (record['read_seconds'] + record['epoch_seconds']):.0%}",
        ]
        for record in records
    ]
    heading = ["threads", "MB/s", "read s", "one epoch of skip-gram, D=100, s", "reading's share"]
    size = f"{records[0]['corpus']}: {records[0]['bytes'] / 1e6:.0f} MB of plain text, in the system's file cache."
    return [size, "", *table(heading, rows, left=0)]
