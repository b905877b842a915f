"""A model that is saved anew is read again and no request is lost; what is no model leaves the old one answering."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2
import numpy as np
import pytest

from wordmill.errors import FormatError, ParameterError
from wordmill.serving import Background, create_app
from wordmill.serving.batching import Batcher
from wordmill.serving.limits import Limits
from wordmill.serving.models import Models, Served
from wordmill.vectors import KeyedVectors


def vectors(first: str) -> KeyedVectors:
    """Keys of which the nearest to "a" is `first`."""
    keys = ["a", first, "z"]
    return KeyedVectors(keys, np.array([[1, 0], [1, 0.1], [-1, 0]], dtype=np.float32))


def nearest(client: httpx2.Client) -> str:
    response = client.get("/nearest?key=a&n=1")
    assert response.status_code == 200, response.text
    return str(response.json()["nearest"][0]["neighbors"][0]["key"])


@pytest.fixture(params=["directory", "text", "binary"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    place = tmp_path / {"directory": "model", "text": "model.txt", "binary": "model.bin"}[request.param]
    vectors("b0").save(place)
    return place


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wordmill.serving.models._EVERY", 0.02)


@pytest.fixture
def client(path: Path) -> Iterator[httpx2.Client]:
    with (
        Background(create_app({"m": path})) as server,
        httpx2.Client(base_url=server.address, timeout=60) as client,
    ):
        yield client


def test_a_model_that_is_saved_anew_is_read_again_without_losing_a_request(client: httpx2.Client, path: Path) -> None:
    found: list[str] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            found.append(nearest(client))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    vectors("b1").save(path)
    while "b1" not in found:
        time.sleep(0.01)
    stop.set()
    for thread in asking:
        thread.join()
    assert set(found) == {"b0", "b1"}
    assert nearest(client) == "b1"


def test_what_is_no_model_leaves_the_old_one_answering(
    client: httpx2.Client, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    moved = path.with_name("moved")
    path.rename(moved)
    path.write_bytes(b"no vectors at all")
    while "is not read" not in caplog.text:
        assert nearest(client) == "b0"
    path.unlink()
    assert nearest(client) == "b0"
    vectors("b2").save(path)
    while nearest(client) != "b2":
        time.sleep(0.01)


def test_mapped_files_that_are_written_to_are_noticed(tmp_path: Path) -> None:
    """The bits in the map are another's then: an error, until the model is whole again."""
    path = tmp_path / "model"
    vectors("b0").save(path)
    with Background(create_app({"m": path})) as server, httpx2.Client(base_url=server.address, timeout=60) as client:
        assert nearest(client) == "b0"
        file = path / "model.safetensors"
        content = file.read_bytes()
        with file.open("r+b") as opened:
            opened.write(content[:-4] + b"\x00\x00\xc0\x7f")
        os.utime(file, (1, 1))
        response = client.get("/nearest?key=a")
        assert response.status_code == 503
        assert "was written to while it is in use" in response.json()["error"]
        assert client.get("/nearest?key=a").status_code == 503
        vectors("b3").save(path)
        assert nearest(client) == "b3"  # at once: whoever meets the error looks for the new one


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps symbolic links for administrators")
def test_a_link_that_points_elsewhere_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "current"
    for name in ("b0", "b1"):
        vectors(name).save(tmp_path / name)
    link.symlink_to("b0")
    with Background(create_app({"m": link})) as server, httpx2.Client(base_url=server.address, timeout=60) as client:
        assert nearest(client) == "b0"
        (tmp_path / "next").symlink_to("b1")
        (tmp_path / "next").replace(link)
        while nearest(client) != "b1":
            time.sleep(0.01)


def test_names(tmp_path: Path, words: KeyedVectors) -> None:
    with pytest.raises(ParameterError, match="no model to serve"):
        create_app({})
    for name in ("", "a\nb", "\u202ea", "x" * 101):
        with pytest.raises(ParameterError, match="is no name of a model"):
            create_app({name: words})
    with pytest.raises(FormatError, match="does not exist"):
        create_app({"m": tmp_path / "absent"})


def test_those_who_wait_together_are_answered_together() -> None:
    batches: list[list[int]] = []
    go_on = threading.Event()

    def work(questions: Sequence[int]) -> list[int | Exception]:
        go_on.wait(10)
        batches.append([*questions])
        return [ValueError("3") if question == 3 else 10 * question for question in questions]

    async def ask() -> list[object]:
        batcher: Batcher[int, int] = Batcher(work, weigh=lambda number: 2 if number == 8 else 1, most=4)
        asked = [asyncio.ensure_future(batcher.ask(number)) for number in range(10)]
        await asyncio.sleep(0.05)
        asked[5].cancel()
        go_on.set()
        answers: list[object] = [*await asyncio.gather(*asked, return_exceptions=True)]
        batcher.close()
        return answers

    answers = asyncio.run(ask())
    assert batches == [[0, 1, 2, 3], [4, 6, 7, 8], [9]]
    assert [answer for answer in answers if isinstance(answer, int)] == [0, 10, 20, 40, 60, 70, 80, 90]
    assert isinstance(answers[3], ValueError)
    assert isinstance(answers[5], asyncio.CancelledError)


def test_a_failure_of_the_work_is_everyones() -> None:
    def work(questions: Sequence[int]) -> list[int | Exception]:
        raise ZeroDivisionError

    async def ask() -> list[object]:
        batcher: Batcher[int, int] = Batcher(work)
        answers: list[object] = [*await asyncio.gather(batcher.ask(1), batcher.ask(2), return_exceptions=True)]
        batcher.close()
        return answers

    assert all(isinstance(answer, ZeroDivisionError) for answer in asyncio.run(ask()))


def test_what_cannot_be_read_is_tried_again_only_when_it_has_changed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "model.txt"
    vectors("b0").save(path)
    served = Served("m", path)
    path.write_text("3 2\na 1 0\n")
    caplog.set_level(logging.INFO)

    async def renew(times: int) -> list[bool]:
        return [await served.renew() for _ in range(times)]

    assert asyncio.run(renew(3)) == [False, False, False]
    assert caplog.text.count("is not read") == 1
    vectors("b1").save(path)
    assert asyncio.run(renew(2)) == [True, False]
    assert Models({"m": path}, Limits()).about()[0]["keys"] == 3
