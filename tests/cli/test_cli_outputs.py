"""Outputs: known to be good before the work, and never a source of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from cli_calls import Cli, Outcome

from wordmill import KeyedVectors


@pytest.fixture
def place(corpus: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a corpus under several names, a model, vectors and a set of pairs."""
    shutil.copy(corpus, tmp_path / "c.txt")
    shutil.copytree(model, tmp_path / "model")
    KeyedVectors.load(model).save(tmp_path / "v.txt")
    KeyedVectors.load(model).save(tmp_path / "t.tsv")
    (tmp_path / "pairs.svg").write_text("cat\tdog\t9\none\tdog\t1\ntwo\tthree\t8\n", encoding="utf-8")
    (tmp_path / "soft.txt").symlink_to("c.txt")
    os.link(tmp_path / "c.txt", tmp_path / "hard.txt")
    os.link(tmp_path / "c.txt", tmp_path / "hard.svg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def refused(outcome: Outcome, reason: str) -> bool:
    return (outcome.code, outcome.err.count("\n")) == (1, 1) and reason in outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        "encode c.txt -o c.txt",
        "encode c.txt -o soft.txt",
        "encode soft.txt -o hard.txt",
        "encode *.txt -o ../NAME/c.txt",
        "train c.txt -o m --log c.txt",
        "train soft.txt -o m --log hard.txt",
        "train v.txt -o m --validation c.txt --log soft.txt",
        "train c.txt -o m --init-from v.txt --log v.txt",
        "train c.txt -o m --freeze v.txt --log v.txt",
        "train c.txt -o m --plot hard.svg",
        "train c.txt -o model --init-from model",
        "export model model --dtype float16",
        "export v.txt v.txt --format glove",
        "convert t.tsv t_metadata.tsv",
        "map model --words pairs.svg -o pairs.svg --method pca",
        "evaluate model --pairs pairs.svg --plot pairs.svg",
    ],
)
def test_an_output_is_no_source(cli: Cli, place: Path, arguments: str) -> None:
    before = contents(place)
    assert refused(cli(*arguments.replace("NAME", place.name).split()), " a source of this command")
    assert contents(place) == before


def test_an_output_is_not_what_standard_input_reads(cli: Cli, place: Path) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-c", "from wordmill.cli import main; main()", "encode", "-", "-o", "c.txt"]
    with (place / "c.txt").open("rb") as corpus:
        done = subprocess.run(command, stdin=corpus, capture_output=True, text=True, check=False)
    assert refused(Outcome(done.returncode, done.stdout, done.stderr), "c.txt is a source of this command")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("export model model/v.bin", "model/v.bin is inside model, a source of this command"),
        ("train c.txt -o model --log model/log", "model/log and model are outputs in each other's place"),
        ("train c.txt -o m --log x.svg --plot x.svg", "x.svg and x.svg are outputs in each other's place"),
        ("train c.txt -o m --log m", "m and m are outputs in each other's place"),
    ],
)
def test_outputs_do_not_meet(cli: Cli, place: Path, arguments: str, reason: str) -> None:
    before = contents(place)
    assert refused(cli(*arguments.split()), reason)
    assert contents(place) == before


def test_a_source_inside_an_output_is_refused(cli: Cli, place: Path) -> None:
    shutil.copytree(place / "model", place / "m.checkpoints" / "model")
    outcome = cli("train", "c.txt", "-o", "m", "--init-from", "m.checkpoints/model")
    assert refused(outcome, "m.checkpoints/model, a source of this command, is inside")


BAD = {
    "loop": "it is a loop of links",
    "folder.svg": "is a directory",
    "mounted": "is a mount point",
    "/proc/made": "cannot be written",
}


@pytest.mark.parametrize(
    ("command", "kinds"),
    [
        ("train missing.txt -o OUTPUT", ["loop", "mounted", "/proc/made"]),
        ("train missing.txt -o m --log OUTPUT", ["loop", "folder.svg", "/proc/made"]),
        ("train missing.txt -o m --plot OUTPUT", ["folder.svg"]),
        ("encode missing.txt -o OUTPUT", ["loop", "folder.svg", "/proc/made"]),
        ("export missing OUTPUT --format directory", ["loop", "mounted", "/proc/made"]),
        ("export missing OUTPUT --format glove", ["loop", "folder.svg", "/proc/made"]),
        ("map missing -o OUTPUT", ["folder.svg"]),
        ("evaluate missing --plot OUTPUT", ["folder.svg"]),
    ],
)
@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a directory in which nobody can write")
def test_outputs_that_cannot_be_written_are_known_before_the_work(
    cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch, command: str, kinds: list[str]
) -> None:
    (place / "loop").symlink_to("loop")
    (place / "folder.svg").mkdir()
    (place / "mounted").mkdir()
    monkeypatch.setattr("pathlib.Path.is_mount", lambda path: path.name == "mounted")
    for kind in kinds:
        outcome = cli(*command.replace("OUTPUT", kind).split())
        assert refused(outcome, BAD[kind]), outcome.err


def test_what_is_in_the_place_of_checkpoints_is_known_before_the_work(cli: Cli, place: Path) -> None:
    (place / "m.checkpoints").write_text("years of work", encoding="utf-8")
    assert refused(cli("train", "missing.txt", "-o", "m"), "m.checkpoints is a file")
    assert (place / "m.checkpoints").read_text(encoding="utf-8") == "years of work"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a directory in which nobody can write")
@pytest.mark.parametrize("where", ["m.checkpoints", "/proc/self"])
def test_a_place_for_checkpoints_that_takes_none_is_known_before_the_work(cli: Cli, place: Path, where: str) -> None:
    (place / "m.checkpoints").symlink_to(where)
    assert refused(cli("train", "missing.txt", "-o", "m"), "cannot be written")
    assert {path.name for path in place.iterdir() if path.name.startswith(".")} == set()


def test_an_output_below_a_file_is_named(cli: Cli, place: Path) -> None:
    assert refused(cli("train", "missing.txt", "-o", "c.txt/m"), "c.txt cannot be written into: it is no directory")
