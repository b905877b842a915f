"""Other sites' pages, too large requests and slow ones are turned away; every answer tells browsers what it may do."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from wordmill.errors import ParameterError
from wordmill.serving import Background, Hosts, Limits, create_app, endpoint, running
from wordmill.vectors import KeyedVectors

NEAREST = "/nearest?key=w1&n=1"


def error_of(response: httpx2.Response) -> str:
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert list(answer) == ["error"]
    assert "\n" not in answer["error"]
    return str(answer["error"])


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1", "", "[::2]", "a b"]
)
def test_a_name_that_was_made_to_point_here_is_refused(client: httpx2.Client, host: str) -> None:
    response = client.get(NEAREST, headers={"Host": host})
    assert response.status_code == 421
    assert "not called" in error_of(response)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "127.0.0.2", "[::1]:80", "localhost."])
def test_names_of_this_machine_are_good(client: httpx2.Client, host: str) -> None:
    assert client.get(NEAREST, headers={"Host": host}).status_code == 200


def test_names_elsewhere() -> None:
    hosts = Hosts("0.0.0.0", names=("Vectors.example",))  # noqa: S104 (where all may ask)
    assert all(map(hosts.allow, ["10.0.0.1:8000", "[2001:db8::1]", "vectors.example", "localhost"]))
    assert not any(map(hosts.allow, ["evil.example", "example", "10.0.0.1.evil.example", "999.1.1.1"]))


@given(st.text(max_size=30))
@settings(max_examples=200)
def test_no_other_name_is_taken_for_the_loopback(name: str) -> None:
    allowed = Hosts().allow(name)
    assert not allowed or name.lower().startswith(("localhost", "127.", "[::"))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_pages_of_other_sites_may_not_ask(client: httpx2.Client, headers: dict[str, str], method: str) -> None:
    response = client.request(method, NEAREST, headers=headers)
    assert response.status_code == 403
    assert "other sites" in error_of(response)
    assert "access-control-allow-origin" not in response.headers


def test_its_own_pages_and_links_to_it_may(client: httpx2.Client) -> None:
    own = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert client.post("/nearest", json={"key": "w1"}, headers=own).status_code == 200
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get(NEAREST, headers=link).status_code == 200
    assert client.post("/nearest", json={"key": "w1"}, headers=link).status_code == 403


@pytest.mark.parametrize("path", [NEAREST, "/nearest?key=absent", "/nowhere", "/models", "/health"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("origin", [{}, {"Origin": "http://evil.example"}])
def test_headers_are_on_every_answer(client: httpx2.Client, path: str, method: str, origin: dict[str, str]) -> None:
    headers = client.request(method, path, headers=origin).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


def pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // 1024):
        yield b" " * 1024


@pytest.fixture(scope="module")
def strict(words: KeyedVectors) -> Iterator[httpx2.Client]:
    """A server with tight limits, and two routes of a caller: one takes its time, one fails."""
    limits = Limits(body=10_000, keys=3, n=5, results=20, seconds=0.3, requests=2)

    def fail(request: Request) -> Response:
        raise ZeroDivisionError

    def slow(query: object) -> str:
        GO_ON.wait(10)
        return "late"

    def wrong(query: object) -> None:
        raise ParameterError("a\nb")

    def page(request: Request) -> Response:
        return PlainTextResponse("a page", headers={"Cache-Control": "max-age=60"})

    routes = [
        Mount("/api", routes=[Route("/slow", endpoint(slow)), Route("/wrong", endpoint(wrong)), Route("/fail", fail)]),
        Route("/", page),
    ]
    with (
        Background(create_app({"words": words}, limits=limits, routes=routes)) as server,
        httpx2.Client(base_url=server.address, timeout=60) as client,
    ):
        yield client


GO_ON = threading.Event()


@pytest.mark.parametrize("size", [10_001, 100_000, 1_000_000])
@pytest.mark.parametrize("told", [True, False])
def test_a_large_body_is_refused(strict: httpx2.Client, size: int, told: bool) -> None:
    body = b" " * size if told else pieces(size + 1024)
    response = strict.post("/nearest", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert "10,000 bytes" in error_of(response)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("key=w1&key=w2&key=w3&key=w4&n=1", "4 questions in a request: 3 at most"),
        ("positive=w1&positive=w2&negative=w3&negative=w4", "4 questions in a request: 3 at most"),
        ("key=w1&n=6", "n=6: 5 at most"),
        ("key=w1&n=" + "9" * 5000, "n: "),
        ("&".join(["key=w1"] * 1000), "too many fields"),
    ],
)
def test_too_much_in_a_request_is_refused(strict: httpx2.Client, query: str, said: str) -> None:
    response = strict.get(f"/nearest?{query}")
    assert response.status_code == 400
    assert said in error_of(response)


def test_an_answer_of_too_many_numbers_is_refused(strict: httpx2.Client) -> None:
    response = strict.get("/nearest?key=w1&key=w2&key=w3&n=5")
    assert response.status_code == 200
    response = strict.post("/vector", json={"key": ["w1", "w2", "w3"]})
    assert response.status_code == 400
    assert "an answer of 24 items: 20 at most" in error_of(response)


def test_what_takes_too_long_is_given_up_and_others_wait_no_longer(strict: httpx2.Client) -> None:
    GO_ON.clear()
    response = strict.get("/api/slow")
    GO_ON.set()
    assert response.status_code == 503
    assert "0.3 seconds" in error_of(response)


def test_routes_of_a_caller_are_behind_the_same_checks(strict: httpx2.Client) -> None:
    page = strict.get("/")
    assert (page.text, page.headers["cache-control"]) == ("a page", "max-age=60")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert strict.get("/", headers={"Host": "evil.example"}).status_code == 421
    wrong = strict.get("/api/wrong")
    assert (wrong.status_code, error_of(wrong)) == (400, r"a\nb")


def test_an_error_of_the_program_is_one_line_too(strict: httpx2.Client, caplog: pytest.LogCaptureFixture) -> None:
    response = strict.get("/api/fail")
    assert response.status_code == 500
    assert "ZeroDivisionError" in error_of(response)
    assert response.headers["x-content-type-options"] == "nosniff"
    while "ZeroDivisionError" not in caplog.text:  # with its traceback, when the answer is sent
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("name", "value"), [("body", 0), ("keys", -1), ("n", 1.5), ("seconds", "1"), ("requests", True)]
)
def test_limits_are_checked(name: str, value: object) -> None:
    with pytest.raises(ParameterError, match=f"limits: {name} must be a positive"):
        Limits(**{name: value})  # type: ignore[arg-type]


@given(
    st.binary(min_size=1, max_size=200)
    | st.sampled_from([b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n"])
)
@settings(max_examples=30)
def test_what_is_no_http_ends_nothing(client: httpx2.Client, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0)) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert not connection.recv(1_000).startswith(b"HTTP/1.1 200")
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("slow", "later"), [(b"", False), (b"G", False), (b"G", True), (b"GET /health HTTP/1.1\r\nHost: a\r\n", True)]
)
def test_headers_that_never_end_are_given_up(
    words: KeyedVectors, monkeypatch: pytest.MonkeyPatch, slow: bytes, later: bool
) -> None:
    monkeypatch.setattr(running, "_HEADERS", 0.2)
    whole = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with Background(create_app({"words": words})) as server:
        port = int(server.address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            if later:
                connection.sendall(whole)
                answer = connection.recv(10_000)
                while not answer.endswith(b"}"):
                    answer += connection.recv(10_000)
            connection.sendall(slow)
            assert connection.recv(1_000) == b""


def test_a_connection_is_as_good_after_the_time_for_headers(
    words: KeyedVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_HEADERS", 0.5)

    def slow(query: object) -> str:
        time.sleep(0.8)
        return "late"

    with (
        Background(create_app({"words": words}, routes=[Route("/slow", endpoint(slow))])) as server,
        httpx2.Client(base_url=server.address, timeout=60) as client,
    ):
        assert client.get("/slow").json() == "late"
        assert client.get("/health").status_code == 200


def test_a_body_that_never_ends_is_given_up(strict: httpx2.Client) -> None:
    head = b"POST /nearest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
    with socket.create_connection(("127.0.0.1", strict.base_url.port or 0)) as connection:
        connection.sendall(head)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 503")
