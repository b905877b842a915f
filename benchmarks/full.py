"""Measure what takes hours: whole jobs, quality by three seeds, rates, subwords, determinism, growing corpora, memory.

    python benchmarks/full.py --corpus t8.txt --similarity WS-353.txt SimLex-999.txt MEN.dev --budget 60
    python benchmarks/full.py --studies scale --large-corpus enwiki.txt.zst

Writes full.json and full.md. Each measurement is stored when it is done: run again, it goes on.
"""

from __future__ import annotations

import sys

from studies_cli import run_command_line

STUDIES = [
    "whole-jobs", "memory", "quality", "cbow-alpha", "cbow-elsewhere", "cbow-sessions", "items",
    "subwords", "hierarchical-softmax", "documents", "graphs", "deterministic", "threads", "scale",
    "billion", "explorer", "serving", "rounds", "cluster", "skipgram-alpha",
]  # fmt: skip

if __name__ == "__main__":
    sys.exit(run_command_line("full", __doc__ or "", STUDIES))
