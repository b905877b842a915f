"""Measure the parts: step kernels, sampler, reading, the machine's limits, and settings beside their neighbours.

    python benchmarks/micro.py                                       # all, a few minutes
    python benchmarks/micro.py --studies roofline --corpus t8.txt

Writes micro.json and micro.md. Run again, it measures what is missing there, or what another build measured.
"""

from __future__ import annotations

import sys

from studies_cli import run_command_line

STUDIES = ["roofline", "kernels", "sampler", "reading", "reading-ways", "phrases", "neighbours"]

if __name__ == "__main__":
    sys.exit(run_command_line("micro", __doc__ or "", STUDIES))
