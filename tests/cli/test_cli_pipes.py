"""Pipes, named or not, and standard input, wherever a file is taken."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cli_calls import Cli

from wordmill import KeyedVectors, read_corpus
from wordmill.errors import FormatError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs named pipes")

FORMATS = ["word2vec-text", "word2vec-binary", "glove", "npz", "finalfusion", "parquet", "arrow"]
WORDMILL = [sys.executable, "-c", "from wordmill.cli import main; main()"]


class Pipe:
    """A named pipe that gives a content, once."""

    def __init__(self, path: Path, content: bytes) -> None:
        os.mkfifo(path)
        self.path = path
        self._writer = threading.Thread(target=path.write_bytes, args=(content,))

    def __enter__(self) -> Path:
        self._writer.start()
        return self.path

    def __exit__(self, *error: object) -> None:
        self._writer.join()


@pytest.mark.parametrize("form", FORMATS)
def test_vectors_of_every_format(cli: Cli, model: Path, tmp_path: Path, form: str) -> None:
    vectors = KeyedVectors.load(model)
    vectors.save(tmp_path / "file", format=form)
    content, vectors = (tmp_path / "file").read_bytes(), KeyedVectors.load(tmp_path / "file")
    with Pipe(tmp_path / "pipe", content) as pipe:
        assert (KeyedVectors.load(pipe).vectors == vectors.vectors).all()
    with Pipe(tmp_path / "again", content) as pipe:
        outcome = cli("info", pipe)
    assert outcome.out.startswith(f"format           {form}\n")
    for name in ("-", "/dev/stdin"):
        done = subprocess.run(
            [*WORDMILL, "similarity", name, "cat", "dog"], input=content, capture_output=True, check=True
        )
        assert done.stdout.decode() == cli("similarity", model, "cat", "dog").out


def test_a_damaged_pipe_is_named(model: Path, tmp_path: Path) -> None:
    KeyedVectors.load(model).save(tmp_path / "v.bin")
    content = (tmp_path / "v.bin").read_bytes()[:-30]
    with Pipe(tmp_path / "pipe", content) as pipe, pytest.raises(FormatError, match=r"/pipe: the header claims"):
        KeyedVectors.load(pipe)


@pytest.mark.parametrize("command", ["nearest", "analogy", "similarity"])
def test_standard_input_holds_vectors_or_words(cli: Cli, command: str) -> None:
    outcome = cli(command, "-")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert "standard input holds the vectors" in outcome.err


def test_corpora(cli: Cli, corpus: Path, model: Path, tmp_path: Path) -> None:
    text = corpus.read_bytes()
    with Pipe(tmp_path / "pipe", text) as pipe:
        assert read_corpus(pipe).fingerprint() == read_corpus(corpus).fingerprint()
    with (
        Pipe(tmp_path / "corpus", text) as one,
        Pipe(tmp_path / "more", text) as two,
        Pipe(tmp_path / "held out", text) as held_out,
        Pipe(tmp_path / "words", b"cat\n") as words,
    ):
        options = ["--vector-size", "16", "--epochs", "1", "--init-from", model, "--freeze", words]
        outcome = cli("train", one, two, "--validation", held_out, "-o", tmp_path / "m", *options)
    assert outcome.code == 0
    assert "6,400 tokens read" in outcome.err
    assert (KeyedVectors.load(tmp_path / "m")["cat"] == KeyedVectors.load(model)["cat"]).all()
    assert cli("encode", corpus, "-o", tmp_path / "encoded").code == 0
    with Pipe(tmp_path / "encoded pipe", (tmp_path / "encoded").read_bytes()) as pipe:
        outcome = cli("train", pipe, "-o", tmp_path / "n")
    assert "is read from its own file alone" in outcome.err


def test_evaluation_files(cli: Cli, model: Path, tmp_path: Path) -> None:
    contents = {
        "--analogies": b": numbers\none two three four\n",
        "--pairs": b"cat\tdog\t9\none\tdog\t1\ntwo\tthree\t8\n",
        "--categories": b"cat,animal\ndog,animal\none,number\ntwo,number\n",
        "--outliers": b"category,words,outliers\na,\"['cat', 'dog']\",\"['one']\"\n",
    }
    for option, content in contents.items():
        with Pipe(tmp_path / option, content) as pipe:
            assert cli("evaluate", model, option, pipe).code == 0, option
    with Pipe(tmp_path / "words", b"cat dog horse cow one two") as pipe:
        assert cli("map", model, "--words", pipe, "--method", "pca", "-o", tmp_path / "map.svg").code == 0
