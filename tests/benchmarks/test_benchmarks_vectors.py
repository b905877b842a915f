"""Queries and files are measured from end to end, and documents take the table; no number is judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.skipif(find_spec("gensim") is None, reason="gensim is not installed: python -m pip install --group bench")
def test_queries_and_files_are_measured_and_shown(tmp_path: Path) -> None:
    sizes = ["--keys", "500", "--size", "8", "--queries", "20", "--repeats", "1"]
    command = [sys.executable, str(BENCHMARKS / "vectors.py"), *sizes, "--output", str(tmp_path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    tasks = json.loads((tmp_path / "vectors.json").read_text(encoding="utf-8"))["tasks"]
    assert sum("numpy" in task for task in tasks) == 22
    assert len(tasks) == 26
    assert all(task["wordmill"] > 0 for task in tasks)
    assert printed in (tmp_path / "vectors.md").read_text(encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").touch()
    page = tmp_path / "docs" / "performance.md"
    page.write_text("<!-- vectors: begin -->\nold\n<!-- vectors: end -->\n", encoding="utf-8")
    report = [sys.executable, str(BENCHMARKS / "report.py"), "--update-docs", "vectors.json"]
    subprocess.run(report, cwd=tmp_path, check=True, capture_output=True)
    assert page.read_text(encoding="utf-8").count("| read word2vec's") == 2
