"""A server of made vectors on a free port, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import numpy as np
import pytest

from wordmill.serving import Background, create_app
from wordmill.vectors import KeyedVectors

#: Keys that a page, a terminal or a program might take for something else.
HOSTILE = [
    "<script>alert(1)</script>",
    "\u202eevil",
    "\x1b[31m",
    "\0",
    "\U0001f600",
    "new york",
    "אב",
    "a&b=c",
    "%41",
    "é",
]


@pytest.fixture(scope="session")
def words() -> KeyedVectors:
    draw = np.random.default_rng(1)
    keys = [*(f"w{number}" for number in range(500)), *HOSTILE]
    return KeyedVectors(keys, draw.normal(size=(len(keys), 8)).astype(np.float32), counts=np.arange(len(keys), 0, -1))


@pytest.fixture(scope="session")
def items() -> KeyedVectors:
    draw = np.random.default_rng(2)
    return KeyedVectors(np.array([7, -3, 2**62, 0]), draw.normal(size=(4, 5)))


@pytest.fixture(scope="session")
def client(words: KeyedVectors, items: KeyedVectors) -> Iterator[httpx2.Client]:
    with (
        Background(create_app({"words": words, "items": items})) as server,
        httpx2.Client(base_url=server.address, timeout=60) as client,
    ):
        yield client
