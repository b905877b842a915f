from __future__ import annotations

import gzip
import io
import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import httpx2
import numpy as np
import pytest
from explorer_models import HOSTILE

from wordmill.explorer import Explorer
from wordmill.serving import Background

Client = httpx2.Client


@pytest.fixture(scope="module", name="client")
def _client(explorer: Explorer) -> Iterator[Client]:
    with Background(explorer.application()) as server, httpx2.Client(base_url=server.address) as client:
        yield client


def ask(client: Client, question: str, **parameters: Any) -> Any:
    answer = client.get(f"/api/{question}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_manifest_and_its_tables_are_those_of_the_explorer(client: Client, explorer: Explorer) -> None:
    manifest = ask(client, "manifest")
    assert manifest == json.loads(json.dumps(explorer.manifest()))
    for name, about in manifest["tables"].items():
        content = client.get(f"/api/table/{urllib.parse.quote(name)}").content
        assert content == explorer.tables[name].content
        if about["dtype"] != "json":
            assert len(content) == np.dtype(about["dtype"]).itemsize * np.prod(about["shape"])
    assert json.loads(client.get("/api/table/keys").content)[: len(HOSTILE)] == HOSTILE


def test_questions_are_answered_as_in_python(client: Client, explorer: Explorer) -> None:
    questions = explorer.questions
    for address, parameters, answer in (
        ("search", {"q": "w1", "n": 3}, questions.search("w1", 3)),
        ("nearest", {"key": "w199"}, questions.nearest("w199")),
        ("analogy", {"positive": ["w8", "w9"], "negative": ["w10"]}, questions.analogy(["w8", "w9"], ["w10"])),
        ("axis", {"positive": "w8", "negative": "w9"}, questions.axis(["w8"], ["w9"])),
        ("axis", {"positive": "w8", "key": ["w9", "w10"]}, questions.axis(["w8"], (), ["w9", "w10"])),
    ):
        assert ask(client, address, **parameters) == json.loads(json.dumps(answer))


@pytest.mark.parametrize("key", HOSTILE)
def test_hostile_keys_are_asked_for_and_come_back_as_they_are(client: Client, key: str) -> None:
    assert ask(client, "search", q=key)["found"][0]["key"] == key
    assert ask(client, "nearest", key=key)["key"]["key"] == key


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("nearest?key=absent", 404, "no vector for 'absent'"),
        ("nearest", 400, "key must be given once"),
        ("nearest?key=w1&key=w2", 400, "key must be given once"),
        ("nearest?key=w1&n=0", 400, "whole number from 1"),
        ("nearest?key=w1&n=1e9", 400, "whole number from 1"),
        ("nearest?key=w1&n=100000", 400, "whole number from 1"),
        ("search?q=" + "a" * 2000, 400, "at most 1,000 characters"),
        ("analogy?negative=w1", 400, "positive"),
        ("axis?" + "&".join(["positive=w1"] * 1001), 400, "1,000 at most"),
        ("compare", 400, "another"),
        ("evaluation", 400, "--analogies"),
        ("film", 400, "--checkpoints"),
        ("subwords?key=w1", 400, "--subwords"),
        ("table/absent", 404, "no table"),
        ("table/../manifest%00", 404, ""),
        ("absent", 404, "nothing is at"),
    ],
)
def test_mistakes_are_said_in_one_line(client: Client, address: str, status: int, says: str) -> None:
    answer = client.get(f"/api/{address}")
    assert answer.status_code == status
    message = answer.json()["error"]
    assert says in message
    assert "\n" not in message


def test_the_page_is_there_with_a_strict_policy_and_no_files_beside_it(client: Client) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'; script-src 'self'" in page.headers["content-security-policy"]
    assert client.get("/main.js").headers["content-type"].startswith("text/javascript")
    for address in ("/../explorer.py", "/%2e%2e/explorer.py", "/absent.js"):
        assert client.get(address).status_code == 404


def test_other_sites_may_not_ask(client: Client) -> None:
    assert client.get("/api/manifest", headers={"Origin": "https://example.org"}).status_code == 403
    assert client.get("/api/manifest", headers={"Host": "example.org"}).status_code == 421


def test_the_servers_own_questions_are_answered_too(client: Client) -> None:
    assert client.get("/nearest", params={"key": "w8"}).status_code == 200


def test_gzip_is_for_files_alone(explorer: Explorer) -> None:
    table = explorer.tables["keys"].zipped()
    assert gzip.GzipFile(fileobj=io.BytesIO(table.content)).read() == explorer.tables["keys"].content
