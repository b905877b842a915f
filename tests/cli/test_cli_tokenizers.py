"""`--tokenizer MODULE:FUNCTION` and `--delimiter`: what a corpus is cut by, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_calls import Cli

FUNCTIONS = """
def halves(text):
    for word in text.split():
        yield word[:2]

def fails(text):
    raise RuntimeError("no idea")

class Cutter:
    def __call__(self, text):
        return text.split()

cutter = Cutter()
NUMBER = 3
"""
SMALL = "--vector-size", "4", "--epochs", "1", "--sample", "0", "--min-count", "1", "--quiet"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a module of the user's."""
    (tmp_path / "cut_by_halves.py").write_text(FUNCTIONS, encoding="utf-8")
    (tmp_path / "broken_module.py").write_text("import nowhere_to_be_found\n", encoding="utf-8")
    (tmp_path / "wrong_module.py").write_text("1 / 0\n", encoding="utf-8")
    (tmp_path / "corpus.txt").write_text("king queen kind\n" * 9, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))  # and off again, which the command leaves on
    return tmp_path


@pytest.mark.usefixtures("here")
def test_functions_of_the_user(cli: Cli) -> None:
    assert cli("train", "corpus.txt", "-o", "m", "--tokenizer", "cut_by_halves:halves", *SMALL).code == 0
    assert json.loads(cli("info", "m", "--json").out)["most_frequent"] == ["ki", "qu"]
    again = cli("train", "corpus.txt", "-o", "m", "--tokenizer", "cut_by_halves:halves", *SMALL, "--resume")
    assert (again.code, again.err) == (0, "m is trained already: nothing to go on with\n")
    assert cli("encode", "corpus.txt", "-o", "c", "--tokenizer", "cut_by_halves:cutter", "--min-count", "1").code == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cut_by_halves:thirds", "cut_by_halves has no thirds"),
        ("cut_by_halves:NUMBER", "is of type int, and a function from a text to its words is needed"),
        ("cut_by_halves", "write whitespace, words or MODULE:FUNCTION"),
        ("cut_by_halves:", "write whitespace, words or MODULE:FUNCTION"),
        ("no_module_of_mine:f", "there is no module 'no_module_of_mine': write it as no_module_of_mine.py in this"),
        ("broken_module:f", "broken_module needs the module 'nowhere_to_be_found': install it"),
        ("wrong_module:f", "wrong_module cannot be imported: ZeroDivisionError"),
        ("cut_by_halves:fails", "cut_by_halves:fails fails at the text 'king queen kind': RuntimeError: no idea"),
        ("builtins:len", "builtins:len fails at the text|tokenizer's result 0 is of type int"),
    ],
)
@pytest.mark.usefixtures("here")
def test_functions_that_are_none(cli: Cli, name: str, message: str) -> None:
    outcome = cli("train", "corpus.txt", "-o", "m", "--tokenizer", name, *SMALL)
    assert outcome.code == 1
    assert any(part in outcome.err for part in message.split("|"))
    assert len(outcome.err.splitlines()) == 1


def test_baskets_in_a_csv_file(cli: Cli, here: Path) -> None:
    (here / "shop.csv").write_text('whole milk,"rolls, fresh"\nrolls,whole milk\n' * 9, encoding="utf-8")
    assert cli("train", "shop.csv", "-o", "m", "--delimiter", ",", *SMALL).code == 0
    facts = json.loads(cli("info", "m", "--json").out)
    assert facts["most_frequent"] == ["whole milk", "rolls", "rolls, fresh"]
    assert facts["params"]["delimiter"] == ","
    assert cli("nearest", "m", "whole milk", "--topn", "1").code == 0
    bad = cli("train", "shop.csv", "-o", "m", "--delimiter", "ab", *SMALL)
    assert (bad.code, "one character that is no letter" in bad.err) == (1, True)
