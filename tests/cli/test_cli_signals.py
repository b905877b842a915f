"""Ctrl-C, SIGTERM and SIGHUP, once and twice: nothing is lost, and the exit code is 128 and the number."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_calls import Cli

from wordmill import KeyedVectors, Word2Vec
from wordmill.training import Callback, Run
from wordmill.vectors.formats.directory import save_model

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")

WORDMILL = [sys.executable, "-c", "from wordmill.cli import main; main()"]
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
OPTIONS = ["--vector-size", "8", "--workers", "1", "--epochs", "300", "-q"]


class Send(Callback):
    """Sends a signal this many times in the tenth epoch."""

    def __init__(self, number: signal.Signals, times: int) -> None:
        self.number, self.times = number, times

    def on_epoch_end(self, run: Run) -> None:
        if run.epoch == 10:
            for _ in range(self.times):
                signal.raise_signal(self.number)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_training_is_stopped_and_goes_on_to_the_same_bits(
    corpus: Path, tmp_path: Path, cli: Cli, number: signal.Signals, times: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wordmill.training.LogFile", lambda _: Send(number, times))
        outcome = cli("train", corpus, "-o", tmp_path / "m", *OPTIONS, "--log", "patched")
    assert outcome.code == 128 + number
    assert (tmp_path / "m").exists() == (times == 1)
    assert (tmp_path / "m.checkpoints").exists()
    assert cli("train", corpus, "-o", tmp_path / "m", *OPTIONS, "--resume").code == 0
    whole = Word2Vec(vector_size=8, workers=1, epochs=300).fit(corpus)
    assert (KeyedVectors.load(tmp_path / "m").vectors == whole.wv.vectors).all()
    assert {path.name for path in tmp_path.iterdir()} == {"m"}


@pytest.mark.parametrize("number", SIGNALS)
def test_while_a_trained_model_is_saved_signals_wait(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli, number: signal.Signals
) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        for _ in range(3):
            signal.raise_signal(number)
        save_model(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("wordmill.training.estimator.save_model", interrupted)
    before = signal.getsignal(number)
    options = ["--vector-size", "8", "--epochs", "2", "-q"]
    assert cli("train", corpus, "-o", tmp_path / "m", *options).code == 128 + number
    assert signal.getsignal(number) is before
    assert len(Word2Vec.load(tmp_path / "m").history) == 2


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", ["train", "encode", "phrases"])
def test_while_a_corpus_is_read(tmp_path: Path, number: signal.Signals, command: str) -> None:
    arguments = [command, "-", "-o", str(tmp_path / "made")]
    with subprocess.Popen(
        [*WORDMILL, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"cat dog\n" * 100_000)  # more than a pipe holds: when it is gone, the command reads
        process.stdin.flush()
        time.sleep(0.2)
        process.send_signal(number)
        _, err = process.communicate()
    assert (process.returncode, err) == (128 + number, b"wordmill: interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["typer", "wordmill.cli.export", "numpy.random"])
@pytest.mark.parametrize("number", SIGNALS)
def test_while_the_program_starts(corpus: Path, module: str, number: signal.Signals) -> None:
    program = f"""
import os, sys
class Interrupt:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), {int(number)})
sys.meta_path.insert(0, Interrupt())
sys.argv[1:] = ["train", {str(corpus)!r}, "--dry-run"]
from wordmill.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "wordmill: interrupted\n")


def test_after_nohup_a_hangup_is_ignored(corpus: Path, tmp_path: Path) -> None:
    command = [*WORDMILL, "train", str(corpus), "-o", str(tmp_path / "m"), *OPTIONS[:4], "--epochs", "2000"]
    nohup = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *command]
    with subprocess.Popen(nohup, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch 1/"):
                break
        process.send_signal(signal.SIGHUP)
        process.communicate()
    assert process.returncode == 0
    assert len(Word2Vec.load(tmp_path / "m").history) == 2000
