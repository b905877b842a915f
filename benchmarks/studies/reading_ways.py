"""Counting and encoding a text in each form that `read_corpus` takes, beside plain Python: Counter and a dict."""

from __future__ import annotations

import gzip
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import zstandard

from corpora import LINE
from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from wordmill import read_corpus
from wordmill.corpus import Resources

TITLE = "Reading other forms"
TOKENS = 4_000_000
PLAIN = "plain Python: Counter, dict"


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one: all forms of the corpus's beginning, in turns."""
    tokens = min(TOKENS, setting.corpus["tokens"])
    key = {"corpus": setting.corpus["name"], "tokens": tokens, "threads": setting.threads}
    yield Measurement({**key, "build": program_build("wordmill")}, partial(_measure, setting, tokens))


def _measure(setting: Setting, tokens: int) -> Record:
    with setting.text.open(encoding="utf-8") as file:
        lines = [line for line, _ in zip(file, range(-(-tokens // LINE)), strict=False)]
    ways = ways_to_read(lines, setting.scratch, setting.threads)
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(setting.turns):
        for way, read in ways.items():
            start = time.perf_counter()
            read()
            taken[way].append(time.perf_counter() - start)
    size = sum(len(line.encode()) for line in lines)
    return {"bytes": size, "seconds": {way: median(seconds) for way, seconds in taken.items()}}


def ways_to_read(lines: list[str], directory: Path, threads: int) -> dict[str, Callable[[], object]]:
    """Name each way to count and encode this text."""
    data = "".join(lines).encode()
    text, gzipped, zstd = directory / "text.txt", directory / "text.gz", directory / "text.zst"
    text.write_bytes(data)
    gzipped.write_bytes(gzip.compress(data, compresslevel=6))
    zstd.write_bytes(zstandard.ZstdCompressor(level=3).compress(data))
    lists = [line.split() for line in lines]
    number_of = {word: number for number, word in enumerate(dict.fromkeys(word for words in lists for word in words))}
    arrays = [np.array([number_of[word] for word in words]) for words in lists]
    resources = Resources(threads=threads)
    return {
        "file": lambda: read_corpus(text, resources=resources),
        "in lower case": lambda: read_corpus(text, lowercase=True, resources=resources),
        "words in lower case": lambda: read_corpus(text, tokenizer="words", lowercase=True, resources=resources),
        "gzip": lambda: read_corpus(gzipped, resources=resources),
        "zstd": lambda: read_corpus(zstd, resources=resources),
        "documents in memory": lambda: read_corpus(lines, resources=resources),
        "token lists in memory": lambda: read_corpus(lists),
        "arrays of integers in memory": lambda: read_corpus(arrays),
        PLAIN: lambda: count_and_encode(text, min_count=5),
    }


def count_and_encode(path: Path, min_count: int) -> tuple[list[str], array[int]]:
    """Do the same in plain Python: keys by falling count, and ids."""
    counts: Counter[str] = Counter()
    with path.open(encoding="utf-8") as file:
        for line in file:
            counts.update(line.split())
    keys = [word for word, count in counts.most_common() if count >= min_count]
    index = {word: number for number, word in enumerate(keys)}
    ids = array("i")
    with path.open(encoding="utf-8") as file:
        for line in file:
            ids.extend(index[word] for word in line.split() if word in index)
    return keys, ids


def report(records: list[Record]) -> list[str]:
    """Megabytes of decompressed text a second, and times plain Python."""
    lines: list[str] = []
    for record in records:
        rows = [
            [way, f"{record['bytes'] / seconds / 1e6:.0f}", f"{record['seconds'][PLAIN] / seconds:.1f}"]
            for way, seconds in record["seconds"].items()
        ]
        size = f"{record['bytes'] / 1e6:.0f} MB of {record['corpus']}, {record['threads']} threads, medians:"
        lines += [size, "", *table(["", "MB/s", "times plain Python"], rows)]
    return lines
