"""The comparison runs from end to end and reports every run; what it measures is not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

COMPARE = Path(__file__).parents[2] / "benchmarks" / "compare.py"


def test_compare_reports_every_run(tmp_path: Path) -> None:
    command = [sys.executable, str(COMPARE), "--programs", "wordmill", "--tokens", "20000", "--repeats", "2"]
    options = ["--threads", "1", "--vector-size", "16", "--epochs", "1", "--output", str(tmp_path), "--plot"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))
    assert report["corpus"]["tokens"] == 20_000
    kinds = [(run["job"]["architecture"], run["job"]["objective"], run["job"]["subwords"]) for run in report["runs"]]
    assert kinds[::2] == kinds[1::2] == [
        ("skipgram", "negative_sampling", None), ("cbow", "negative_sampling", None),
        ("skipgram", "negative_sampling", [3, 6]), ("skipgram", "hierarchical_softmax", None),
    ]  # fmt: skip
    assert [run["job"]["seed"] for run in report["runs"]] == [1, 2] * 4
    assert all(0 < run["trained"] <= run["tokens"] < 20_000 for run in report["runs"])
    assert (tmp_path / "compare.md").read_text(encoding="utf-8").count("\n| wordmill |") == 8
    assert (tmp_path / "compare.png").exists()


def test_help_names_every_option() -> None:
    help_text = subprocess.run(
        [sys.executable, str(COMPARE), "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "--peer-cbow-alpha" in help_text


def test_threads_stand_beside_processes_and_documents_take_the_table(tmp_path: Path) -> None:
    command = [sys.executable, str(COMPARE), "--programs", "wordmill", "wordmill-processes", "--tokens", "20000"]
    options = [
        "--models",
        "words",
        "--architecture",
        "cbow",
        "--vector-size",
        "16",
        "--threads",
        "2",
        "--repeats",
        "1",
        "--epochs",
        "1",
    ]
    subprocess.run([*command, *options, "--output", str(tmp_path)], capture_output=True, check=True)
    wordmill, processes = json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))["runs"]
    assert processes["tokens"] == 2 * wordmill["tokens"]
    assert "quality" in wordmill
    assert "quality" not in processes
    assert "2 threads reach" in (tmp_path / "compare.md").read_text(encoding="utf-8")
    page = tmp_path / "docs" / "performance.md"
    page.parent.mkdir()
    marked = "before\n<!-- ratios: begin. Measured. -->\nold\n<!-- ratios: end -->\nafter\n"
    for document in (tmp_path / "README.md", page):
        document.write_text(marked, encoding="utf-8")
    report = [sys.executable, str(COMPARE.with_name("report.py")), "--update-docs", "compare.json"]
    for _ in range(2):  # the second time over its own table
        subprocess.run(report, cwd=tmp_path, check=True, capture_output=True)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- ratios: begin. Measured. -->\nMillion tokens")
    assert text.endswith("<!-- ratios: end -->\nafter\n")
    assert "old" not in text
    assert text.count("| cbow | 16 | 2 |") == 1
