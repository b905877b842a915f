from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from cli_calls import Cli

from wordmill import Checkpoint, Word2Vec
from wordmill.serving import address_of, listen

WORDMILL = [sys.executable, "-c", "from wordmill.cli import main; main()"]


def test_one_file_is_written_of_a_model(cli: Cli, model: Path, tmp_path: Path) -> None:
    outcome = cli("explore", model, "--no-umap", "--keys", 10, "--html", tmp_path / "map.html")
    assert (outcome.code, outcome.out) == (0, "")
    assert "10 words of 12 drawn in" in outcome.err
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert '"model":"model"' in text
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_everything_at_once(cli: Cli, model: Path, corpus: Path, tmp_path: Path) -> None:
    keep = Checkpoint(tmp_path / "checkpoints", seconds=None, epochs=1, keep=9)
    Word2Vec(vector_size=16, epochs=2, seed=2, workers=1).fit(corpus, callbacks=[keep]).save(tmp_path / "other")
    (tmp_path / "groups.txt").write_text(": animals\ncat dog\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text(": same\none two cat dog\n", encoding="utf-8")
    (tmp_path / "p.txt").write_text("cat dog 9\none cat 2\ntwo dog 1\n", encoding="utf-8")
    files = ["--groups", tmp_path / "groups.txt", "--analogies", tmp_path / "a.txt", "--pairs", tmp_path / "p.txt"]
    films = ["--checkpoints", tmp_path / "checkpoints"]
    outcome = cli("explore", model, tmp_path / "other", *files, *films, "--no-umap", "--html", tmp_path / "map.html")
    assert outcome.code == 0, outcome.err
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    for part in ("group:groups", "answer/compare", "answer/evaluation", "answer/film", "film/1", "layout/other:pca"):
        assert part in text, part


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "give a model"),
        (["MODEL", "MODEL", "MODEL"], 2, "two models"),
        (["absent", "--html", "map.html"], 1, "absent"),
        (["MODEL", "--html", "absent/map.html"], 1, "mkdir -p absent"),
        (["MODEL", "--html", "MODEL/map.html"], 1, "inside"),
        (["MODEL", "--keys", "0"], 1, "--keys"),
        (["MODEL", "--port", "70000"], 1, "--port"),
        (["MODEL", "--groups", "absent.txt", "--html", "map.html"], 1, "absent.txt"),
        (["MODEL", "--checkpoints", ".", "--html", "map.html"], 1, "no checkpoints"),
    ],
)
def test_mistakes_are_one_line(
    cli: Cli, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = cli("explore", *(argument.replace("MODEL", str(model)) for argument in arguments))
    assert (outcome.code, outcome.err.count("\n")) == (code, 1), outcome.err
    assert says in outcome.err
    assert not [*tmp_path.iterdir()]


def test_a_port_in_use_is_told_before_the_work(cli: Cli) -> None:
    with listen() as taken:
        port = address_of(taken).rpartition(":")[2]
        outcome = cli("explore", "a model that is never read", "--port", port)
    assert outcome.code == 1
    assert f"port {port} of 127.0.0.1 is in use" in outcome.err


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_a_server_answers_until_ctrl_c(model: Path) -> None:
    command = [*WORDMILL, "explore", str(model), "--no-umap", "--no-open"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        line = server.stderr.readline()
        found = re.match(r"open (http://127\.0\.0\.1:\d+/) in a browser", line)
        assert found, line
        with urllib.request.urlopen(found[1] + "api/nearest?key=cat", timeout=60) as answer:  # noqa: S310 (our own)
            assert b'"dog"' in answer.read()
        server.send_signal(signal.SIGINT)
        assert server.stderr.read() == "ended\n"
    assert server.returncode == 0


def test_training_is_kept_for_a_film(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    train = ["train", corpus, "-o", tmp_path / "m", "--vector-size", 8, "--epochs", 3, "-q"]
    assert cli(*train, "--film", tmp_path / "frames").code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"m", "frames"}
    film = ["--checkpoints", tmp_path / "frames", "--no-umap", "--html", tmp_path / "map.html"]
    assert cli("explore", tmp_path / "m", *film).code == 0
    assert "film/2" in (tmp_path / "map.html").read_text(encoding="utf-8")
    outcome = cli(*train, "--film", tmp_path / "map.html")
    assert outcome.code == 1
    assert "map.html is a file, and --film" in outcome.err
