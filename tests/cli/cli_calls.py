"""A small corpus, a model of it, and a way to call the command line."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wordmill.cli.app import app


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Cli = Callable[..., Outcome]


def call(*arguments: object, stdin: str | bytes = "") -> Outcome:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def cli() -> Cli:
    return call


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sentences about animals and about numbers: 400 lines, 12 words."""
    draw = random.Random(1)
    topics = [["cat", "dog", "horse", "cow", "sheep", "goat"], ["one", "two", "three", "four", "five", "six"]]
    lines = [" ".join(draw.choices(topics[i % 2], k=8)) for i in range(400)]
    path = tmp_path_factory.mktemp("corpus") / "corpus.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def model(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "model"
    settings = ["--vector-size", "16", "--epochs", "15", "--sample", "0", "--workers", "1", "--alpha", "0.1", "--quiet"]
    outcome = call("train", corpus, "-o", path, *settings)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    return path
