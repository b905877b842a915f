"""Reading a text, counting and encoding together, beside Python's Counter and a dict: MB/s of decompressed text.

Medians over the repeats, all ways in turns. Example:

    python benchmarks/read.py text8.txt --repeats 5
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import zstandard
from rich.console import Console
from rich.table import Table

from corpora import corpus_path
from machine import describe_machine
from wordmill import read_corpus
from wordmill.config import available_cores
from wordmill.corpus import Resources
from wordmill.corpus.files import read_chunks

PLAIN = "plain Python: Counter, dict"
TOKENS = 1_000  # in a list, document or array


def main() -> None:
    """Measure, and print a table or JSON."""
    options = parse_options()
    data = b"".join(chunk.tobytes() for chunk in read_chunks(corpus_path(options.text), 1 << 24))
    with tempfile.TemporaryDirectory() as directory:
        ways = ways_to_read(data, Path(directory), options.threads)
        seconds = in_turns(ways, options.repeats)
    rates = {way: len(data) / 1e6 / taken for way, taken in seconds.items()}
    if options.json:
        report = {"machine": describe_machine(), "options": vars(options), "bytes": len(data), "seconds": seconds}
        print(json.dumps(report, indent=2, default=str))
        return
    table = Table("way", "seconds", "MB/s", "times plain Python")
    for way, rate in rates.items():
        table.add_row(way, f"{seconds[way]:.3f}", f"{rate:.0f}", f"{rate / rates[PLAIN]:.1f}")
    Console().print(
        table, f"{len(data) / 1e6:,.0f} MB of text, load of the machine before: {describe_machine()['load']}"
    )


def ways_to_read(data: bytes, directory: Path, threads: int) -> dict[str, Callable[[], object]]:
    """Name each way to count and encode this text."""
    text, gzipped, zstd = directory / "text.txt", directory / "text.gz", directory / "text.zst"
    text.write_bytes(data)
    gzipped.write_bytes(gzip.compress(data, compresslevel=6))
    zstd.write_bytes(zstandard.ZstdCompressor(level=3).compress(data))
    words = data.decode().split()
    number_of = {word: number for number, word in enumerate(dict.fromkeys(words))}
    lists = [words[start : start + TOKENS] for start in range(0, len(words), TOKENS)]
    documents = [" ".join(tokens) for tokens in lists]
    arrays = [np.array([number_of[word] for word in tokens]) for tokens in lists]
    one, all_of_them = Resources(threads=1), Resources(threads=threads)
    return {
        "file, 1 thread": lambda: read_corpus(text, resources=one),
        f"file, {threads} threads": lambda: read_corpus(text, resources=all_of_them),
        "in lower case": lambda: read_corpus(text, lowercase=True, resources=all_of_them),
        "words in lower case": lambda: read_corpus(text, tokenizer="words", lowercase=True, resources=all_of_them),
        "gzip": lambda: read_corpus(gzipped, resources=all_of_them),
        "zstd": lambda: read_corpus(zstd, resources=all_of_them),
        "documents in memory": lambda: read_corpus(documents, resources=all_of_them),
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


def in_turns(ways: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each way, all in turns."""
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(repeats):
        for way, read in ways.items():
            print(f"turn {turn + 1} of {repeats}: {way}", file=sys.stderr)
            begin = time.perf_counter()
            read()
            taken[way].append(time.perf_counter() - begin)
    return {way: statistics.median(seconds) for way, seconds in taken.items()}


def parse_options() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "text", type=Path, nargs="?", help="UTF-8 text, compressed or not (default: the bundled sample)"
    )
    parser.add_argument("--threads", type=int, default=available_cores(), help="default: all cores")
    parser.add_argument("--repeats", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
