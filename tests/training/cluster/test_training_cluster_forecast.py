"""What a cluster would take, foretold; and what `--dry-run` says of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cluster_runs import some_lines
from numpy.typing import NDArray

from wordmill import EncodedCorpus
from wordmill.config import TrainConfig
from wordmill.training.backends import Backend, Blocks, Sums, Task
from wordmill.training.backends.cluster import ByCurvature, LocalRounds
from wordmill.training.backends.cluster.changes import change_of
from wordmill.training.backends.native import NativeBackend
from wordmill.training.run.cluster_forecast import Load, forecast, load_of
from wordmill.training.run.matrices import begin_run
from wordmill.training.run.setup import make_trainer


def zipf_counts(words: int, tokens: float) -> NDArray[np.int64]:
    shares = 1 / np.arange(1, words + 1)
    return np.asarray(np.maximum(tokens * shares / shares.sum(), 1), np.int64)


class Counting:
    """A backend that counts the rows which change in each call."""

    def __init__(self, task: Task, matrices: Any, changed: list[int]) -> None:
        self._backend, self._matrices = NativeBackend(task, *matrices, workers=1), matrices
        self.changed = changed

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        before = [matrix.copy() for matrix in self._matrices]
        sums = self._backend.train(epoch, blocks)
        self.changed.append(sum(len(change_of(*pair).rows) for pair in zip(before, self._matrices, strict=True)))
        return sums


def test_rows_that_change_are_as_many_as_foretold(corpus: EncodedCorpus) -> None:
    config, workers = TrainConfig(vector_size=8, epochs=1, rounds=5, min_count=2), 2
    run, changed = begin_run(config, corpus), list[int]()

    def make(_: Any, task: Task) -> Backend:
        matrices = run.input_vectors, run.output_vectors
        return LocalRounds(lambda *own: Counting(task, own, changed), matrices, workers, ByCurvature.of(task, matrices))

    make_trainer(run, corpus, 0.0, [], make).train()
    counted = np.mean(changed[workers:])  # in the first round the outputs are zeros, and no input learns at once
    assert counted == pytest.approx(load_of(config, corpus.vocab.counts).changed(1 / 10), rel=0.1)


@pytest.mark.parametrize("workers", [1, 2, 8, 64])
def test_what_is_exchanged(workers: int) -> None:
    load = load_of(TrainConfig(vector_size=300), zipf_counts(100_000, 1e9))
    seen = forecast(load, workers, 16, 5, 1e7)
    everything = 200_000 * load.change_bytes
    assert 0 <= seen.received <= 2 * everything
    assert (seen.received == 0) == (workers == 1) == (seen.exchanging == 0)
    assert seen.seconds == seen.training + seen.exchanging
    assert seen.one_machine == pytest.approx(seen.training * workers)
    assert seen.one_machine == pytest.approx(5 * load.tokens / 1e7)
    assert forecast(load, workers, 32, 5, 1e7).exchanging >= seen.exchanging


@pytest.mark.parametrize(
    ("tokens", "speed", "rounds", "verdict"),
    [
        (1e8, 1e7, 16, "no: one machine takes less than an hour"),
        (1e11, 1e7, 16, "yes: the workers train for"),
        (1e10, 1e7, 10_000, "no: the workers would exchange for longer"),
        (1e10, 1e7, 1_500, "hardly: the workers would train for"),
    ],
)
def test_whether_it_pays(tokens: float, speed: float, rounds: int, verdict: str) -> None:
    load = load_of(TrainConfig(vector_size=100), zipf_counts(100_000, tokens))
    assert forecast(load, 8, rounds, 5, speed).verdict.startswith(verdict)


def test_further_rows_change_in_every_round() -> None:
    load = Load(tokens=1.0, meetings=np.zeros(5), other_rows=7, vector_size=2)
    assert load.changed(0.5) == 7
    assert load.change_bytes == 12


def test_a_dry_run_says_what_a_cluster_would_take_and_needs_none(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("\n".join(some_lines()), encoding="utf-8")
    command = [sys.executable, "-m", "wordmill", "train", str(text), "--dry-run", "--backend", "ray", "--workers", "4"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = dict(line.split("\t", 1) for line in shown.splitlines())
    assert rows["cluster"].startswith("4 workers")
    assert rows["cluster: does it pay"] == "no: one machine takes less than an hour"
    assert {"cluster: memory of a worker", "cluster: it receives in a round", "cluster: time to train"} <= rows.keys()
