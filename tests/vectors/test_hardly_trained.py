"""A hardly trained model is told, with what helps; one that learned is not."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill import Word2Vec
from wordmill.compat.gensim import models as compat
from wordmill.config import TrainConfig
from wordmill.vectors.hardly_trained import hardly_trained, mean_cosine

ENTRY = {"examples": 1000, "tokens": 1000, "subsampled": 0}


def topics(lines: int, words: int = 20) -> list[list[str]]:
    """Lines that keep to one of two topics."""
    rng = np.random.default_rng(1)
    return [[f"{'ab'[i % 2]}{j}" for j in rng.integers(words, size=8)] for i in range(lines)]


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [message for record in caplog.records if "hardly trained" in (message := record.getMessage())]


@settings(max_examples=20)
@given(st.integers(2, 60), st.integers(1, 8), st.integers(0, 99))
def test_mean_cosine_is_that_of_all_pairs(rows: int, columns: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(rows, columns))
    units = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    pairs = (units @ units.T)[np.triu_indices(rows, 1)]
    assert mean_cosine(vectors) == pytest.approx(pairs.mean(), abs=1e-9)


def test_mean_cosine_looks_at_a_sample() -> None:
    class Watched:
        def __init__(self) -> None:
            self.rows = 0

        def __len__(self) -> int:
            return 3_000_000

        def __getitem__(self, rows: Any) -> Any:
            self.rows += len(rows)
            return np.ones((len(rows), 300), np.float32)

    vectors = Watched()
    assert mean_cosine(cast("Any", vectors)) == pytest.approx(1)
    assert vectors.rows == 1000
    assert math.isnan(mean_cosine(np.zeros((5, 3))))


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("negative", [1, 2, 5, 20])
def test_few_epochs_are_told_and_the_cure_cures(
    caplog: pytest.LogCaptureFixture, architecture: str, negative: int
) -> None:
    setting = {"architecture": architecture, "negative": negative, "sample": 0, "workers": 1, "vector_size": 20}
    lines = topics(60)
    Word2Vec(epochs=1, **setting).fit(lines)  # type: ignore[arg-type]
    if negative > 1 or told(caplog):  # with one negative, a loss of ln 4 is that of no knowledge, too
        (message,) = told(caplog)
        epochs = int(message.partition("epochs=")[2].split()[0])
        caplog.clear()
        Word2Vec(epochs=epochs, **setting).fit(lines)  # type: ignore[arg-type]
    assert told(caplog) == []


def test_a_low_rate_and_thinning_are_named(caplog: pytest.LogCaptureFixture) -> None:
    Word2Vec(epochs=1, alpha=0.0002, window=2, workers=1).fit(topics(600))
    (message,) = told(caplog)
    assert "the loss is 4.1" in message
    assert "alpha=0.05 is usual; epochs=" in message
    assert "sample=0 keeps the" in message
    assert "a wider window" in message


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_of_hierarchical_softmax_the_loss_is_no_sign(caplog: pytest.LogCaptureFixture, architecture: Any) -> None:
    setting: dict[str, Any] = {"architecture": architecture, "objective": "hierarchical_softmax", "workers": 1}
    Word2Vec(epochs=30, sample=0, vector_size=20, **setting).fit(topics(600))
    assert told(caplog) == []
    parallel, config = np.ones((50, 4), np.float32), TrainConfig(objective="hierarchical_softmax")
    assert hardly_trained(parallel, [ENTRY | {"loss": 2.0}], config)
    apart = np.random.default_rng(1).normal(size=(50, 40))
    assert hardly_trained(apart, [ENTRY | {"loss": 99.0}], config) is None


def test_gensims_names_tell_it_too(caplog: pytest.LogCaptureFixture) -> None:
    compat.Word2Vec(topics(60), sg=1, epochs=1, sample=0, workers=1, vector_size=20)
    assert len(told(caplog)) == 1
    caplog.clear()
    compat.Word2Vec(topics(60), sg=1, epochs=100, sample=0, workers=1, vector_size=20)
    assert told(caplog) == []
    compat.Word2Vec([["a", "b"]] * 9, sample=1e-9, workers=1)
    assert "nothing was trained" in caplog.text


def test_what_says_little_is_not_told() -> None:
    parallel, config = np.ones((50, 4), np.float32), TrainConfig()
    assert hardly_trained(parallel, [ENTRY | {"loss": 2.0}], config)
    assert hardly_trained(parallel[:5], [ENTRY | {"loss": 2.0}], config) is None
    assert hardly_trained(parallel, [], config) is None
    assert hardly_trained(parallel, [ENTRY | {"examples": 0, "loss": None}], config) is None
    apart = np.random.default_rng(1).normal(size=(50, 40))
    assert hardly_trained(apart, [ENTRY | {"loss": 2.9}], config) is None
    assert "it takes more text" in str(hardly_trained(parallel, [ENTRY | {"loss": 2.0, "examples": 1}], config))


def test_info_tells_it_without_the_core(tmp_path: Path) -> None:
    lines = [[word + "," * (j % 4 == 3) for j, word in enumerate(line)] for line in topics(60)]
    Word2Vec(epochs=1, workers=1, sample=0, min_count=1, vector_size=8).fit(lines).save(tmp_path / "model")
    script = "import sys; sys.modules['wordmill._core'] = None; from wordmill.cli import main; main()"
    command = [sys.executable, "-c", script, "info", str(tmp_path / "model")]
    facts = json.loads(subprocess.run([*command, "--json"], check=True, stdout=subprocess.PIPE).stdout)
    cut, hardly = facts["warnings"]
    assert "another key with a final mark" in cut
    assert "--tokenizer words" in cut
    assert "hardly trained" in hardly
    assert "--epochs" in hardly
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    assert [line.split()[0] for line in shown.splitlines()[-2:]] == ["warning", "warning"]
