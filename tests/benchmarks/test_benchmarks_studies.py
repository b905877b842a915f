"""Studies run from end to end at their smallest sizes, and go on where they stopped; no number is judged here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wordmill.config import available_cores

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(program: str, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / program), "--smoke", "--turns", "1", "--output", str(output), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def studies(path: Path) -> dict[str, list[dict[str, Any]]]:
    report: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(path.read_text(encoding="utf-8"))
    return report["studies"]


def test_micro_measures_every_part(tmp_path: Path) -> None:
    printed = run("micro.py", tmp_path, "--tokens", "50000").stdout
    measured = studies(tmp_path / "micro.json")
    assert set(measured) == {"roofline", "kernels", "sampler", "reading", "reading-ways", "phrases", "neighbours"}
    for record in measured["roofline"]:
        assert record["plan_seconds"] > 0
        assert record["windows"] <= record["read"]
        assert record["flops"] > 0
    assert printed in (tmp_path / "micro.md").read_text(encoding="utf-8")
    assert printed.count("| skipgram |") > len(measured["kernels"]) // 2


def test_full_goes_on_where_its_time_ended(tmp_path: Path) -> None:
    names = ["memory", "cbow-alpha", "deterministic", "threads", "scale", "billion", "explorer", "rounds"]
    options = ["--tokens", "50000", "--studies", *names]
    assert "goes on from here" in run("full.py", tmp_path, *options, "--budget", "0").stderr
    run("full.py", tmp_path, *options)
    first = studies(tmp_path / "full.json")
    assert first["memory"]
    assert all("scores" in record for record in first["cbow-alpha"])
    assert {record["key"]["part"] for record in first["deterministic"]} == {"speed", "bits", "quality"}
    assert all(record["same"] for record in first["deterministic"] if record["key"]["part"] == "bits")
    assert {record["key"]["threads"] for record in first["threads"]} >= {1, available_cores()}
    assert all(record["threads_speed"] > 0 < record["processes_speed"] for record in first["threads"])
    assert {record["key"]["axis"] for record in first["scale"]} == {"tokens", "V"}
    assert {record["key"]["part"] for record in first["billion"]} == {"job", "rows"}
    assert {record["key"]["what"] for record in first["explorer"]} == {"map", "search"}
    again = run("full.py", tmp_path, *options, "--budget", "0")
    assert "goes on" not in again.stderr
    assert studies(tmp_path / "full.json") == first
    assert all((tmp_path / f"{picture}.png").exists() for picture in ("scale", "threads"))


def test_documents_take_tables_and_pictures(tmp_path: Path) -> None:
    results = tmp_path / "docs" / "benchmarks"
    run("full.py", results, "--tokens", "20000", "--studies", "memory", "scale")
    report = json.loads((results / "full.json").read_text(encoding="utf-8"))
    for records in report["studies"].values():
        for record in records:
            del record["key"]["smoke"]
    report["calls"].append({**report["calls"][0], "command": "another call"})
    report["studies"]["memory"][0]["call"] = 1
    (results / "full.json").write_text(json.dumps(report), encoding="utf-8")
    page = tmp_path / "docs" / "performance.md"
    marked = "".join(f"<!-- {name}: begin -->\nold\n<!-- {name}: end -->\n" for name in ("scale", "memory"))
    for document in (tmp_path / "README.md", page):
        document.write_text(marked, encoding="utf-8")
    command = [sys.executable, str(BENCHMARKS / "report.py"), "--update-docs", "docs/benchmarks/full.json"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    scale, memory = page.read_text(encoding="utf-8").split("<!-- scale: end -->")
    assert "![Scale](benchmarks/scale.png)" in scale
    assert "another call" not in scale  # each table names the calls that measured it
    assert "`another call`" in memory
    assert "old" not in scale + memory


def test_studies_share_what_they_measure_alike(tmp_path: Path) -> None:
    run("full.py", tmp_path, "--tokens", "20000", "--studies", "quality", "cbow-alpha")
    measured = studies(tmp_path / "full.json")
    alike = [record for record in measured["quality"] if record["key"] in [r["key"] for r in measured["cbow-alpha"]]]
    if not alike:
        pytest.skip("gensim is not installed: python -m pip install --group bench")
    assert all(record in measured["cbow-alpha"] for record in alike)  # with date and seconds


def test_a_study_without_its_data_keeps_what_it_has(tmp_path: Path) -> None:
    lines = ["1 2 3 4 5", "2 3 4 5 1", "6 7 8 9", "7 8 9 6"]
    (tmp_path / "sessions.txt").write_text("\n".join(lines * 20), encoding="utf-8")
    options = ["--tokens", "20000", "--studies", "cbow-elsewhere", "cbow-sessions"]
    run("full.py", tmp_path, *options, "--sessions", str(tmp_path / "sessions.txt"))
    measured = studies(tmp_path / "full.json")["cbow-elsewhere"]
    assert {record["key"]["corpus"] for record in measured} == {"sessions.txt"}
    for record in studies(tmp_path / "full.json").get("cbow-sessions", []):  # none without gensim
        gensim, *ours = record["rows"]
        assert all(score["above_gensim"]["mean"] == 0 for score in gensim["scores"].values())
        assert all(0 <= score["points"] <= 100 for row in ours for score in row["scores"].values())
    assert "last item: hit rate@10" in (tmp_path / "full.md").read_text(encoding="utf-8")
    run("full.py", tmp_path, *options)
    assert studies(tmp_path / "full.json")["cbow-elsewhere"] == measured


def test_numbers_of_a_trial_stay_out_of_the_documents(tmp_path: Path) -> None:
    run("micro.py", tmp_path, "--tokens", "20000", "--studies", "sampler")
    command = [sys.executable, str(BENCHMARKS / "report.py"), "--update-docs", str(tmp_path / "micro.json")]
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "--smoke" in refused.stderr


def test_subwords_are_scored_on_unseen_words_and_in_another_language(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("물고기 고기 바다 물 소금 바다 물고기 소금\n" * 99, encoding="utf-8")
    (tmp_path / "pairs.csv").write_text(
        "one,other,score\n물고기,고기,7\n소금,바다,5\n물,바다,6\n바닷물고기,물,4\n", encoding="utf-8"
    )
    options = ["--tokens", "20000", "--studies", "subwords", "hierarchical-softmax"]
    run("full.py", tmp_path, *options, "--other-language", str(tmp_path / "other.txt"), str(tmp_path / "pairs.csv"))
    measured = studies(tmp_path / "full.json")
    ours = [record for record in measured["subwords"] if record["key"]["program"] == "wordmill"]
    lengths = [(record["key"]["corpus"], record["key"].get("subwords")) for record in ours]
    text, other = "sample.txt.zst", "other.txt"
    assert lengths == [(text, None), (text, [3, 6]), (other, None), (other, [3, 6]), (other, [1, 3])]
    assert "semantic" in ours[0]["scores"]
    for record in ours[3:]:
        known, whole = (record["scores"][f"pairs{unseen}"]["coverage"] for unseen in ("", " with unseen"))
        assert (known, whole) == (0.75, 1)
    assert {record["key"]["objective"] for record in measured["hierarchical-softmax"]} == {"hierarchical_softmax"}
    assert "with unseen" in (tmp_path / "full.md").read_text(encoding="utf-8")


ARTICLES = """Foo{n}
Foo{n} is a {noun} of great renown, known to all who love such things. {words}
Etymology.
More about it is said here. {words}
"""


def test_documents_are_classified_and_find_themselves(tmp_path: Path) -> None:
    nouns = ["novelist", "river", "footballer", "mineral"]
    articles = [
        ARTICLES.format(n=number, noun=nouns[number % 4], words=" ".join(f"w{number % 4}x{k % 9}" for k in range(40)))
        for number in range(60)
    ]
    (tmp_path / "articles.txt").write_text("".join(articles), encoding="utf-8")
    (tmp_path / "documents.txt").write_text("".join(f"a{k} b{k} c d e\n" * 2 for k in range(20)), encoding="utf-8")
    options = ["--articles", str(tmp_path / "articles.txt"), "--documents", str(tmp_path / "documents.txt")]
    run("full.py", tmp_path, "--tokens", "20000", "--studies", "documents", *options)
    classified, found = studies(tmp_path / "full.json")["documents"]
    assert classified["key"]["documents"] == 60
    ours = [row for row in classified["rows"] if row["program"] != "gensim"]  # which may not be there
    assert [row["name"] for row in ours] == ["dbow", "dbow with words", "dm", "mean of words"]
    assert all(0 <= error["points"] <= 100 for row in ours for error in row["errors"].values())
    assert all(0 <= row["found"] <= 100 and -1 <= row["cosine"] <= 1.0001 for row in found["rows"])
    assert "finds itself" in (tmp_path / "full.md").read_text(encoding="utf-8")


def test_graphs_go_from_a_file_to_scores(tmp_path: Path) -> None:
    printed = run("full.py", tmp_path, "--tokens", "20000", "--studies", "graphs").stdout
    measured = studies(tmp_path / "full.json")["graphs"]
    assert [record["steps"] for record in measured] == [60 * 80 * 40, 60 * 10 * 80, 60 * 10 * 80, 60 * 80 * 40]
    assert [record["key"]["threads"] for record in measured] == [1, 1, 1, 2]
    assert all(record["scores"][1]["micro"] > 0.9 for record in measured)
    assert "| 10 walks of 80, p=q=0.25 |" in printed


def test_items_are_judged_by_presets_and_searched_settings(tmp_path: Path) -> None:
    lines = [" ".join(str(10 * (line % 3) + (line + step) % 10) for step in range(5)) for line in range(300)]
    sessions = tmp_path / "sessions.txt"
    sessions.write_text("\n".join(lines) + "\n", encoding="utf-8")
    printed = run("full.py", tmp_path, "--tokens", "20000", "--studies", "items", "--sessions", str(sessions)).stdout
    measured = studies(tmp_path / "full.json")["items"]
    assert [record["key"]["settings"] for record in measured] == ["words", "items", "logs", "searched in 5m"]
    assert "- sessions.txt: hr@10: " in printed


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk asks the server (Debian: apt install wrk)")
def test_a_server_under_load(tmp_path: Path) -> None:
    printed = run("full.py", tmp_path, "--tokens", "20000", "--studies", "serving").stdout
    loads = [load for record in studies(tmp_path / "full.json")["serving"] for load in record["loads"]]
    assert len(loads) == 2 + 1
    assert all(load["rate"] > 0 and load.get("errors", 0) == 0 for load in loads)
    assert "| 2 workers | /nearest |" in printed
