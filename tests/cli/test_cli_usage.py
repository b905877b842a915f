"""Command lines that are wrong: one line each in wordmill's words, 2 for usage, 1 for a value that is not allowed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_calls import Cli

from wordmill.cli import console
from wordmill.cli.app import app

FOREIGN = re.compile(r"[╭│╰]|Usage:|Error|Invalid|No such|Got unexpected|Missing|Traceback|valid|Try ")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("train c -o m --vectorsize 5", "there is no option --vectorsize: did you mean --vector-size?"),
        ("train c -o m --vector_size 5", "there is no option --vector_size: did you mean --vector-size?"),
        ("train c -o m --mincount 5", "there is no option --mincount: here it is --min-count"),
        ("train c -o m -vector-size 5", "there is no option -vector-size: did you mean --vector-size?"),
        ("train c -output m", "there is no option -output: did you mean --output?"),
        ("train c -o m -size 100", "there is no option -size: here it is --vector-size"),
        ("encode c -o m --lower", "there is no option --lower: here it is --lowercase"),
        ("train c -o m --quiet=yes", "--quiet takes no value"),
        ("train c -o", "-o takes a value"),
        ("train c", "--output is missing: say where the model goes, -o model/"),
        ("train", "CORPUS is missing: text files"),
        ("export m", "OUTPUT is missing: the file or model directory to write"),
        ("info a b", "too many arguments: wordmill info takes MODEL"),
        ("nearest m --top 3", "there is no option --top: did you mean --topn?"),
        ("nearst m", "there is no command 'nearst': did you mean nearest?"),
        ("skipgram -input c", "there is no command skipgram: write wordmill train CORPUS -o MODEL"),
        ("\x1b[31m", "there is no command '\\x1b[31m': there are train, "),
        ("--verbos", "there is no option --verbos: did you mean --version?"),
    ],
)
def test_usage(cli: Cli, line: str, message: str) -> None:
    outcome = cli(*line.split(" "))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"wordmill: {message}")
    assert outcome.err.count("\n") == 1
    assert not FOREIGN.search(outcome.err)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("train c -o m --vector-size abc", "--vector-size abc is not allowed: it must be an integer from 1 to 65,536"),
        ("train c -o m --vector-size 0", "--vector-size 0 is not allowed: it must be an integer from 1 to 65,536"),
        ("train c -o m --alpha x", "--alpha x is not allowed: it must be a number above 0 to 10, or left out"),
        ("train c -o m --architecture glove", "--architecture glove is not allowed: it must be 'skipgram' or 'cbow'"),
        ("train c -o m --checkpoint-every often", "--checkpoint-every often is not allowed: write 90s"),
        ("nearest m -n 0", "--topn 0 is not allowed: it must be an integer from 1"),
        ("nearest m -n two\x1b[2J", "--topn 'two\\x1b[2J' is not allowed: it must be an integer"),
        ("export m a --limit x", "--limit x is not allowed: it must be an integer from 1"),
        ("map m -o a.png --method foo", "--method foo is not allowed: it must be 'pca' or 'tsne' or 'umap'"),
        ("map m -o a.png --seed -1", "--seed -1 is not allowed: it must be an integer from 0 to 4,294,967,295"),
    ],
)
def test_a_value_is_refused_in_one_style_whoever_looks_at_it(cli: Cli, line: str, message: str) -> None:
    outcome = cli(*line.split(" "))
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith(f"wordmill: {message}")
    assert outcome.err.count("\n") == 1
    assert not FOREIGN.search(outcome.err)


def test_no_arguments_show_the_help(cli: Cli) -> None:
    outcome = cli()
    assert outcome.code == 2
    assert "nearest" in outcome.out


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "wordmill", "nearst"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "did you mean nearest?" in done.stderr


def test_hints_for_other_tools_commands_name_commands() -> None:
    from typer.main import get_command

    from wordmill.other_names import COMMANDS

    known: list[str] = list(get_command(app).commands)  # type: ignore[attr-defined]
    assert {line.split()[0] for line in COMMANDS.values()} <= {*known, "--help", "--version"}


def test_only_the_console_writes() -> None:
    """So that foreign text has one road to the terminal."""
    for path in Path(console.__file__).parent.glob("*.py"):
        if path.name != "console.py":
            found = re.findall(
                r"typer\.s?echo\(.*|\bprint\(.*|std(?:out|err)\.write.*", path.read_text(encoding="utf-8")
            )
            assert [line for line in found if "get_help" not in line] == [], path.name
