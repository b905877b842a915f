"""The comparison runs from end to end and reports every run; what it measures is not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

COMPARE = Path(__file__).parents[2] / "benchmarks" / "compare.py"


def test_compare_reports_every_run(tmp_path: Path) -> None:
    command = [sys.executable, str(COMPARE), "--programs", "wordmill", "--tokens", "20000", "--repeats", "2"]
    options = ["--architecture", "skipgram", "cbow", "--vector-size", "16", "--output", str(tmp_path), "--plot"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))
    assert report["corpus"]["tokens"] == 20_000
    assert [(run["job"]["architecture"], run["job"]["seed"]) for run in report["runs"]] == [
        ("skipgram", 1), ("skipgram", 2), ("cbow", 1), ("cbow", 2),
    ]  # fmt: skip
    assert all(0 < run["trained"] <= run["tokens"] < 20_000 for run in report["runs"])
    assert (tmp_path / "compare.md").read_text(encoding="utf-8").count("| wordmill |") == 4
    assert (tmp_path / "compare.png").exists()


def test_help_names_every_option() -> None:
    help_text = subprocess.run(
        [sys.executable, str(COMPARE), "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "--peer-cbow-alpha" in help_text
