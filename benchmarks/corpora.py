"""The text of a benchmark: whichever is named, broken into lines that no program cuts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import zstandard

from wordmill import datasets

__all__ = ["LINE", "corpus_path", "write_lines"]

LINE = 1_000  # tokens: gensim cuts longer lines than 10,000, fastText longer ones than 1,024


def corpus_path(named: Path | None) -> Path:
    """Return the text to use: the one named, else that of WORDMILL_BENCH_CORPUS, else the bundled sample."""
    environment = os.environ.get("WORDMILL_BENCH_CORPUS")
    return named or (Path(environment) if environment else datasets.sample_path())


def write_lines(source: Path, tokens: int | None, target: Path) -> dict[str, Any]:
    """Copy the first tokens of a text, broken into lines that no program cuts; say what was written."""
    data = source.read_bytes()
    if source.suffix == ".zst":
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    text = data.decode()
    words = text.split() if tokens is None else text.split(maxsplit=tokens)[:tokens]
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for start in range(0, len(words), LINE):
            file.write(" ".join(words[start : start + LINE]) + "\n")
    return {"name": source.name, "tokens": len(words), "bytes": target.stat().st_size, "tokens_per_line": LINE}
