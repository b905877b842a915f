"""Clusters that are not there, and how threads are shared out."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cluster_runs import ON_TWO
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill import EncodedCorpus, Word2Vec
from wordmill.errors import ClusterError, MissingDependencyError
from wordmill.training.cluster.crew import most_threads


def test_ray_missing(corpus: EncodedCorpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'wordmill\[ray\]'"):
        Word2Vec(**ON_TWO).fit(corpus)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ray://10.0.0.1:10001", "address='auto'"),
        ("somewhere", "host:port"),
        ("127.0.0.1:99999", "nothing answers"),
        ("auto", "ray start --head"),
    ],
)
def test_an_address_where_no_cluster_is(ray_module: Any, corpus: EncodedCorpus, address: str, message: str) -> None:
    assert not ray_module.is_initialized()
    with pytest.raises(ClusterError, match=message):
        Word2Vec(**ON_TWO | {"address": address}).fit(corpus)


def test_a_port_where_nobody_listens_is_told_at_once(ray_module: Any, corpus: EncodedCorpus) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ClusterError, match=f"nothing answers at address='127.0.0.1:{port}'.*ray start --head"):
        Word2Vec(**ON_TWO | {"address": f"127.0.0.1:{port}"}).fit(corpus)


def test_the_command_says_it_in_one_line(ray_module: Any, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("a b c d\n" * 100, encoding="utf-8")
    command = [sys.executable, "-m", "wordmill", "train", str(tmp_path / "text.txt"), "-o", str(tmp_path / "model")]
    command += ["--backend", "ray", "--workers", "2", "--address", "127.0.0.1:1"]
    shown = subprocess.run(command, check=False, capture_output=True, text=True)
    assert shown.returncode == 1
    assert "nothing answers at --address '127.0.0.1:1'" in shown.stderr.splitlines()[-1]
    assert "Traceback" not in shown.stderr
    assert not (tmp_path / "model").exists()


@given(st.lists(st.integers(1, 64), min_size=1, max_size=6), st.integers(1, 20))
@settings(max_examples=50, deadline=None)
def test_threads_are_as_many_as_let_all_workers_find_room(cores: list[int], workers: int) -> None:
    threads = most_threads(cores, workers)
    assert sum(machine // threads for machine in cores) >= workers or threads == 1
    assert sum(machine // (threads + 1) for machine in cores) < workers
