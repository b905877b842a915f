"""`wordmill phrases`, and --phrases of train and encode."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_calls import Cli

import wordmill as wm
from wordmill.corpus import Phrases
from wordmill.vectors import KeyedVectors

FAST = ["--vector-size", "8", "--epochs", "2", "--workers", "1", "-q", "--sample", "0"]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text in which new york and bank of america stand out."""
    random = np.random.default_rng(5)
    phrases = ["new york", "bank of america", "of", "york"]
    lines = [
        " ".join([*(f"w{word}" for word in random.integers(0, 90, 12)), phrases[number % 4]]) for number in range(400)
    ]
    (tmp_path / "text.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "text.txt"


def test_shows_what_the_library_finds(cli: Cli, text: Path) -> None:
    found = wm.find_phrases(text, connectors=["of"], passes=2, choose="best", delimiter="~")
    assert "bank~of~america" in found.keys
    options = ("--connectors", "of", "--passes", "2", "--choose", "best", "--joined-by", "~")
    outcome = cli("phrases", text, *options)
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    assert [(phrase, int(count)) for phrase, _, count in rows] == [*zip(found.keys, found.counts, strict=True)]
    shown = json.loads(cli("phrases", text, *options, "--json").out)
    assert [entry["score"] for entry in shown] == found.scores.tolist()
    assert cli("phrases", text, "--top", "3").out.count("\n") == 3
    assert cli("phrases", text, "--top", "0.5", "--scoring", "npmi").code == 0


def test_saved_phrases_train_and_encode(cli: Cli, text: Path, tmp_path: Path) -> None:
    outcome = cli("phrases", text, "-o", tmp_path / "my.phrases")
    assert (outcome.out, outcome.err) == ("", f"3 phrases saved in {tmp_path / 'my.phrases'}\n")
    assert Phrases.load(tmp_path / "my.phrases").keys == wm.find_phrases(text).keys
    for phrases in (tmp_path / "my.phrases", "1"):
        assert cli("train", text, "-o", tmp_path / "m", "--phrases", phrases, *FAST, "--validation", text).code == 0
        vectors = KeyedVectors.load(tmp_path / "m")
        assert "new_york" in vectors
        assert "new" not in vectors
        assert wm.Word2Vec.load(tmp_path / "m").history[-1]["validation_loss"] > 0
        assert cli("encode", text, "-o", tmp_path / "c", "--phrases", phrases).code == 0
        assert wm.EncodedCorpus.load(tmp_path / "c").vocab == wm.read_corpus(text, phrases=1).vocab
        assert cli("train", tmp_path / "c", "-o", tmp_path / "same", *FAST).code == 0
        assert (KeyedVectors.load(tmp_path / "same").vectors == vectors.vectors).all()


def test_a_held_out_corpus_has_the_same_phrases(cli: Cli, text: Path, tmp_path: Path) -> None:
    """Alone it would have none: new_york occurs once in it."""
    (tmp_path / "held.txt").write_text("new york\n" * 2, encoding="utf-8")
    outcome = cli("train", text, "-o", tmp_path / "m", "--phrases", "1", *FAST, "--validation", tmp_path / "held.txt")
    assert outcome.code == 1
    assert "no held-out token has a context" in outcome.err  # one word a line, which without phrases would be two


def test_a_model_answers_to_the_text_of_a_phrase(cli: Cli, text: Path, tmp_path: Path) -> None:
    assert cli("train", text, "-o", tmp_path / "m", "--phrases", "1", *FAST).code == 0
    alone = cli("nearest", tmp_path / "m", "new_york", "--json")
    neighbors = json.loads(alone.out)["neighbors"]
    assert len(neighbors) == 10
    assert json.loads(cli("nearest", tmp_path / "m", "new york", "--json").out)["neighbors"] == neighbors
    piped = cli("nearest", tmp_path / "m", "--json", stdin="new york\nw1 new york w2\n")
    assert [json.loads(line)["key"] for line in piped.out.splitlines()] == ["new_york", "w1", "new_york", "w2"]
    assert piped.out.splitlines()[0] == alone.out.strip()
    facts = json.loads(cli("info", tmp_path / "m", "--json").out)
    assert (facts["phrases_joined"], facts["params"]["phrases"]) == (3, 1)
    shown = cli("info", tmp_path / "m").out
    assert "phrases_joined   3\n" in shown
    assert "phrases          1\n" in shown


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (
            "phrases TEXT --threshold 0",
            "--threshold 0.0 is not allowed: for --scoring default it must be a number above 0",
        ),
        ("phrases TEXT --threshold 1 --top 2", "choose phrases in two ways"),
        ("phrases TEXT --top 1.5", "--top 1.5 is not allowed"),
        ("phrases TEXT --min-count 0", "--min-count 0 is not allowed"),
        ("phrases TEXT --scoring pmi", "--scoring pmi is not allowed"),
        ("phrases TEXT -o TEXT", "is a source of this command"),
        ("phrases nothing.txt", "nothing.txt"),
        ("word2phrase TEXT", "there is no command word2phrase: write wordmill phrases CORPUS"),
        ("train TEXT -o m --phrases nothing", "there is no file nothing"),
        ("train TEXT -o m --phrases TEXT", "holds no saved phrases"),
        ("train TEXT -o m --phrases -1", "--phrases -1 is not allowed"),
        ("encode TEXT -o TEXT --phrases 2", "is a source of this command"),
    ],
)
def test_mistakes_are_one_line(cli: Cli, text: Path, command: str, message: str) -> None:
    before = text.read_bytes()
    outcome = cli(*(str(text) if word == "TEXT" else word for word in command.split()))
    assert outcome.code in (1, 2)
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert text.read_bytes() == before
