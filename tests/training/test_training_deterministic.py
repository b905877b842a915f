"""`deterministic=True`: the same bits on any number of threads, however the work is cut, also after an interruption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill import Checkpoint, Word2Vec
from wordmill.corpus import EncodedCorpus, read_corpus
from wordmill.errors import ParameterError
from wordmill.training import Callback, Run

SMALL: dict[str, Any] = {"vector_size": 16, "epochs": 2, "min_count": 1, "deterministic": True}


@pytest.fixture(scope="module")
def corpus() -> EncodedCorpus:
    draw = np.random.default_rng(1)
    return read_corpus([np.minimum(draw.zipf(1.3, 40) - 1, 799).tolist() for _ in range(1_000)], min_count=1)


@pytest.fixture(scope="module")
def alone(corpus: EncodedCorpus) -> Word2Vec:
    return Word2Vec(**SMALL, workers=1).fit(corpus, validation=0.1)


def call_at_a_time(monkeypatch: pytest.MonkeyPatch, interval: float) -> None:
    """Hand the core so many seconds of work at a time; 0: one block."""
    monkeypatch.setattr("wordmill.training.run.loop.INTERVAL", interval)


def assert_same_bits(model: Word2Vec, other: Word2Vec) -> None:
    assert np.array_equal(model.wv.vectors, other.wv.vectors)
    assert np.array_equal(model.output_vectors, other.output_vectors)
    assert [_without_times(entry) for entry in model.history] == [_without_times(entry) for entry in other.history]


def _without_times(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in ("seconds", "tokens_per_second")}


@pytest.mark.parametrize("interval", [0.0, 0.003, 1.0])
@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_same_bits_for_any_workers_and_intervals(
    corpus: EncodedCorpus, alone: Word2Vec, workers: int, interval: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_at_a_time(monkeypatch, interval)
    assert_same_bits(Word2Vec(**SMALL, workers=workers).fit(corpus, validation=0.1), alone)


def test_cbow_too(corpus: EncodedCorpus) -> None:
    one, three = (Word2Vec(**SMALL, architecture="cbow", workers=workers).fit(corpus) for workers in (1, 3))
    assert_same_bits(three, one)


def test_it_is_another_algorithm_that_learns_the_same(corpus: EncodedCorpus, alone: Word2Vec) -> None:
    single_steps = Word2Vec(**{**SMALL, "deterministic": False}, workers=1).fit(corpus, validation=0.1)
    assert not np.array_equal(single_steps.wv.vectors, alone.wv.vectors)
    assert alone.history[-1]["loss"] == pytest.approx(single_steps.history[-1]["loss"], rel=0.05)


class Interrupt(Callback):
    def __init__(self, intervals: int) -> None:
        self.left = intervals

    def on_interval(self, run: Run) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize(("before", "after"), [(2, 3), (1, 2), (3, 1)])
def test_resumed_run_is_the_uninterrupted_one(
    corpus: EncodedCorpus, alone: Word2Vec, tmp_path: Path, before: int, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_at_a_time(monkeypatch, 0.0)
    callbacks = [Checkpoint(tmp_path), Interrupt(37)]
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**SMALL, workers=before).fit(corpus, validation=0.1, callbacks=callbacks)
    resumed = Word2Vec(**SMALL, workers=after).fit(corpus, validation=0.1, resume=tmp_path)
    assert_same_bits(resumed, alone)


def test_a_checkpoint_of_the_other_mode_is_refused(corpus: EncodedCorpus, tmp_path: Path) -> None:
    Word2Vec(**SMALL).fit(corpus, callbacks=[Checkpoint(tmp_path, seconds=None, epochs=1)])
    with pytest.raises(ParameterError, match="made with deterministic=True, this run has deterministic=False"):
        Word2Vec(**{**SMALL, "deterministic": False}).fit(corpus, resume=tmp_path)


def test_the_reference_backend_trains_in_the_same_batches(corpus: EncodedCorpus) -> None:
    part = EncodedCorpus(corpus.vocab, corpus.ids[:1_200], corpus.offsets[:31], 1_200)
    native, reference = (Word2Vec(**SMALL, backend=backend, workers=2).fit(part) for backend in ("native", "reference"))
    np.testing.assert_allclose(native.wv.vectors, reference.wv.vectors, rtol=0, atol=1e-5)
    assert native.history[-1]["loss"] == pytest.approx(reference.history[-1]["loss"], rel=1e-5)
    single_steps = Word2Vec(**{**SMALL, "deterministic": False}, backend="reference").fit(part)
    assert not np.allclose(single_steps.wv.vectors, reference.wv.vectors, rtol=0, atol=1e-5)
