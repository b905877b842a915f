"""Ports, and the command: it serves until a signal, in one process or several, and loses no request at its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import pytest
from starlette.routing import Route
from typer.testing import CliRunner

from wordmill.cli.app import app
from wordmill.cli.serve import named
from wordmill.errors import OutputError, ParameterError
from wordmill.serving import Background, Limits, address_of, create_app, endpoint, listen
from wordmill.vectors import KeyedVectors

WINDOWS = sys.platform == "win32"


@pytest.fixture(scope="module")
def model(words: KeyedVectors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "model"
    words.save(path)
    return path


@contextmanager
def running(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], httpx2.Client, list[str]]]:
    """Run the command until the block ends; yields it, a client of it, and the lines that it has said."""
    command = [sys.executable, "-m", "wordmill", "serve", *map(str, arguments), "--port", "0"]
    said: list[str] = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            while not said or " at http" not in said[-1]:
                line = process.stderr.readline()
                assert line, said
                said.append(line)
            address = said[-1].partition(" at ")[2].partition(" ")[0]
            with httpx2.Client(base_url=address, timeout=60) as client:
                yield process, client, said
        finally:
            process.kill()


def end(process: subprocess.Popen[str], number: int) -> tuple[int, str]:
    process.send_signal(number)
    _, rest = process.communicate(timeout=60)
    return process.returncode, rest


@pytest.mark.skipif(WINDOWS, reason="Windows has no signals to end a program tidily")
@pytest.mark.parametrize("number", ["SIGINT", "SIGHUP"])
def test_the_command_serves_until_a_signal(model: Path, number: str) -> None:
    with running(model) as (process, client, said):
        assert client.get("/nearest?key=w1&n=1").json()["model"] == "model"
        assert len(said) == 1  # no warning on the loopback
        assert end(process, getattr(signal, number)) == (0, "ended\n")


def test_what_is_under_way_at_the_end_is_answered(words: KeyedVectors) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(query: object) -> str:
        asked.set()
        go_on.wait(10)
        return "whole"

    server = Background(create_app({"words": words}, routes=[Route("/slow", endpoint(slow))]))
    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(httpx2.get, f"{server.address}/slow", timeout=60)
        asked.wait(10)
        closed = pool.submit(server.close)
        while _accepts(server.address):
            time.sleep(0.01)
        go_on.set()
        assert answer.result().json() == "whole"
        closed.result()


def _accepts(address: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", httpx2.URL(address).port or 0)).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(WINDOWS, reason="Windows has no signals to end a program tidily")
def test_workers_answer_at_one_port_and_are_replaced(model: Path, words: KeyedVectors) -> None:
    with running(model, "--workers", 2) as (process, client, _):
        for _ in range(20):
            with httpx2.Client(base_url=client.base_url, timeout=60) as alone:
                found = alone.get("/nearest?key=w1&n=1").json()["nearest"][0]["neighbors"][0]["key"]
                assert found == words.most_similar("w1", topn=1)[0].key
        assert end(process, signal.SIGTERM) == (0, "ended\n")


def test_a_port_in_use_is_named(model: Path) -> None:
    with listen() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OutputError, match=f"port {port} of 127.0.0.1 is in use: give another"):
            listen("127.0.0.1", port)
        outcome = CliRunner().invoke(app, ["serve", str(model), "--port", str(port)])
    assert outcome.exit_code == 1
    assert outcome.stderr.startswith(f"wordmill: port {port} of 127.0.0.1 is in use")


@pytest.mark.parametrize("host", ["192.0.2.1", "no host", "x" * 300, "\0"])
def test_hosts_that_are_not_this_machine(host: str) -> None:
    with pytest.raises(ParameterError, match="is no address"):
        listen(host)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_ports_that_are_none(port: int) -> None:
    with pytest.raises(ParameterError, match="from 0"):
        listen(port=port)


def test_more_than_this_machine_is_warned_of(model: Path) -> None:
    with running(model, "--host", "0.0.0.0", "--allow-host", "vectors.example") as (_, client, said):  # noqa: S104
        assert "more than this machine" in said[0]
        address = f"http://127.0.0.1:{client.base_url.port}/health"
        assert httpx2.get(address, headers={"Host": "vectors.example"}).status_code == 200
        assert httpx2.get(address, headers={"Host": "evil.example"}).status_code == 421


def test_connections_of_version_6(words: KeyedVectors) -> None:
    try:
        taken = listen("::1")
    except ParameterError:
        pytest.skip("this machine has no ::1")
    with Background(create_app({"words": words}), taken) as server:
        assert server.address == address_of(taken)
        assert httpx2.get(f"{server.address}/health").status_code == 200


def test_names_of_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert named(["old=a/model", "b/model/", "-", "x.txt"]) == {
        "old": "a/model", "model": "b/model/", "-": "-", "x.txt": "x.txt"
    }  # fmt: skip
    (tmp_path / "a=b").write_text("")
    assert named(["a=b"]) == {"a=b": "a=b"}
    with pytest.raises(ParameterError, match=r"two models are called 'model': give them names, NAME='b/model'"):
        named(["a/model", "b/model"])


def test_many_keys_start_and_answer(tmp_path: Path) -> None:
    """As many as WORDMILL_SERVED_KEYS says (make test-large): nothing of them is copied one by one."""
    keys = int(os.environ.get("WORDMILL_SERVED_KEYS", "100000"))
    path = tmp_path / "model"
    rows = np.random.default_rng(1).normal(size=(keys, 4)).astype(np.float32)
    KeyedVectors([f"k{number}" for number in range(keys)], rows, tokenizer=None).save(path)
    with (
        Background(create_app({"many": path}, limits=Limits(seconds=600))) as server,
        httpx2.Client(base_url=server.address, timeout=600) as client,
    ):
        assert client.get("/models").json()["models"][0]["keys"] == keys
        assert len(client.get(f"/nearest?key=k{keys - 1}").json()["nearest"][0]["neighbors"]) == 10
        assert client.get(f"/nearest?key=k{keys}").status_code == 404
