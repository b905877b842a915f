"""The prompt: completion, history, its own words, and the signs that end it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from wordmill import KeyedVectors
from wordmill.cli import prompt
from wordmill.cli.prompt import prompted, session_of
from wordmill.vectors.keys import IntegerKeys, TextKeys

KEYS = ["king", "queen", "kind", "\x1bx", "new york", "help", "Kiel"]


@pytest.fixture
def keyboard() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe:
        yield pipe


@pytest.fixture
def vectors() -> KeyedVectors:
    return KeyedVectors(KEYS, np.eye(len(KEYS), dtype=np.float32))


def session(vectors: KeyedVectors, keyboard: PipeInput) -> Any:
    return session_of(vectors, input=keyboard, output=DummyOutput())


def test_lines_are_edited_and_brought_back(vectors: KeyedVectors, keyboard: PipeInput) -> None:
    asked = session(vectors, keyboard)
    keyboard.send_text("kin\x02\x02\x02a\r")  # three times back
    assert asked.prompt() == "akin"
    keyboard.send_text("queen\r")
    assert asked.prompt() == "queen"
    keyboard.send_text("\x1b[A\x1b[A\r")  # up, up
    assert asked.prompt() == "akin"


def test_ctrl_c_drops_the_line_and_then_leaves(vectors: KeyedVectors, keyboard: PipeInput) -> None:
    asked = session(vectors, keyboard)
    keyboard.send_text("kin\x03queen\r")
    assert asked.prompt() == "queen"
    keyboard.send_text("\x03")
    with pytest.raises(KeyboardInterrupt):
        asked.prompt()
    keyboard.send_text("\x04")
    with pytest.raises(EOFError):
        asked.prompt()


def completions(vectors: KeyedVectors, keyboard: PipeInput, text: str) -> list[str]:
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    completer = session(vectors, keyboard).completer
    return [found.text for found in completer.get_completions(Document(text, len(text)), CompleteEvent())]


def test_keys_are_completed(vectors: KeyedVectors, keyboard: PipeInput) -> None:
    assert completions(vectors, keyboard, "queen ki") == ["king", "kind"]
    assert completions(vectors, keyboard, "K") == ["Kiel"]
    assert completions(vectors, keyboard, "new") == []  # white space would end it
    assert completions(vectors, keyboard, "queen ") == []
    integers = KeyedVectors(np.array([71, -7, 7, 8, 700]), np.eye(5, dtype=np.float32))
    assert completions(integers, keyboard, "7") == ["71", "7", "700"]
    assert completions(integers, keyboard, "-") == []
    assert completions(integers, keyboard, "-7") == ["-7"]


@settings(max_examples=50)
@given(st.lists(st.text("ab\U0010ffff", max_size=4), unique=True, min_size=1), st.text("ab", max_size=2), st.booleans())
def test_text_keys_that_begin_so(keys: list[str], begun: str, packed: bool) -> None:
    table = TextKeys(TextKeys(keys).packed) if packed else TextKeys(keys)
    expected = [row for row, key in enumerate(keys) if key.startswith(begun)][:3]
    assert table.beginning_with(begun, 3).tolist() == expected


@settings(max_examples=50)
@given(
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-200, 200), unique=True, min_size=1),
    st.integers(-(2**63), 2**63 - 1) | st.integers(-20, 20),
)
def test_integer_keys_that_begin_so(keys: list[int], begun: int) -> None:
    expected = [row for row, key in enumerate(keys) if str(key).startswith(str(begun))]
    assert IntegerKeys(np.array(keys)).beginning_with(str(begun), 1000).tolist() == expected


def test_words_of_the_prompt(
    vectors: KeyedVectors, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = iter(["king", "help", "'help'", '"quit"', "?", "queen", "quit", "never"])
    monkeypatch.setattr(prompt, "_reader", lambda vectors: lambda: next(lines))
    assert list(prompted(vectors, "a word")) == ["king", "help", "quit", "queen"]
    err = capsys.readouterr().err
    assert err.count("Tab completes a key") == 2
    assert err.startswith("a word; help explains")


def test_a_pipe_is_no_prompt(model: Path) -> None:
    """`help` and `quit` are words like others there."""
    command = [sys.executable, "-m", "wordmill", "nearest", str(model), "-n", "1"]
    done = subprocess.run(command, input="help\ncat\n\nquit\none\n", capture_output=True, text=True, check=False)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["cat", "one"]
    assert done.stderr.count("no vector for") == 2
    assert "> " not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_on_a_terminal(model: Path) -> None:
    import pty

    primary, secondary = pty.openpty()
    command = [sys.executable, "-m", "wordmill", "nearest", str(model), "-n", "1"]
    environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    with subprocess.Popen(
        command, stdin=secondary, stdout=subprocess.PIPE, stderr=secondary, env=environment
    ) as process:
        os.close(secondary)
        os.write(primary, b"one\rnone\rquit\r")
        written = b""
        while True:
            try:
                part = os.read(primary, 1 << 16)
            except OSError:  # the other end is closed
                break
            written += part
        assert process.stdout is not None
        out = process.stdout.read()
        assert process.wait() == 0, written
    os.close(primary)
    assert out.startswith(b"one\t")
    assert b"no vector for 'none'" in written
