"""Each address answers what the library does, by GET and by JSON; what is asked wrongly is named in one line."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from serving_fixtures import HOSTILE

from wordmill.errors import WordmillError
from wordmill.foreign import printable_json
from wordmill.serving import Background, create_app
from wordmill.serving.limits import Limits
from wordmill.serving.questions import QUESTIONS
from wordmill.serving.requests import read_json, read_query
from wordmill.vectors import KeyedVectors


def named(found: list[Any]) -> list[Any]:
    return [pytest.approx({"key": one.key, "similarity": one.similarity}, abs=1e-6) for one in found]


def good(response: httpx2.Response, address: str) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    TypeAdapter(QUESTIONS[address].answered).validate_json(response.content, strict=True)
    answer: dict[str, Any] = response.json()
    return answer


def test_nearest(client: httpx2.Client, words: KeyedVectors) -> None:
    expected = {"model": "words", "nearest": [{"key": "w1", "neighbors": named(words.most_similar("w1", topn=3))}]}
    assert good(client.get("/nearest?key=w1&n=3"), "/nearest") == expected
    assert good(client.post("/nearest", json={"key": "w1", "n": 3}), "/nearest") == expected
    several = good(client.get("/nearest?key=w1&key=w2&n=3&first=100"), "/nearest")["nearest"]
    assert [one["key"] for one in several] == ["w1", "w2"]
    assert several[1]["neighbors"] == named(words.most_similar("w2", topn=3, restrict_vocab=100))


def test_nearest_of_sums_and_vectors(client: httpx2.Client, words: KeyedVectors) -> None:
    asked = {"positive": ["w1", "w2"], "negative": ["w3"]}
    expected = [{**asked, "neighbors": named(words.most_similar(**asked, topn=4))}]  # type: ignore[arg-type]
    assert good(client.get("/nearest?positive=w1&positive=w2&negative=w3&n=4"), "/nearest")["nearest"] == expected
    alone = good(client.get("/nearest?negative=w3&n=2"), "/nearest")["nearest"]
    assert alone == [{"positive": [], "negative": ["w3"], "neighbors": named(words.most_similar([], ["w3"], topn=2))}]
    body = {"vector": words["w5"][None].tolist(), "n": 1}
    found = good(client.post("/nearest", json=body), "/nearest")["nearest"][0]["neighbors"]
    assert found == [{"key": "w5", "similarity": pytest.approx(1)}]


def test_vector(client: httpx2.Client, words: KeyedVectors) -> None:
    answer = good(client.get("/vector?key=w1&key=w2"), "/vector")["vectors"]
    assert [one["key"] for one in answer] == ["w1", "w2"]
    assert np.array_equal(np.array([one["vector"] for one in answer], np.float32), words[["w1", "w2"]])  # to the bit
    unit = good(client.get("/vector?key=w1&normalize=true"), "/vector")["vectors"][0]["vector"]
    assert np.linalg.norm(unit) == pytest.approx(1)


def test_similarity_and_analogy(client: httpx2.Client, words: KeyedVectors) -> None:
    pairs = good(client.post("/similarity", json={"a": ["w1", "w2"], "b": ["w3", "w4"]}), "/similarity")
    assert [pair["similarity"] for pair in pairs["similarities"]] == pytest.approx(
        [words.similarity("w1", "w3"), words.similarity("w2", "w4")]
    )
    answer = good(client.get("/analogy?a=w1&b=w2&c=w3&n=4"), "/analogy")["analogies"]
    assert answer == [{"a": "w1", "b": "w2", "c": "w3", "answers": named(words.analogy("w1", "w2", "w3", topn=4))}]


def test_encode(client: httpx2.Client, words: KeyedVectors) -> None:
    texts = ["w1 w2 nothing", "", "w3"]
    by_get = good(client.get("/encode", params={"text": texts, "sif": 0.001}), "/encode")["vectors"]
    assert np.allclose(by_get, words.encode(texts, sif=0.001))
    keys = good(client.post("/encode", json={"keys": [["w1", "w2"], ["w3"]], "normalize": True}), "/encode")["vectors"]
    assert np.allclose(keys, words.encode([["w1", "w2"], ["w3"]], normalize=True))


def test_integer_keys(client: httpx2.Client, items: KeyedVectors) -> None:
    expected = items.most_similar(-3, topn=2)
    for response in (
        client.get("/nearest?model=items&key=-3&n=2"),
        client.post("/nearest", json={"model": "items", "key": [-3], "n": 2}),
    ):
        assert good(response, "/nearest")["nearest"][0]["neighbors"] == named(expected)
    assert client.get("/vector?model=items&key=4611686018427387904").status_code == 200
    assert client.get("/vector?model=items&key=1").status_code == 404
    for absent in ("one", "7.0", "7 ", "1_0", "\u0667", "9" * 19, "9" * 2000):
        response = client.get("/vector", params={"model": "items", "key": absent})
        assert response.status_code == 404
        assert "the 4 keys are integers from -3 to" in response.json()["error"]
    assert client.post("/vector", json={"model": "items", "key": 2**70}).status_code == 404


@pytest.mark.parametrize("key", HOSTILE)
def test_keys_are_text_and_nothing_else(client: httpx2.Client, key: str) -> None:
    response = client.get(f"/vector?key={quote(key)}")
    assert good(response, "/vector")["vectors"][0]["key"] == key
    assert response.headers["content-type"] == "application/json"
    assert printable_json(response.text) == response.text  # nothing in it moves a terminal's cursor
    assert good(client.post("/vector", json={"key": key}), "/vector")["vectors"][0]["key"] == key
    absent = client.get(f"/vector?key={quote(key + key)}")
    assert absent.status_code == 404
    assert printable_json(absent.text) == absent.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nearest", "give one of key, vector, and positive with negative"),
        ("/nearest?key=w1&positive=w2", "give one of"),
        ("/nearest?key=w1&n=0", "n: "),
        ("/nearest?key=w1&n=1&n=2", "n is given more than once"),
        ("/nearest?key=w1&topn=3&topn=4", "topn: no such field, only model, key"),
        ("/nearest?key=w1&topn=3", "topn: no such field, only model, key"),
        ("/nearest?vector=1", "vector: in JSON alone, by POST"),
        ("/nearest?key=%ff", "not UTF-8"),
        ("/nearest?key=w1&model=other", "no model is called 'other': there is words, items"),
        ("/vector?key=W1", "did you mean 'w1'"),
        ("/similarity?a=w1&a=w2&b=w3", "2 of a, 1 of b: give as many of each"),
        ("/analogy?a=w1&b=w2", "c: Field required"),
        ("/encode?text=w1&sif=-1", "sif: "),
        ("/encode?text=w1&sif=nan", "sif: "),
        ("/encode?model=items&text=w1", "cannot be split"),
        ("/nowhere%0a<b>", "nothing is at"),
    ],
)
def test_what_is_asked_wrongly_is_named(client: httpx2.Client, path: str, said: str) -> None:
    response = client.get(path)
    assert response.status_code in (400, 404)
    assert said in response.json()["error"]
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"key": true}', '{"key": "\\ud800"}', "[" * 100_000, '{"n": "5"}', "\ufeff{}"]
)
def test_what_is_no_question_is_named(client: httpx2.Client, body: str) -> None:
    response = client.post("/nearest", content=body.encode(), headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert len(response.json()["error"]) < 1_200


def test_only_json_is_posted(client: httpx2.Client) -> None:
    """A form is what another site's page could send without asking."""
    assert client.post("/nearest", content=b'{"key": "w1"}').status_code == 415
    assert client.post("/nearest", data={"key": "w1"}).status_code == 415
    assert client.post("/nearest?key=w1", json={"key": "w1"}).status_code == 400
    assert client.put("/nearest", json={"key": "w1"}).status_code == 405


@given(st.sampled_from(sorted(QUESTIONS)), st.binary(max_size=80) | st.text(max_size=40).map(str.encode))
@settings(max_examples=150)
def test_any_bytes_are_a_question_or_an_error_of_ours(address: str, data: bytes) -> None:
    with contextlib.suppress(WordmillError):  # whose messages are of one line
        read_query(QUESTIONS[address], data, Limits())
    with contextlib.suppress(WordmillError):
        read_json(QUESTIONS[address], data)


@given(keys=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4), n=st.integers(1, 99))
def test_a_question_is_the_same_in_a_query_and_in_json(keys: list[str], n: int) -> None:
    kind = QUESTIONS["/nearest"]
    query = str(httpx2.QueryParams({"key": keys, "n": n})).encode()
    assert read_query(kind, query, Limits()) == read_json(kind, json.dumps({"key": keys, "n": n}).encode())


def test_many_at_once_get_the_answers_that_each_gets_alone(client: httpx2.Client) -> None:
    """Batches mix questions of all kinds, lengths and errors; the bits stay."""
    paths = [f"/nearest?key=w{number}&n={1 + number % 3}" for number in range(40)]
    paths += [f"/analogy?a=w1&b=w2&c=w{number}" for number in range(3, 20)] + ["/nearest?key=absent"] * 5
    paths += ["/encode?text=w1+w2", "/vector?key=w9", "/similarity?a=w1&b=w2"] * 5
    alone = [client.get(path) for path in paths]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(client.get, paths))
    assert [(one.status_code, one.content) for one in together] == [(one.status_code, one.content) for one in alone]


def test_it_tells_of_itself(client: httpx2.Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
    models = client.get("/models").json()["models"]
    assert [(model["name"], model["keys"], model["kind"]) for model in models] == [
        ("words", 510, "str"),
        ("items", 4, "int"),
    ]


def test_its_description_and_page(client: httpx2.Client) -> None:
    """Every example of the page is a request that is understood, and nothing is loaded from elsewhere."""
    described = client.get("/openapi.json").json()
    assert set(QUESTIONS) < set(described["paths"])
    text = json.dumps(described)
    for reference in {part.split('"')[0] for part in text.split('"$ref": "')[1:]}:
        assert reference.rpartition("/")[2] in described["components"]["schemas"]
    assert client.get("/", follow_redirects=True).url.path == "/docs"
    page = client.get("/docs")
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text
    assert client.get("/docs/style.css").headers["content-type"].startswith("text/css")
    examples = [unescape(part.split('"')[0]) for part in page.text.split('<a href="')[1:]]
    assert {example.partition("?")[0] for example in examples} >= set(QUESTIONS)
    assert [client.get(example).status_code for example in examples] == [200] * len(examples)


def test_keys_in_the_page_are_text() -> None:
    """Keys that would be markup, parts of an address or places of a template are none of it."""
    keys = ['"><script>', "&amp;a=b#c", "{0}{x}%"]
    with Background(create_app({"hostile": KeyedVectors(keys, np.eye(3, dtype=np.float32))})) as server:
        page = httpx2.get(f"{server.address}/docs").text
        assert "<script" not in page
        example = unescape(page.split('href="/analogy')[1].split('"')[0])
        answer = httpx2.get(f"{server.address}/analogy{example}").json()["analogies"][0]
    assert [answer[name] for name in "abc"] == keys
