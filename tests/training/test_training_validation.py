"""Held-out tokens: chosen whole, trained never, measured the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill import Word2Vec, read_corpus
from wordmill.corpus.recode import recode
from wordmill.errors import CorpusError, ParameterError
from wordmill.training import Callback, Run
from wordmill.training.run.validation import split


@settings(max_examples=50)
@given(
    lengths=st.lists(st.integers(0, 4000), min_size=1, max_size=60),
    fraction=st.floats(0.01, 0.5),
    seed=st.integers(0, 100),
)
def test_split_holds_every_token_once(lengths: list[int], fraction: float, seed: int) -> None:
    offsets = np.cumsum([0, *lengths])
    tokens = int(offsets[-1])
    if tokens < 1500:
        return
    try:
        parts = split(tokens, offsets, fraction, seed)
    except CorpusError:
        return
    assert parts.begins[0] == 0
    assert parts.ends[-1] == tokens
    assert np.array_equal(parts.begins[1:], parts.ends[:-1])
    assert (parts.ends > parts.begins).all()
    held_out = int((parts.ends - parts.begins)[parts.held_out].sum())
    assert held_out > 0
    assert held_out >= fraction * tokens or parts.held_out.sum() == len(parts.begins) - 1
    assert not parts.held_out.all()
    # No sequence reaches over the edge of a held-out block, and every end of a sequence is still one.
    assert set(offsets.tolist()) <= set(parts.offsets.tolist())
    edges = parts.begins[1:][parts.held_out[1:] != parts.held_out[:-1]]
    assert set(edges.tolist()) <= set(parts.offsets.tolist())


def test_short_sequences_are_never_cut() -> None:
    offsets = np.arange(0, 100_001, 25)
    parts = split(100_000, offsets, 0.1, seed=3)
    assert (parts.begins % 25 == 0).all()
    assert np.array_equal(parts.offsets, offsets)


def test_a_long_sequence_is_cut_at_blocks() -> None:
    parts = split(100_000, np.array([0, 100_000]), 0.1, seed=3)
    held_out = (parts.ends - parts.begins)[parts.held_out].sum()
    assert 10_000 <= held_out <= 10_500
    assert len(parts.offsets) > 2


@pytest.fixture(scope="module")
def texts() -> list[list[str]]:
    draw = np.random.default_rng(1)
    topics = [[f"a{i}" for i in range(20)], [f"b{i}" for i in range(20)]]
    return [draw.choice(topics[i % 2], 12).tolist() for i in range(600)]


SMALL: dict[str, Any] = {"vector_size": 12, "epochs": 4, "min_count": 1, "alpha": 0.1, "sample": 0.0}


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_validation_loss_falls_and_is_in_the_history(texts: list[list[str]], architecture: str) -> None:
    model = Word2Vec(**{**SMALL, "epochs": 10, "alpha": 0.2, "architecture": architecture}).fit(texts, validation=0.1)
    losses = [entry["validation_loss"] for entry in model.history]
    assert losses[-1] < losses[0] < 6 * np.log(2) * 1.01
    tokens = sum(map(len, texts))
    assert 0.85 * tokens < model.history[0]["tokens"] <= 0.9 * tokens


def test_held_out_tokens_are_not_trained() -> None:
    """A held-out block of words that occur nowhere else leaves their vectors as they began."""
    texts = [["common", "words", "stay"]] * 3000
    corpus = read_corpus(texts, min_count=1)
    parts = split(len(corpus.ids), corpus.offsets, 0.02, seed=1)
    begin, end = parts.begins[parts.held_out][0], parts.ends[parts.held_out][0]
    for line in range(begin // 3, end // 3):
        texts[line] = ["rare", "words", "rare"]

    class First(Callback):
        def on_train_begin(self, run: Run) -> None:
            self.row = run.vocab["rare"]
            self.before = run.input_vectors.copy()

    first = First()
    model = Word2Vec(**SMALL).fit(texts, validation=0.02, callbacks=[first])
    changed = (model.wv.vectors != first.before).any(axis=1)
    assert [bool(changed[model.wv.get_index(word)]) for word in ("rare", "common", "stay")] == [False, True, True]
    assert not model.output_vectors[first.row].any()


def test_validation_changes_no_vector_and_repeats_bit_for_bit(texts: list[list[str]]) -> None:
    extra = texts[:50]
    plain = Word2Vec(**SMALL, workers=1).fit(texts)
    with_corpus = Word2Vec(**SMALL, workers=1).fit(texts, validation=extra)
    assert np.array_equal(plain.wv.vectors, with_corpus.wv.vectors)
    assert np.array_equal(plain.output_vectors, with_corpus.output_vectors)
    for workers in (1, 2, 3):
        with_corpus.set_params(workers=workers)
        assert with_corpus.score(extra) == with_corpus.score(extra) == -with_corpus.history[-1]["validation_loss"]


def test_loaded_model_scores_the_same(texts: list[list[str]], tmp_path: Any) -> None:
    model = Word2Vec(**SMALL).fit(texts)
    model.save(tmp_path / "m")
    assert Word2Vec.load(tmp_path / "m").score(texts[:40]) == model.score(texts[:40])


def test_reference_backend_has_the_same_validation_loss(texts: list[list[str]]) -> None:
    settings = {**SMALL, "epochs": 1, "workers": 1}
    native, reference = (
        Word2Vec(**settings, backend=backend).fit(texts[:100], validation=texts[100:110])
        for backend in ("native", "reference")
    )
    ours, theirs = native.history[0]["validation_loss"], reference.history[0]["validation_loss"]
    assert ours == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize("validation", [-0.1, 0.6, float("nan"), True])
def test_bad_share(texts: list[list[str]], validation: float) -> None:
    with pytest.raises(ParameterError, match=r"a share from 0 to 0\.5, or a corpus"):
        Word2Vec(**SMALL).fit(texts, validation=validation)


def test_corpora_that_cannot_validate(texts: list[list[str]]) -> None:
    with pytest.raises(CorpusError, match="none of the 2 tokens is in the vocabulary"):
        Word2Vec(**SMALL).fit(texts, validation=[["other", "words"]])
    with pytest.raises(CorpusError, match="too small to hold a part of it out"):
        Word2Vec(**SMALL).fit([["a", "b"]] * 5, validation=0.1)
    with pytest.raises(CorpusError, match="are int"):
        Word2Vec(**SMALL).fit(texts, validation=[[1, 2], [2, 3]])


def test_recode_keeps_sequences() -> None:
    first = read_corpus([["a", "b", "x"], [], ["y"], ["c", "a"]], min_count=1)
    vocab = read_corpus([["a", "a", "a", "c", "c", "b"]], min_count=1).vocab
    again = recode(first, vocab)
    assert [[vocab.keys[i] for i in again[s]] for s in range(len(again))] == [["a", "b"], [], [], ["c", "a"]]
