"""Keys, paths and files that try to steer the terminal, in every command, on a terminal and off it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from cli_calls import Cli

from wordmill import KeyedVectors

WORDMILL = [sys.executable, "-m", "wordmill"]
KEYS = [
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[31mred",
    "\x9b31m",
    "a\tb",
    "a\nb",
    "\u202eevil",
    ":heart:",
    "[/y]",
    "[bold]b[/bold]",
    "k" * 500 + "1",
    "k" * 500 + "2",
    "$x^2$",
    "_hidden",
]
QUERIES = ["nearest", "similarity", "analogy"]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Make a model of such keys, with such a name."""
    path = tmp_path / "m[/y]\x1b[31m:heart:\n"
    vectors = np.random.default_rng(1).normal(size=(len(KEYS), 4)).astype(np.float32)
    KeyedVectors(KEYS, vectors, counts=np.arange(len(KEYS), 0, -1)).save(path, format="directory")
    return path


def no_escapes(text: str) -> bool:
    return not any(unicodedata.category(letter) == "Cc" or letter in "\u202e" for letter in text.replace("\n", ""))


def files(folder: Path) -> dict[str, Path]:
    """Write an evaluation file of each kind, with headings and words that are hostile."""
    texts = {
        "analogies": ": \x1b[31mred\n\x1b[1ma b c d\n[/y] _hidden $x^2$ :heart:\n",
        "pairs": "[/y] :heart: 3\n\x1b[2J x 4\n_hidden $x^2$ 1\n",
        "categories": "[/y] \x1b[31mone\n:heart: \x1b[31mone\n_hidden two\n$x^2$ two\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.txt" for name in texts}


@pytest.mark.parametrize("command", QUERIES)
def test_queries(cli: Cli, hostile: Path, command: str) -> None:
    size = {"nearest": 1, "similarity": 2, "analogy": 3}[command]
    words = [key for key in KEYS for _ in range(size)] + ["\x1b[31mmissing"] * size
    outcome = cli(command, hostile, "--", *words)
    assert no_escapes(outcome.out.replace("\t", ""))
    assert no_escapes(outcome.err)
    assert "\\x1b[31mmissing" in outcome.err
    assert {len(line.split("\t")) for line in outcome.out.splitlines()} == {3}
    found = [json.loads(line) for line in cli(command, hostile, "--json", "--", *words).out.splitlines()]
    assert {entry.get("key", entry.get("a")) for entry in found} == set(KEYS)


def test_everything_else(cli: Cli, hostile: Path, tmp_path: Path) -> None:
    sets = [part for kind, file in files(tmp_path).items() for part in (f"--{kind}", file)]
    corpus = tmp_path / "c\x1b[2J.txt"
    corpus.write_text("\x1b[31ma b \u202ec\n" * 50, encoding="utf-8")
    calls: list[list[object]] = [
        ["info", hostile],
        ["info", hostile, "--json"],
        ["info", tmp_path / "no\x1b[31m"],
        ["evaluate", hostile, *sets],
        ["evaluate", hostile, hostile, *sets, "--plot", tmp_path / "\x1b[31m.png"],
        ["map", hostile, "-o", tmp_path / "m\x1b[31m.png", "--method", "pca"],
        ["export", hostile, tmp_path / "\x1b[31m.npz"],
        ["export", hostile, tmp_path / "a.bin"],
        ["export", hostile, tmp_path / "\x1b[31m.nothing"],
        ["encode", corpus, "-o", tmp_path / "\x1b[31m.corpus"],
        ["train", corpus, "-o", tmp_path / "\x1b[31m", "--epochs", "1", "--sample", "0", "--vector-size", "2"],
        ["train", tmp_path / "\x1b[31mnone", "-o", tmp_path / "m"],
        ["train", corpus, "--dry-run", "--min-count", "1"],
        ["train", corpus, "-o", tmp_path / "n", "--tokenizer", "\x1b[31m"],
    ]
    for call in calls:
        outcome = cli(*call)
        assert no_escapes(outcome.out.replace("\t", "")), call
        assert no_escapes(outcome.err), call
        assert max(map(len, outcome.err.splitlines()), default=0) < 1500, call


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("arguments", [["nearest", "$x^2$", "[/y]"], ["similarity", KEYS[-4], KEYS[-3]], ["info"]])
def test_on_a_terminal(hostile: Path, arguments: list[str]) -> None:
    import pty

    primary, secondary = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60"}
    command = [*WORDMILL, arguments[0], str(hostile), *arguments[1:]]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=secondary, stderr=secondary, env=environment
    ) as run:
        os.close(secondary)
        written = read_all(primary)
        assert run.wait() == 0, written
    os.close(primary)
    assert "\x1b]0;" not in written
    assert "\x07" not in written
    assert "\x1b[2J" not in written
    assert "\x9b" not in written
    assert "\u202e" not in written
    assert "❤" not in written
    assert "…" not in written
    shown = "".join(written.split())
    if arguments[0] == "nearest":
        assert ":heart:" in shown
        assert "[bold]b[/bold]" in shown
        assert shown.count("k1") >= 2  # folded, not cut: the two long keys differ in their last letter
        assert shown.count("k2") >= 2


def read_all(terminal: int) -> str:
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # the other end is closed
            return b"".join(parts).decode()
        if not part:
            return b"".join(parts).decode()
        parts.append(part)
