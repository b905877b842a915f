"""Checkpoints: the vectors of a resumed run are those of one that was never interrupted, bit for bit."""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill import Checkpoint, EarlyStopping, KeyedVectors, LogFile, Word2Vec
from wordmill.errors import DivergenceError, FormatError, OutputError, ParameterError
from wordmill.safetensors import write_safetensors
from wordmill.training import Callback, Run
from wordmill.training.backends import Blocks, Sums
from wordmill.training.backends.native import NativeBackend
from wordmill.training.run.checkpoints import newest_run, remove_checkpoints
from wordmill.vectors.formats.directory import load_model, save_model

SMALL: dict[str, Any] = {"vector_size": 12, "epochs": 4, "min_count": 1, "alpha": 0.1, "workers": 1}


@pytest.fixture(scope="module")
def texts() -> list[list[str]]:
    draw = np.random.default_rng(1)
    topics = [[f"a{i}" for i in range(20)], [f"b{i}" for i in range(20)]]
    return [draw.choice(topics[i % 2], 12).tolist() for i in range(600)]


class Interrupt(Callback):
    """Raises after so many intervals, or at the end of an epoch."""

    def __init__(self, intervals: int = 0, epoch: int = 0) -> None:
        self.left, self.epoch = intervals, epoch

    def on_interval(self, run: Run) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt

    def on_epoch_end(self, run: Run) -> None:
        if run.epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def _one_block_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wordmill.training.run.loop.INTERVAL", 0.0)


def without_times(model: Word2Vec) -> list[dict[str, Any]]:
    return [{k: v for k, v in e.items() if k not in ("seconds", "tokens_per_second")} for e in model.history]


@pytest.mark.parametrize("interruption", [{"intervals": 1}, {"intervals": 17}, {"intervals": 30}, {"epoch": 2}])
@pytest.mark.parametrize("validation", [0.0, 0.1])
def test_resumed_run_is_the_uninterrupted_one(
    texts: list[list[str]], tmp_path: Path, interruption: dict[str, int], validation: float
) -> None:
    whole = Word2Vec(**SMALL).fit(texts, validation=validation)
    model = Word2Vec(**SMALL)
    with pytest.raises(KeyboardInterrupt):
        model.fit(texts, validation=validation, callbacks=[Checkpoint(tmp_path), Interrupt(**interruption)])
    resumed = Word2Vec(**SMALL).fit(texts, validation=validation, resume=tmp_path)
    assert np.array_equal(resumed.wv.vectors, whole.wv.vectors)
    assert np.array_equal(resumed.output_vectors, whole.output_vectors)
    assert without_times(resumed) == without_times(whole)


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_ctrl_c_while_the_core_works_loses_nothing_of_it(
    texts: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Word2Vec(**SMALL).fit(texts)
    train, calls = NativeBackend.train, iter(range(1_000))

    def interrupted(backend: NativeBackend, epoch: int, blocks: Blocks) -> Sums:
        if next(calls) == 20:
            time.sleep(0.1)  # the main thread waits by then
            os.kill(os.getpid(), signal.SIGINT)
        return train(backend, epoch, blocks)

    monkeypatch.setattr(NativeBackend, "train", interrupted)
    model = Word2Vec(**SMALL)
    with pytest.raises(KeyboardInterrupt):
        model.fit(texts, callbacks=[Checkpoint(tmp_path)])
    (saved,) = tmp_path.iterdir()
    assert sum(entry["tokens"] for entry in model.history) == int(saved.name)
    resumed = Word2Vec(**SMALL).fit(texts, resume=tmp_path)
    assert np.array_equal(resumed.wv.vectors, whole.wv.vectors)


def test_partial_fit_is_resumed_too(texts: list[list[str]], tmp_path: Path) -> None:
    more = [["a1", "new", "a2", "b3"]] * 300
    whole, model, resumed = (Word2Vec(**SMALL).fit(texts) for _ in range(3))
    whole.partial_fit(more, extend_vocab=True)
    with pytest.raises(KeyboardInterrupt):
        model.partial_fit(more, extend_vocab=True, callbacks=[Checkpoint(tmp_path), Interrupt(intervals=3)])
    resumed.partial_fit(more, extend_vocab=True, resume=tmp_path)
    assert np.array_equal(resumed.wv.vectors, whole.wv.vectors)
    assert without_times(resumed) == without_times(whole)
    with pytest.raises(ParameterError, match="of another corpus"):
        Word2Vec(**SMALL).fit(texts, resume=tmp_path)


def test_last_two_are_kept_and_open_as_models(texts: list[list[str]], tmp_path: Path) -> None:
    class Look(Callback):
        def __init__(self) -> None:
            self.seen: list[int] = []

        def on_epoch_end(self, run: Run) -> None:
            self.seen.append(len(list(tmp_path.glob("[!.]*"))))

    look = Look()
    Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path, seconds=None, epochs=1), look])
    assert look.seen == [1, 2, 2, 2]
    newest = max(tmp_path.iterdir())
    assert len(KeyedVectors.load(newest)) == 40
    assert len(Word2Vec.load(newest).history) == 4


def test_damaged_checkpoint_is_passed_over(
    texts: list[list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path, seconds=1e-9), Interrupt(intervals=9)])
    older, newest = sorted(tmp_path.iterdir())
    file = newest / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    resumed = Word2Vec(**SMALL).fit(texts, resume=tmp_path)
    assert "passing over a damaged checkpoint" in caplog.text
    assert np.array_equal(resumed.wv.vectors, Word2Vec(**SMALL).fit(texts).wv.vectors)
    (older / "manifest.json").unlink()
    with pytest.raises(FormatError, match="none of 2 checkpoints can be read"):
        Word2Vec(**SMALL).fit(texts, resume=tmp_path)


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("tokens_done", 1, "1 tokens are done, "),
        ("blocks_done", 10**6, "1000000 blocks are done, "),
        ("seconds", "long", "is not of the kind"),
    ],
)
def test_a_checkpoint_that_does_not_fit_together_is_refused(
    texts: list[list[str]], tmp_path: Path, part: str, value: object, message: str
) -> None:
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path), Interrupt(intervals=3)])
    (saved,) = tmp_path.iterdir()
    model = load_model(saved)
    model.settings["position"][part] = value
    save_model(saved, model.table, settings=model.settings, training=dict(model.training or {}))
    with pytest.raises(FormatError, match=message):
        Word2Vec(**SMALL).fit(texts, resume=tmp_path)


def test_output_vectors_that_are_no_numbers_are_refused(texts: list[list[str]], tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path), Interrupt(intervals=3)])
    (saved,) = tmp_path.iterdir()
    model = load_model(saved)
    training = dict(model.training or {})
    training["output_vectors"] = training["output_vectors"].copy()
    training["output_vectors"][-1, -1] = np.inf
    save_model(saved, model.table, settings=model.settings, training=training)
    with pytest.raises(FormatError, match="output vectors hold NaN or infinity"):
        Word2Vec(**SMALL).fit(texts, resume=tmp_path)
    with pytest.raises(FormatError, match=r"output vectors hold NaN or infinity.*read by KeyedVectors\.load"):
        Word2Vec.load(saved)
    assert len(KeyedVectors.load(saved)) == len(model.table)


class Spoil(Callback):
    """Makes the run diverge after its second epoch."""

    def on_epoch_end(self, run: Run) -> None:
        self.vectors = run.input_vectors.copy()
        if run.epoch == 2:
            run.input_vectors[:] = 1e30


def test_diverged_run_keeps_its_last_checkpoint(texts: list[list[str]], tmp_path: Path) -> None:
    spoil = Spoil()
    model = Word2Vec(**SMALL)
    with pytest.raises(DivergenceError, match=r"epoch 3: .*; kept are the vectors at 50\.0%, in "):
        model.fit(texts, callbacks=[Checkpoint(tmp_path, epochs=1), spoil])
    assert len(model.history) == 2
    assert np.array_equal(model.wv.vectors, spoil.vectors)


def test_diverged_run_without_checkpoints_goes_back_to_its_scratch_state(
    texts: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wordmill.training.callbacks.checkpoint.LAST_GOOD_SECONDS", 1e-9)
    saves: list[int] = []

    class Look(Callback):
        def on_interval(self, run: Run) -> None:
            saves.extend(int(path.name) for path in tmp_path.glob("*/0*"))

    model, spoil = Word2Vec(**SMALL), Spoil()
    with pytest.raises(DivergenceError, match=r"epoch 3: .*; kept are the vectors at \d+\.\d%$"):
        model.fit(texts, callbacks=[Look(), spoil], scratch=tmp_path)
    done = sum(entry["tokens"] for entry in model.history)
    assert 0 < done == max(saves) <= 2 * 7200
    assert np.isfinite(model.wv.vectors).all()
    assert list(tmp_path.iterdir()) == []


def test_scratch_state_can_be_switched_off(texts: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wordmill.training.callbacks.checkpoint.LAST_GOOD_SECONDS", 1e-9)
    model = Word2Vec(**SMALL)
    with pytest.raises(DivergenceError, match=r"try alpha=0\.05$"):
        model.fit(texts, callbacks=[Spoil()], scratch=False)
    with pytest.raises(OutputError, match="scratch=False does without"):
        model.fit(texts, scratch="/nowhere/at/all")


def test_a_new_run_replaces_the_checkpoints_of_an_earlier_one(
    texts: list[list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path, seconds=None, epochs=1)])
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path, seconds=None, epochs=1), Interrupt(epoch=1)])
    assert "will replace those of an earlier run" in caplog.text
    (only,) = tmp_path.iterdir()
    assert len(Word2Vec.load(only).history) == 1


def test_no_checkpoint_yet(texts: list[list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = Word2Vec(**SMALL).fit(texts, resume=tmp_path / "none")
    assert "training starts from the beginning" in caplog.text
    assert len(model.history) == 4


@pytest.fixture(scope="module")
def begun(texts: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("begun")
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(path), Interrupt(epoch=1)])
    return path


@pytest.mark.parametrize(
    ("name", "value"), [("alpha", 0.2), ("epochs", 9), ("vector_size", 11), ("seed", 2), ("negative", 4)]
)
def test_another_setting_is_refused(texts: list[list[str]], begun: Path, name: str, value: object) -> None:
    with pytest.raises(ParameterError, match=f"made with {name}=.*, this run has {name}={value}"):
        Word2Vec(**{**SMALL, name: value}).fit(texts, resume=begun)


def test_another_corpus_is_refused(texts: list[list[str]], begun: Path) -> None:
    with pytest.raises(ParameterError, match="of another corpus"):
        Word2Vec(**SMALL).fit([*texts, ["a1"]], resume=begun)
    with pytest.raises(ParameterError, match="of another validation"):
        Word2Vec(**SMALL).fit(texts, validation=texts[:9], resume=begun)


def test_other_vectors_to_begin_with_are_refused(texts: list[list[str]], tmp_path: Path) -> None:
    first, second = (Word2Vec(**SMALL, seed=seed).fit(texts) for seed in (1, 2))
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**SMALL).fit(texts, init_from=first.wv, callbacks=[Checkpoint(tmp_path), Interrupt(5)])
    Word2Vec(**SMALL).fit(texts, init_from=first.wv, resume=tmp_path)
    for other in (None, second.wv):
        with pytest.raises(ParameterError, match="are of another init_from than this run"):
            Word2Vec(**SMALL).fit(texts, init_from=other, resume=tmp_path)


def test_another_fit_to_go_on_from_is_refused(texts: list[list[str]], tmp_path: Path) -> None:
    first, second = (Word2Vec(**SMALL, seed=seed).fit(texts) for seed in (1, 2))
    second.set_params(seed=1)
    with pytest.raises(KeyboardInterrupt):
        first.partial_fit(texts, callbacks=[Checkpoint(tmp_path), Interrupt(5)])
    with pytest.raises(ParameterError, match="are of another earlier fit than this run"):
        second.partial_fit(texts, resume=tmp_path)


def test_workers_may_differ(texts: list[list[str]], begun: Path) -> None:
    assert len(Word2Vec(**{**SMALL, "workers": 2}).fit(texts, resume=begun).history) == 4


def test_another_instruction_set_is_a_warning(
    texts: list[list[str]], begun: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(begun, tmp_path / "c")
    (saved,) = (tmp_path / "c").iterdir()
    model = load_model(saved)
    model.settings["origin"]["instruction set"] = "abacus"
    save_model(saved, model.table, settings=model.settings, training=dict(model.training or {}))
    Word2Vec(**SMALL).fit(texts, resume=tmp_path / "c")
    assert "made by instruction set abacus" in caplog.text


def test_full_disk_is_logged_and_training_goes_on(
    texts: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OutputError(os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("wordmill.training.run.checkpoints.save_model", full)
        model = Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path, epochs=1)])
    assert "no checkpoint: No space left on device" in caplog.text
    assert len(model.history) == 4


@pytest.mark.parametrize("options", [{"seconds": 0}, {"seconds": float("nan")}, {"epochs": 0}, {"keep": 0}])
def test_bad_checkpoint_settings(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="above 0"):
        Checkpoint(tmp_path, **options)


def test_checkpoints_of_an_earlier_run_that_stay_are_not_taken_for_the_newest(
    texts: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path), Interrupt(epoch=3)])
    earlier = newest_run(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("wordmill.training.callbacks.checkpoint.remove", lambda path: False)
        with pytest.raises(KeyboardInterrupt):
            Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path), Interrupt(epoch=1)])
    assert len(list(tmp_path.glob("[!.]*"))) == 2
    assert newest_run(tmp_path) not in (None, earlier)


def test_a_second_run_into_one_directory_of_checkpoints_is_refused(texts: list[list[str]], tmp_path: Path) -> None:
    class Second(Callback):
        def on_epoch_end(self, run: Run) -> None:
            with pytest.raises(OutputError, match="is the output of another training"):
                Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path)])

    Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path), Second()])
    Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path)])


def test_a_users_directory_of_such_a_name_is_no_checkpoint(texts: list[list[str]], tmp_path: Path) -> None:
    (theirs := tmp_path / "202401010000000").mkdir()
    (theirs / "thesis").touch()
    Word2Vec(**SMALL).fit(texts, callbacks=[Checkpoint(tmp_path, seconds=None, epochs=1, keep=1)])
    remove_checkpoints(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == [theirs.name, "thesis"]


# Early stopping


class Validations(Callback):
    """Puts validation losses of our choice into the history."""

    def __init__(self, losses: list[float]) -> None:
        self.losses, self.vectors = losses, []  # type: ignore[var-annotated]

    def on_epoch_end(self, run: Run) -> None:
        run.history[-1]["validation_loss"] = self.losses[len(run.history) - 1]
        self.vectors.append(run.input_vectors.copy())


def test_early_stopping_goes_back_to_the_best_epoch(texts: list[list[str]], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    script, early = Validations([3.0, 2.0, 2.5, 1.99, 2.6, 2.7, 1.0]), EarlyStopping(patience=2, min_delta=0.05)
    model = Word2Vec(**{**SMALL, "epochs": 7}).fit(texts, validation=0.1, callbacks=[script, early])
    assert len(model.history) == 4  # 1.99 is not lower by more than 0.05
    assert np.array_equal(model.wv.vectors, script.vectors[1])
    assert "stopped after epoch 4 of 7: the validation loss was lowest in epoch 2, 2.0000" in caplog.text
    assert "alpha was still" in early.message
    assert "epochs=2 would let it fall" in early.message


class KilledError(Exception):
    """In place of SIGKILL."""


class KillAfter(Callback):
    """Ends the run after an epoch as if it were killed: the callbacks that write at the end are not asked to."""

    def __init__(self, epoch: int, *others: Any) -> None:
        self.epoch, self.others = epoch, others

    def on_epoch_end(self, run: Run) -> None:
        if run.epoch == self.epoch:
            for other in self.others:
                other.on_train_end = lambda _: None
            raise KilledError


def train_and_kill(texts: list[list[str]], directory: Path, losses: list[float], after: int) -> None:
    early, checkpoint = EarlyStopping(patience=2, directory=directory), Checkpoint(directory, seconds=None, epochs=1)
    callbacks = [Validations(losses), early, checkpoint, KillAfter(after, early, checkpoint)]
    with pytest.raises(KilledError):
        Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=callbacks)


def test_best_epoch_is_removed_with_what_killed_saves_left_of_it(texts: list[list[str]], tmp_path: Path) -> None:
    early = EarlyStopping(directory=tmp_path)
    left, later = (tmp_path / f".best.safetensors.wordmill-{token}" for token in ("0123", "4567"))
    left.mkdir()
    (theirs := tmp_path / ".best.safetensors.old").touch()
    Word2Vec(**SMALL).fit(texts, validation=0.2, callbacks=[early])
    assert {path.name for path in tmp_path.iterdir()} == {"best.safetensors", theirs.name}
    later.mkdir()
    early.remove()
    assert list(tmp_path.iterdir()) == [theirs]


@pytest.mark.parametrize("killed", [1, 2, 3, 4])
def test_resumed_run_goes_back_to_the_same_best_epoch(texts: list[list[str]], tmp_path: Path, killed: int) -> None:
    losses = [3.0, 2.0, 2.5, 2.6]
    whole = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[Validations(losses), EarlyStopping(patience=2)])
    train_and_kill(texts, tmp_path, losses, killed)
    early = EarlyStopping(patience=2, directory=tmp_path)
    resumed = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[Validations(losses), early], resume=tmp_path)
    assert np.array_equal(resumed.wv.vectors, whole.wv.vectors)
    assert without_times(resumed) == without_times(whole)
    early.remove()
    assert not (tmp_path / "best.safetensors").exists()


@pytest.mark.parametrize("early_first", [True, False])
def test_a_run_interrupted_between_epochs_stands_where_it_was(
    texts: list[list[str]], tmp_path: Path, early_first: bool
) -> None:
    losses = [3.0, 2.0, 2.5, 2.4]
    whole = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[Validations(losses), EarlyStopping(patience=3)])
    script, early = Validations(losses), EarlyStopping(patience=3, directory=tmp_path)
    own = [early, Checkpoint(tmp_path)] if early_first else [Checkpoint(tmp_path), early]
    model = Word2Vec(**SMALL)
    with pytest.raises(KeyboardInterrupt):
        model.fit(texts, validation=0.1, callbacks=[script, *own, Interrupt(epoch=3)])
    assert np.array_equal(model.wv.vectors, script.vectors[2])
    resumed = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[script, *own], resume=tmp_path)
    assert np.array_equal(resumed.wv.vectors, whole.wv.vectors)


def test_a_run_that_had_stopped_stops_when_resumed(texts: list[list[str]], tmp_path: Path) -> None:
    losses = [2.0, 2.5, 2.6, 1.0]
    train_and_kill(texts, tmp_path, losses, 3)
    early = EarlyStopping(patience=2, directory=tmp_path)
    resumed = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[Validations(losses), early], resume=tmp_path)
    assert len(resumed.history) == 3
    assert "stopped after epoch 3" in early.message


@pytest.mark.parametrize("fate", ["lost", "another's", "a bit is flipped", "its head is flipped", "cut"])
def test_a_best_epoch_that_is_lost_damaged_or_of_another_run_is_said(
    texts: list[list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture, fate: str
) -> None:
    losses = [3.0, 2.0, 2.5, 2.6]
    train_and_kill(texts, tmp_path, losses, 3)
    early = EarlyStopping(patience=2, directory=tmp_path)
    file = tmp_path / "best.safetensors"
    content = bytearray(file.read_bytes())
    if fate == "lost":
        early.remove()
    elif fate == "another's":
        write_safetensors(file, {"input": np.zeros(3)}, {"epoch": "2", "validation_loss": "1.9"})
    else:
        content[{"a bit is flipped": -5, "its head is flipped": 12, "cut": 0}[fate]] ^= 4
        file.write_bytes(content[:-7] if fate == "cut" else content)
    resumed = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[Validations(losses), early], resume=tmp_path)
    assert "the vectors of epoch 2, the best, are lost or damaged, and those of the last epoch stay" in caplog.text
    assert isinstance(early.failure, OutputError)
    assert np.array_equal(resumed.wv.vectors, Word2Vec(**SMALL).fit(texts, validation=0.1).wv.vectors)


def test_a_best_epoch_that_the_disk_has_no_room_for_is_logged_and_training_goes_on(
    texts: list[list[str]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr("wordmill.training.callbacks.early_stopping.write_safetensors", full)
    model = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[EarlyStopping(9)])
    assert np.array_equal(model.wv.vectors, Word2Vec(**SMALL).fit(texts, validation=0.1).wv.vectors)
    assert caplog.text.count("the best epoch so far is not kept: ") >= 1
    assert "No space left on device" in caplog.text


def test_early_stopping_without_restoring(texts: list[list[str]]) -> None:
    script = Validations([2.0, 2.5, 2.5])
    early = EarlyStopping(patience=1, restore_best=False)
    model = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[script, early])
    assert len(model.history) == 2
    assert np.array_equal(model.wv.vectors, script.vectors[1])


def test_best_epoch_is_kept_where_nothing_stops(texts: list[list[str]]) -> None:
    script, early = Validations([3.0, 2.0, 2.5, 2.4]), EarlyStopping(patience=9)
    model = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[script, early])
    assert len(model.history) == 4
    assert np.array_equal(model.wv.vectors, script.vectors[1])
    assert early.message == ""


def test_early_stopping_needs_a_validation_loss(texts: list[list[str]]) -> None:
    with pytest.raises(ParameterError, match="needs a validation loss"):
        Word2Vec(**SMALL).fit(texts, callbacks=[EarlyStopping()])
    for options in ({"patience": 0}, {"min_delta": -1.0}, {"min_delta": float("nan")}):
        with pytest.raises(ParameterError, match="at least 1 and 0"):
            EarlyStopping(**options)


# The log


def test_log_has_a_line_for_each_interval_and_epoch(texts: list[list[str]], tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    model = Word2Vec(**SMALL).fit(texts, validation=0.1, callbacks=[LogFile(path)])
    Word2Vec(**SMALL).fit(texts, callbacks=[LogFile(path)])
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    epochs = [line for line in lines if line["event"] == "epoch"]
    assert len(epochs) == 8
    for line, entry in zip(epochs[:4], model.history, strict=True):
        assert {name: line[name] for name in entry} == entry
    intervals = [line for line in lines if line["event"] == "interval"]
    assert intervals[-1]["tokens_done"] == intervals[-1]["tokens_total"] == 4 * 7200
    assert {"time", "loss", "alpha", "seconds"} <= set(intervals[0])


def test_log_that_cannot_be_written(texts: list[list[str]], tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        Word2Vec(**SMALL).fit(texts, callbacks=[LogFile(tmp_path / "no" / "log.jsonl")])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_log_on_a_full_disk_ends_and_training_goes_on(texts: list[list[str]], caplog: pytest.LogCaptureFixture) -> None:
    log = LogFile("/dev/full")
    model = Word2Vec(**SMALL).fit(texts, callbacks=[log])
    assert len(model.history) == 4
    assert isinstance(log.failure, OutputError)
    (message,) = (record.message for record in caplog.records if record.levelname == "ERROR")
    assert message == f"no log: {log.failure}"
    assert message.endswith("No space left on device; the log ends in epoch 1")


@pytest.mark.skipif(os.name != "posix", reason="bounds the size of a file")
def test_log_that_is_cut_short_has_whole_lines(tmp_path: Path) -> None:
    """Where the disk has room for a part of a line, that part goes again."""
    program = """
import resource, signal, sys
from wordmill import LogFile, Word2Vec
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit is an error then
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
log = LogFile(sys.argv[1])
Word2Vec(vector_size=4, epochs=20, min_count=1).fit([["a", "b"]] * 100, callbacks=[log], scratch=False)
assert log.failure
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "log")], stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "log").read_bytes()
    assert text.endswith(b"\n")
    assert all(json.loads(line) for line in text.splitlines())


def test_a_failing_callback_does_not_keep_the_others_from_their_end(texts: list[list[str]], tmp_path: Path) -> None:
    class Fails(Callback):
        def on_interval(self, run: Run) -> None:
            raise RuntimeError("first")

        def on_train_end(self, run: Run) -> None:
            raise RuntimeError("second")

    model = Word2Vec(**SMALL)
    with pytest.raises(RuntimeError, match="second") as raised:
        model.fit(texts, callbacks=[Fails(), Checkpoint(tmp_path)])
    assert str(raised.value.__context__) == "first"
    assert model.history[0]["tokens"] > 0
    resumed = Word2Vec(**SMALL).fit(texts, resume=tmp_path)
    assert np.array_equal(resumed.wv.vectors, Word2Vec(**SMALL).fit(texts).wv.vectors)


def test_a_place_for_the_best_epoch_that_takes_none_is_known_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    early = EarlyStopping(directory=tmp_path / "file")
    with pytest.raises(OutputError, match="file cannot be written into: it is no directory"):
        Word2Vec(vector_size=2, min_count=1).fit(["a b c d e"] * 300, validation=0.2, callbacks=[early])
