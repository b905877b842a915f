"""`wordmill train`, `encode` and `demo`: as a user types them, mistakes included."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli_calls import Cli

from wordmill import KeyedVectors, TrainConfig, Word2Vec
from wordmill.cli.console import program
from wordmill.config import knobs
from wordmill.errors import CorpusError, FormatError, OutputError, ParameterError
from wordmill.saving import claim
from wordmill.training import EarlyStopping, Run
from wordmill.vectors.formats.directory import save_model

WORDMILL = [sys.executable, "-c", "from wordmill.cli import main; main()"]
FAST = ("--vector-size", "8", "--epochs", "2", "--workers", "1")


def one_line(text: str) -> str:
    assert text.startswith("wordmill: ")
    assert text.count("\n") == 1
    return text


def test_train_says_what_it_does_and_saves(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    outcome = cli("train", corpus, "-o", tmp_path / "new" / "model", *FAST)
    assert (outcome.code, outcome.out) == (0, "")
    assert "3,200 tokens read, 3,200 of them in a vocabulary of 12" in outcome.err
    assert "epoch 1/2  loss " in outcome.err
    assert "epoch 2/2  loss " in outcome.err
    assert "words/s" in outcome.err
    model = Word2Vec.load(tmp_path / "new" / "model")
    assert model.wv.vectors.shape == (12, 8)
    assert [entry["tokens"] for entry in model.history] == [3200, 3200]


def test_every_knob_is_an_option(cli: Cli) -> None:
    text = cli("train", "--help").out
    for name, _ in knobs():
        assert (f"--{name.replace('_', '-')}" in text) == (name != "verbose")


def test_options_reach_the_model(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    options = "--architecture cbow --window sequence --no-shrink-windows --alpha 0.07 --max-final-vocab 12 --lowercase"
    assert cli("train", corpus, "-o", tmp_path / "m", *FAST, *options.split()).code == 0
    config = TrainConfig.from_params(Word2Vec.load(tmp_path / "m").get_params())
    assert (config.architecture, config.window, config.shrink_windows) == ("cbow", "sequence", False)
    assert (config.alpha, config.max_final_vocab, config.lowercase, config.vector_size) == (0.07, 12, True, 8)


def test_command_line_and_library_give_the_same_vectors(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    assert cli("train", corpus, "-o", tmp_path / "m", *FAST).code == 0
    library = Word2Vec(vector_size=8, epochs=2, workers=1).fit(corpus)
    assert (KeyedVectors.load(tmp_path / "m").vectors == library.wv.vectors).all()


def test_deterministic_gives_the_same_bits_with_any_number_of_workers(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    for workers in ("1", "3"):
        options = ("--vector-size", "8", "--deterministic", "--workers", workers)
        assert cli("train", corpus, "-o", tmp_path / workers, *options).code == 0
    one, three = (KeyedVectors.load(tmp_path / workers).vectors for workers in ("1", "3"))
    assert (one == three).all()


def test_frozen_words_stay(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    Word2Vec(vector_size=8, epochs=1).fit(corpus).save(tmp_path / "begun")
    (tmp_path / "stay.txt").write_text("cat\ntwo\n\n", encoding="utf-8")
    options = ("--init-from", tmp_path / "begun", "--freeze", tmp_path / "stay.txt", "--sample", "0")
    assert cli("train", corpus, "-o", tmp_path / "m", *FAST, *options).code == 0
    before, after = KeyedVectors.load(tmp_path / "begun"), KeyedVectors.load(tmp_path / "m")
    assert {key for key in after if (after[key] == before[key]).all()} == {"cat", "two"}
    outcome = cli("train", corpus, "-o", tmp_path / "m", *FAST, "--freeze", tmp_path / "none.txt")
    assert outcome.code == 1
    assert "is no list of keys" in outcome.err


def test_dry_run_reads_and_writes_nothing(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    outcome = cli("train", corpus, "-o", tmp_path / "m", "--dry-run")
    assert outcome.code == 0
    facts = dict(line.split("\t") for line in outcome.out.splitlines())
    assert facts["vocabulary"] == "12"
    assert facts["memory at most"].endswith(" MiB")
    parts = [float(value.removesuffix(" MiB").replace(",", "")) for name, value in facts.items() if "memory: " in name]
    assert facts["memory of these together"] == f"{sum(parts):,.1f} MiB"
    assert re.fullmatch(
        r"(about \d+:\d\d:\d\d|less than a second) \(5 epochs at [\d,]+ words/s here\)", facts["time to train"]
    )
    tokens = [int(facts[f"tokens {of}"].replace(",", "")) for of in ("in vocabulary", "of other keys", "read")]
    assert tokens[0] + tokens[1] == tokens[2]
    assert facts["alpha"] == "0.05"
    assert list(tmp_path.iterdir()) == []
    assert cli("train", corpus, "--dry-run").code == 0


def test_encode_may_be_told_how_many_words_to_hold(corpus: Path, tmp_path: Path) -> None:
    arguments = ["encode", str(corpus), "-o", str(tmp_path / "encoded"), "--min-count", "1", "--max-vocab-size", "8"]
    done = subprocess.run([*WORDMILL, *arguments], capture_output=True, text=True, check=True)
    assert "more than 8 distinct words: the rarest were forgotten" in done.stderr


def test_encode_then_train(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    assert cli("encode", corpus, "-o", tmp_path / "encoded").code == 0
    assert cli("train", tmp_path / "encoded", "-o", tmp_path / "a", *FAST).code == 0
    assert cli("train", corpus, "-o", tmp_path / "b", *FAST).code == 0
    assert (KeyedVectors.load(tmp_path / "a").vectors == KeyedVectors.load(tmp_path / "b").vectors).all()


# Mistakes: one line on standard error, exit code 1, nothing written


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--vector-size", "0"], "--vector-size 0 is not allowed: it must be an integer from 1"),
        (["--alpha", "nan"], "--alpha nan is not allowed"),
        (["--alpha", "-1"], "--alpha -1.0 is not allowed"),
        (["--window", "all"], "'sequence'"),
        (["--window", "-3"], "--window -3 is not allowed"),
        (["--workers", "0"], "--workers 0 is not allowed"),
        (["--min-alpha", "0.5"], "--min-alpha 0.5 is above --alpha 0.05"),
        (["--min-count", "100000"], "--min-count 100000"),
        (["--plot", "loss.xyz"], "no picture format has this ending"),
        (["--max-final-vocab", "1"], "from 2 to 2,147,483,647, or left out"),
        (["--early-stopping"], "needs a validation loss: give --validation 0.01"),
        (["--validation", "none.txt"], "'none.txt' names no file: check the path\n"),
        (["--alpha", "10", "--epochs", "50", "--vector-size", "100"], "diverged in epoch 1"),
    ],
)
def test_bad_settings(cli: Cli, corpus: Path, tmp_path: Path, options: list[str], message: str) -> None:
    outcome = cli("train", corpus, "-o", tmp_path / "m", "-q", *options)
    assert outcome.code == 1
    assert message in one_line(outcome.err)
    assert list(tmp_path.iterdir()) == []


def test_bad_corpora(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "latin.txt").write_bytes("caf\xe9 ".encode("latin-1") * 50)
    for source in ("missing.txt", "empty.txt", "latin.txt", "."):
        outcome = cli("train", tmp_path / source, "-o", tmp_path / "m")
        assert outcome.code == 1, source
        assert "[text]" not in one_line(outcome.err)
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--validation", "5"], "--validation 5.0 is not allowed: it must be a share from 0 to 0.5, or a corpus"),
        (["--validation", "nan"], "--validation nan is not allowed"),
        (["--validation", "-0.1"], "--validation -0.1 is not allowed"),
        (["--validation", "none.txt"], "'none.txt' names no file"),
        (["--early-stopping"], "needs a validation loss: give --validation 0.01"),
        (["--init-from", "none.bin"], "none.bin does not exist"),
        (["-o", "mm.bin"], "mm.bin is the name of a file, and a model is a directory: give a name without .bin, 'mm'"),
        (["--freeze", "none.txt"], "none.txt is no list of keys, one a line, for --freeze: No such file or directory"),
        (["--checkpoint-every", "soon"], "--checkpoint-every soon is not allowed"),
    ],
)
def test_options_are_checked_before_the_corpus_is_read(
    cli: Cli, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    monkeypatch.setattr("wordmill.cli.training.read", never)
    outcome = cli("train", corpus, "-o", tmp_path / "m", *options)
    assert outcome.code == 1
    assert message in one_line(outcome.err)


def test_the_library_checks_before_it_reads_too(corpus: Path) -> None:
    wrong: list[dict[str, Any]] = [
        {"validation": 5},
        {"validation": True},
        {"validation": None},
        {"validation": "none.txt"},
        {"freeze": "cat"},
        {"init_from": "none.bin"},
        {"callbacks": [EarlyStopping()]},
    ]
    for arguments in wrong:
        with pytest.raises((ParameterError, CorpusError, FormatError)):
            Word2Vec().fit(never, **arguments)
        if "init_from" not in arguments:
            with pytest.raises((ParameterError, CorpusError)):
                Word2Vec().partial_fit(never, **arguments)


def never(*_: object, **__: object) -> None:
    raise AssertionError("the corpus is read")


def test_output_is_checked_before_the_corpus_is_read(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    outcome = cli("train", "/no/such/corpus", "-o", tmp_path)
    assert outcome.code == 1
    assert "thesis.txt" in one_line(outcome.err)
    outcome = cli("train", "/no/such/corpus", "-o", tmp_path / "thesis.txt")
    assert outcome.code == 1
    assert "thesis.txt is a file" in one_line(outcome.err)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a directory in which nobody can write")
def test_unwritable_output(cli: Cli, corpus: Path) -> None:
    outcome = cli("train", corpus, "-o", "/proc/model")
    assert outcome.code == 1
    assert "/proc/model cannot be written" in one_line(outcome.err)


def test_standard_input(corpus: Path, tmp_path: Path) -> None:
    command = [*WORDMILL, "train", "-", "-o", str(tmp_path / "m"), *FAST]
    done = subprocess.run(command, input=corpus.read_bytes(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    library = Word2Vec(vector_size=8, epochs=2, workers=1).fit(corpus)
    assert (KeyedVectors.load(tmp_path / "m").vectors == library.wv.vectors).all()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_log_on_a_full_disk_is_named_and_the_model_is_saved(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    outcome = cli("train", corpus, "-o", tmp_path / "m", "-q", *FAST, "--log", "/dev/full")
    assert outcome.code == 1
    message = "/dev/full cannot be written any more: No space left on device; the log ends in epoch 1"
    assert one_line(outcome.err) == f"wordmill: {message}\n"
    assert len(Word2Vec.load(tmp_path / "m").history) == 2
    assert not (tmp_path / "m.checkpoints").exists()


def test_warnings_speak_of_options(tmp_path: Path) -> None:
    (tmp_path / "tiny.txt").write_text("a b c", encoding="utf-8")
    arguments = ["train", "tiny.txt", "-o", "m", "--min-count", "1", "-q"]
    done = subprocess.run([*WORDMILL, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "--sample 0 keeps all" in one_line(done.stderr)


def test_hints_name_the_program_as_it_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wordmill").touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "wordmill"), "demo"])
    monkeypatch.setenv("PATH", "")
    assert program() == str(tmp_path / "wordmill")
    monkeypatch.setenv("PATH", str(tmp_path))
    if os.name == "posix":
        assert program() == "wordmill"
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert program() == "wordmill"


def test_demo(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wordmill.cli.demo.EPOCHS", 1)
    outcome = cli("demo", "-o", tmp_path / "demo")
    assert outcome.code == 0
    assert outcome.out.split()[0] == "january"
    assert len(outcome.out.splitlines()) == 5
    assert {file.name for file in (tmp_path / "demo").iterdir()} == {"model", "map.png", "loss.png"}


def test_demo_asks_for_its_extras_before_it_trains(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    outcome = cli("demo", "-o", tmp_path / "demo")
    assert outcome.code == 1
    assert "scikit-learn: python -m pip install 'wordmill[map]'" in one_line(outcome.err)
    assert not (tmp_path / "demo").exists()


def test_usage(cli: Cli, corpus: Path) -> None:
    for arguments in (["train"], ["train", corpus], ["train", corpus, "--no-such-option"], ["nonsense"]):
        assert cli(*arguments).code == 2
    assert cli("train", "-", corpus, "-o", "m").code == 2


# As a process of its own: the entry point, signals, pipes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "x", "-size", "100"], "there is no option -size: here it is --vector-size"),
        (["train", "x", "--dim=100"], "there is no option --dim: here it is --vector-size"),
        (["train", "x", "-sg", "0"], "there is no option -sg: write --architecture cbow"),
        (["train", "x", "--hs"], "there is no option --hs: write --objective hierarchical_softmax"),
    ],
)
def test_options_of_other_tools(arguments: list[str], message: str) -> None:
    done = subprocess.run([*WORDMILL, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert message in one_line(done.stderr)


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_the_vectors_so_far(corpus: Path, tmp_path: Path, number: signal.Signals, code: int) -> None:
    command = [*WORDMILL, "train", str(corpus), "-o", str(tmp_path / "m"), "--epochs", "1000000"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch 1/"):
                break
        time.sleep(0.1)
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(timeout=60) == code
    assert "interrupted; the vectors so far" in rest
    assert "Traceback" not in rest
    model = Word2Vec.load(tmp_path / "m")
    assert 0 < len(model.history) < 1_000_000


def newest(checkpoints: Path) -> str:
    return max((path.name for path in checkpoints.glob("[0-9]*")), default="")


@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
def test_killed_at_any_moment_it_goes_on(tmp_path: Path) -> None:
    """Killed again and again, at random moments, and resumed: the best epoch's vectors of a run that was left alone."""
    draw = random.Random(2)
    words = [f"w{i}" for i in range(2000)]
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("\n".join(" ".join(draw.choices(words, k=20)) for _ in range(5000)), encoding="utf-8")
    kills = int(os.environ.get("WORDMILL_KILLS", "10"))
    options = ["--epochs", str(kills * 11 // 2), "--workers", "1", "--quiet"]
    options += ["--validation", "0.05", "--early-stopping", "--patience", "1000000"]
    often = ["--checkpoint-every", "0.02s"]
    killed = [*WORDMILL, "train", str(corpus), "-o", str(tmp_path / "killed"), "--resume", *options, *often]
    checkpoints = tmp_path / "killed.checkpoints"
    for _ in range(kills):
        before = newest(checkpoints)
        with subprocess.Popen(killed, stderr=subprocess.DEVNULL) as process:
            while newest(checkpoints) == before:
                assert process.poll() is None
                time.sleep(0.01)
            time.sleep(draw.uniform(0.0, 0.1))
            process.kill()
    done = subprocess.run(killed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "starts from the beginning" not in done.stderr
    subprocess.run([*WORDMILL, "train", str(corpus), "-o", str(tmp_path / "whole"), *options], check=True)
    ours, theirs = Word2Vec.load(tmp_path / "killed"), Word2Vec.load(tmp_path / "whole")
    assert (ours.wv.vectors == theirs.wv.vectors).all()
    assert (ours.output_vectors == theirs.output_vectors).all()
    assert {path.name for path in tmp_path.iterdir()} == {"corpus.txt", "killed", "whole"}


def test_signal_then_resume(corpus: Path, tmp_path: Path, cli: Cli) -> None:
    options = ["--vector-size", "8", "--workers", "1", "--epochs", "300", "-q"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wordmill.cli.training.StopOnSignal.on_epoch_end", stop_after_ten, raising=False)
        outcome = cli("train", corpus, "-o", tmp_path / "m", *options)
    assert outcome.code == 130
    assert "--resume" in outcome.err
    assert cli("train", corpus, "-o", tmp_path / "m", *options, "--resume").code == 0
    assert cli("train", corpus, "-o", tmp_path / "whole", *options).code == 0
    assert (KeyedVectors.load(tmp_path / "m").vectors == KeyedVectors.load(tmp_path / "whole").vectors).all()
    outcome = cli("train", corpus, "-o", tmp_path / "m", *options, "--resume")
    assert (outcome.code, outcome.err) == (0, f"{tmp_path / 'm'} is trained already: nothing to go on with\n")
    outcome = cli("train", corpus, "-o", tmp_path / "m", *options, "--checkpoint-every", "sometimes")
    assert outcome.code == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (["--alpha", "0.1"], "were made with no --alpha, this run has --alpha 0.1: go on with the same, or remove "),
        (["--deterministic"], "were made with --no-deterministic, this run has --deterministic: go on"),
        (["--init-from"], "are of another --init-from than this run: go on"),
    ],
)
def test_resume_with_another_option_names_it(
    corpus: Path, model: Path, tmp_path: Path, cli: Cli, changed: list[str], message: str
) -> None:
    options = ["--vector-size", "16", "--workers", "1", "--epochs", "300", "-q"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wordmill.cli.training.StopOnSignal.on_epoch_end", stop_after_ten, raising=False)
        assert cli("train", corpus, "-o", tmp_path / "m", *options).code == 130
    changed = [*changed, str(model)] if changed == ["--init-from"] else changed
    outcome = cli("train", corpus, "-o", tmp_path / "m", *options, *changed, "--resume")
    assert outcome.code == 1
    assert message in one_line(outcome.err)


def stop_after_ten(self: Any, run: Run) -> None:
    if run.epoch == 10:
        signal.raise_signal(signal.SIGINT)
        self.on_interval(run)


def test_init_from(cli: Cli, corpus: Path, model: Path, tmp_path: Path) -> None:
    options = ["--vector-size", "16", "--epochs", "1", "--alpha", "1e-4", "--init-from"]
    assert cli("train", corpus, "-o", tmp_path / "m", *options, model).code == 0
    before, after = KeyedVectors.load(model), KeyedVectors.load(tmp_path / "m")
    assert (before["cat"] @ after["cat"]) > 0.99 * before["cat"] @ before["cat"]
    outcome = cli("train", corpus, "-o", tmp_path / "n", *options, tmp_path / "none")
    assert outcome.code == 1
    assert not (tmp_path / "n").exists()


def test_validation_log_and_plot(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    options = ["--validation", "0.1", "--early-stopping", "--patience", "1", "--epochs", "90", "--alpha", "0.1"]
    files = ["--log", tmp_path / "log.jsonl", "--plot", tmp_path / "loss.png"]
    outcome = cli("train", corpus, "-o", tmp_path / "m", "--vector-size", "8", "--sample", "0", *options, *files)
    assert outcome.code == 0
    assert "  validation " in outcome.err
    assert "stopped after epoch " in outcome.err
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    epochs = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sum(line["event"] == "epoch" for line in epochs) == len(Word2Vec.load(tmp_path / "m").history)
    assert {path.name for path in tmp_path.iterdir()} == {"m", "loss.png", "log.jsonl"}
    again = cli("train", corpus, "-o", tmp_path / "m", "--vector-size", "8", "--sample", "0", *options, "--resume")
    assert again.err.endswith("is trained already: nothing to go on with\n")
    assert cli("train", corpus, "-o", tmp_path / "m", *FAST, "-q").code == 0  # no validation: nothing stopped it early
    again = cli("train", corpus, "-o", tmp_path / "m", *FAST, *options[:5], "--epochs", "3", "--resume")
    assert (again.code, len(Word2Vec.load(tmp_path / "m").history)) == (0, 3)
    assert cli("train", corpus, "-o", tmp_path / "n", *FAST, "--validation", corpus).code == 0
    assert cli("train", corpus, "-o", tmp_path / "o", *FAST, "--early-stopping").code == 1
    assert cli("train", corpus, "-o", tmp_path / "o", *FAST, "--validation", "0.9").code == 1
    assert not (tmp_path / "o").exists()


def test_full_disk_is_one_line(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "m"))

    monkeypatch.setattr("wordmill.training.estimator.save_model", full)
    outcome = cli("train", corpus, "-o", tmp_path / "m", "-q", *FAST)
    assert outcome.code == 1
    assert "No space left on device" in one_line(outcome.err)


def test_a_model_that_cannot_be_saved_is_kept_elsewhere(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    def full(path: Path, *arguments: Any, **options: Any) -> None:
        if path == tmp_path / "m":
            raise OutputError("m cannot be written (No space left on device)")
        save_model(path, *arguments, **options)

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.setattr("wordmill.training.estimator.save_model", full)
    outcome = cli("train", corpus, "-o", tmp_path / "m", "-q", *FAST)
    assert outcome.code == 1
    (kept,) = scratch.glob("wordmill-*/m")
    assert f"(No space left on device); the model is saved in {kept}" in one_line(outcome.err)
    assert len(Word2Vec.load(kept).history) == 2


def test_best_epoch_that_cannot_be_kept_ends_no_training(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wordmill.training.callbacks.early_stopping.write_safetensors", full)
    for best, code in ((1, 1), (2, 0)):  # only where it is not the last one is anything lost
        losses = iter([float(best), 3.0 - best])
        monkeypatch.setattr("wordmill.training.run.validation.HeldOut.loss", lambda _, losses=losses: next(losses))
        model = tmp_path / str(best)
        outcome = cli("train", corpus, "-o", model, "-q", *FAST, "--validation", "0.1", "--early-stopping")
        assert outcome.code == code
        if code:
            assert "best.safetensors cannot be written (No space left on device)" in one_line(outcome.err)
        assert len(Word2Vec.load(model).history) == 2


def test_history_is_in_the_model(model: Path) -> None:
    settings = json.loads((model / "wordmill.json").read_text(encoding="utf-8"))["settings"]
    assert len(settings["history"]) == 15
    assert settings["params"]["vector_size"] == 16


def test_a_second_training_into_one_output_is_refused_by_name(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    with claim(tmp_path / "m"):
        command = [*WORDMILL, "train", str(corpus), "-o", str(tmp_path / "m")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{tmp_path / 'm'} is the output of another training, process {os.getpid()}" in done.stderr
    assert cli("train", str(corpus), "-o", str(tmp_path / "m"), "--epochs", "1").code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"m"}


def test_a_finished_run_is_known_as_finished(
    cli: Cli, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether all, some or no checkpoints were removed when it was killed; another run's are not taken for its own."""
    command = ["train", str(corpus), "-o", str(tmp_path / "m"), "--epochs", "2", "--checkpoint-every", "1epoch"]
    with monkeypatch.context() as patch:
        patch.setattr("wordmill.training.run.checkpoints.remove", lambda path: False)
        assert cli(*command).code == 0
    checkpoints = sorted((tmp_path / "m.checkpoints").iterdir())
    assert len(checkpoints) == 2
    shutil.copytree(tmp_path / "m", tmp_path / "first")
    shutil.copytree(tmp_path / "m.checkpoints", tmp_path / "kept")
    outcome = cli(*command, "--resume")
    assert "is trained already" in outcome.err
    assert not (tmp_path / "m.checkpoints").exists()

    assert cli(*command).code == 0
    shutil.copytree(tmp_path / "kept", tmp_path / "m.checkpoints")  # of the run before
    assert "is trained already" not in cli(*command, "--resume").err

    shutil.copytree(tmp_path / "kept", tmp_path / "m.checkpoints")
    for checkpoint in (tmp_path / "m.checkpoints").iterdir():
        (checkpoint / "model.safetensors").unlink()
    outcome = cli(*command, "--resume")
    assert outcome.code == 0
    assert "is trained already" in outcome.err
