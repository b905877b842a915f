"""The loop, driven by a backend that keeps books instead of training."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from wordmill.config import TrainConfig
from wordmill.corpus import Vocab
from wordmill.errors import DivergenceError
from wordmill.training import Callback, Run
from wordmill.training.backends import Blocks, Sums
from wordmill.training.callbacks.progress import Progress
from wordmill.training.run.loop import Trainer
from wordmill.training.run.rows import WordRows
from wordmill.training.run.schedule import Schedule, cut_into_blocks

TOKENS = 20_000
EPOCHS = 3


class Ledger:
    """A test double of a backend: it notes what it is given and answers with plausible sums."""

    def __init__(self, loss: float = 4.0, fault: int = 0) -> None:
        self.calls: list[tuple[int, Blocks]] = []
        self.loss, self.fault = loss, fault

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        self.calls.append((epoch, blocks))
        tokens = blocks.ends - blocks.begins
        subsampled, centres = tokens // 3, tokens // 2
        loss = (self.loss + np.sin(blocks.begins) / 7) * centres  # sums that depend on the order of adding
        return Sums(loss, centres, subsampled, centres, tokens - subsampled - centres + self.fault)


class Recorder(Callback):
    """Notes the names of the events."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def on_train_begin(self, run: Run) -> None:
        self.events.append("begin")

    def on_interval(self, run: Run) -> None:
        self.events.append("interval")

    def on_epoch_end(self, run: Run) -> None:
        self.events.append(f"epoch {run.epoch}")

    def on_train_end(self, run: Run) -> None:
        self.events.append("end")


def train(
    backend: Ledger, callbacks: list[Callback] | None = None, interval: float = 0.0, config: TrainConfig | None = None
) -> Run:
    run, trainer = prepare(backend, callbacks, interval, config)
    trainer.train()
    return run


def prepare(
    backend: Ledger, callbacks: list[Callback] | None = None, interval: float = 0.0, config: TrainConfig | None = None
) -> tuple[Run, Trainer]:
    config = config or TrainConfig(epochs=EPOCHS, workers=1)
    rows = WordRows(Vocab(["a", "b"], np.array([TOKENS - 1, 1])))
    run = Run(config, rows, np.zeros((2, 3), np.float32), np.zeros((2, 3), np.float32), tokens_total=TOKENS * EPOCHS)
    edges = cut_into_blocks(TOKENS)
    schedule = Schedule(edges[:-1], edges[1:], EPOCHS, config.start_alpha, config.min_alpha, config.seed)
    return run, Trainer(backend, schedule, run, callbacks or [], untrained_loss=6 * np.log(2), interval=interval)


def without_times(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in entry.items() if k not in {"seconds", "tokens_per_second"}} for entry in history]


def handed_over(backend: Ledger) -> list[tuple[int, int, int, float]]:
    return [
        (epoch, int(begin), int(end), float(alpha))
        for epoch, blocks in backend.calls
        for begin, end, alpha in zip(blocks.begins, blocks.ends, blocks.alphas, strict=True)
    ]


def test_chunking_changes_nothing() -> None:
    one_by_one, adaptive, at_once = Ledger(), Ledger(), Ledger()
    runs = [train(one_by_one, interval=0.0), train(adaptive, interval=1e-4), train(at_once, interval=math.inf)]
    assert len(one_by_one.calls) > len(at_once.calls)
    assert handed_over(one_by_one) == handed_over(adaptive) == handed_over(at_once)
    assert without_times(runs[0].history) == without_times(runs[1].history) == without_times(runs[2].history)


def test_history_accounts_for_every_token() -> None:
    run = train(Ledger())
    assert [entry["epoch"] for entry in run.history] == [1, 2, 3]
    for entry in run.history:
        assert entry["tokens"] == TOKENS == entry["subsampled"] + entry["centres"] + entry["without_context"]
        assert entry["loss"] == pytest.approx(4.0, abs=0.15)
        assert entry["tokens_per_second"] == pytest.approx(TOKENS / entry["seconds"])
    assert run.history[-1]["alpha"] == pytest.approx(TrainConfig().min_alpha)
    assert run.tokens_done == run.tokens_total


def test_lost_tokens_are_noticed() -> None:
    with pytest.raises(AssertionError, match="lost count"):
        train(Ledger(fault=1))


def test_callbacks_come_in_order() -> None:
    recorder, backend = Recorder(), Ledger()
    train(backend, [recorder], interval=math.inf)
    events = [event for event in recorder.events if event != "interval"]
    assert events == ["begin", "epoch 1", "epoch 2", "epoch 3", "end"]
    assert recorder.events.count("interval") == len(backend.calls)


class StopAfter(Callback):
    def __init__(self, intervals: int, error: BaseException | None = None) -> None:
        self.left, self.error = intervals, error

    def on_interval(self, run: Run) -> None:
        self.left -= 1
        if self.left == 0:
            run.stop()
            if self.error is not None:
                raise self.error


def test_callback_stops_the_run_within_an_epoch() -> None:
    recorder = Recorder()
    run = train(Ledger(), [StopAfter(5), recorder])
    assert recorder.events == ["begin", *["interval"] * 5, "end"]
    assert run.history == []
    assert 0 < run.entries()[0]["tokens"] == run.tokens_done < TOKENS


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a callback's own")])
def test_an_interruption_passes_through_and_leaves_the_accounts(error: BaseException) -> None:
    recorder = Recorder()
    run, trainer = prepare(Ledger(), [recorder, StopAfter(5, error)])
    with pytest.raises(type(error)):
        trainer.train()
    assert recorder.events[-1] == "end"
    assert run.entries()[0]["tokens"] == run.tokens_done > 0


def test_lines_of_progress_come_before_the_end_of_their_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wordmill.training.callbacks.progress.SECONDS_BETWEEN_LINES", 0.0)
    written = io.StringIO()
    train(Ledger(), [Progress(Console(file=written, width=200))])
    lines = written.getvalue().splitlines()
    assert len([line for line in lines if line.endswith(" s")]) == EPOCHS
    assert len([line for line in lines if line.endswith(" left")]) > 0
    assert not [line for line in lines if " 100.0% " in line or " 33.3% " in line or " 66.7% " in line]


@pytest.mark.parametrize("loss", [math.nan, math.inf, 1e4])
def test_divergence_names_cause_and_cure(loss: float) -> None:
    with pytest.raises(DivergenceError, match=r"epoch 1: the loss .* alpha=2 is too high, try alpha=0\.05"):
        train(Ledger(loss=loss), config=TrainConfig(epochs=EPOCHS, workers=1, alpha=2.0))


def test_divergence_below_the_default_rate_suggests_a_lower_one() -> None:
    with pytest.raises(DivergenceError, match=r"try alpha=0\.005"):
        train(Ledger(loss=math.nan), config=TrainConfig(epochs=EPOCHS, workers=1, alpha=0.02))


class Idle(Ledger):
    """Subsamples everything away."""

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        sums = super().train(epoch, blocks)
        none = np.zeros_like(sums.examples)
        return replace(
            sums, loss=none.astype(float), examples=none, subsampled=sums.tokens, centres=none, without_context=none
        )


def test_an_epoch_without_examples_has_no_loss() -> None:
    run = train(Idle())
    assert run.history[0]["loss"] is None
    assert run.history[0]["subsampled"] == TOKENS
    assert math.isnan(run.loss)
