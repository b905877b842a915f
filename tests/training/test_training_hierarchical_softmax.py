"""`objective="hierarchical_softmax"`: everything that training does, with output vectors of inner nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from wordmill import Checkpoint, EarlyStopping, KeyedVectors, Word2Vec
from wordmill.corpus import EncodedCorpus, read_corpus
from wordmill.errors import NotFittedError, ParameterError
from wordmill.training import Callback, Run

SMALL: dict[str, Any] = {
    "objective": "hierarchical_softmax",
    "vector_size": 12,
    "epochs": 3,
    "min_count": 1,
    "workers": 1,
    "alpha": 0.05,
}
every_architecture = pytest.mark.parametrize("architecture", ["skipgram", "cbow"])


@pytest.fixture(scope="module")
def corpus() -> EncodedCorpus:
    draw = np.random.default_rng(1)
    words = [f"w{number}" for number in range(200)]
    return read_corpus([[words[i] for i in np.minimum(draw.zipf(1.3, 30) - 1, 199)] for _ in range(400)], min_count=1)


class Interrupt(Callback):
    def on_epoch_end(self, run: Run) -> None:
        if run.epoch == 2:
            raise KeyboardInterrupt


@every_architecture
def test_it_learns_and_has_a_vector_for_each_inner_node(
    corpus: EncodedCorpus, architecture: Literal["skipgram", "cbow"]
) -> None:
    model = Word2Vec(**SMALL, architecture=architecture).fit(corpus, validation=0.1)
    assert model.output_vectors.shape == (len(model.wv) - 1, 12)
    losses = [entry["loss"] for entry in model.history]
    assert losses[-1] < losses[0]
    assert model.history[-1]["validation_loss"] < losses[0]
    assert -losses[0] < model.score(corpus) < 0


@every_architecture
def test_probabilities_add_up_to_1_and_follow_the_text(
    corpus: EncodedCorpus, architecture: Literal["skipgram", "cbow"]
) -> None:
    pairs = [["a", "b"], ["c", "d"]] * 300
    settings = {**SMALL, "epochs": 20, "window": "sequence", "sample": 0}
    model = Word2Vec(**settings, architecture=architecture).fit(pairs)
    everything = model.predict_words(["a"], topn=100)
    assert sum(probability for _, probability in everything) == pytest.approx(1, rel=1e-5)
    assert [key for key, _ in model.predict_words(["a"], topn=1)] == ["b"]
    assert everything[0][1] > 0.9


def test_the_same_run_in_the_same_bits(corpus: EncodedCorpus, tmp_path: Path) -> None:
    settings = {**SMALL, "deterministic": True}
    whole = Word2Vec(**settings).fit(corpus)
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**settings).fit(corpus, callbacks=[Checkpoint(tmp_path / "c", seconds=None, epochs=1), Interrupt()])
    resumed = Word2Vec(**{**settings, "workers": 3}).fit(corpus, resume=tmp_path / "c")
    np.testing.assert_array_equal(resumed.wv.vectors, whole.wv.vectors)
    np.testing.assert_array_equal(resumed.output_vectors, whole.output_vectors)
    whole.save(tmp_path / "m")
    loaded = Word2Vec.load(tmp_path / "m")
    np.testing.assert_array_equal(loaded.output_vectors, whole.output_vectors)
    assert loaded.score(corpus) == whole.score(corpus)
    assert len(KeyedVectors.load(tmp_path / "m")) == len(whole.wv)


def test_it_goes_on_with_more_text_of_the_same_words(corpus: EncodedCorpus) -> None:
    model = Word2Vec(**SMALL).fit(corpus)
    counts, before = model.wv.counts, model.score(corpus)
    model.partial_fit([["w0", "w1", "w2", "unheard"]] * 50, epochs=2)
    assert "unheard" not in model.wv
    np.testing.assert_array_equal(model.wv.counts, counts)  # another count would be another tree
    assert model.score([["w0", "w1", "w2"]] * 50) > before
    with pytest.raises(ParameterError, match="extend_vocab=True needs negative sampling"):
        model.partial_fit([["w0", "new"]] * 9, extend_vocab=True)


def test_vectors_to_begin_with_frozen_ones_and_the_best_epoch(corpus: EncodedCorpus, tmp_path: Path) -> None:
    first = Word2Vec(**SMALL).fit(corpus)
    second = Word2Vec(**SMALL).fit(
        corpus,
        init_from=first.wv,
        freeze=first.wv.index_to_key[:5],
        validation=0.1,
        callbacks=[EarlyStopping(1, directory=tmp_path)],
    )
    np.testing.assert_array_equal(second.wv.vectors[:5], first.wv.vectors[:5])
    assert (second.wv.vectors[5:] != first.wv.vectors[5:]).any(axis=1).mean() > 0.9


def test_nodes_are_not_added_to_words(corpus: EncodedCorpus) -> None:
    with pytest.raises(ParameterError, match="nodes of a tree"):
        Word2Vec(**SMALL).fit(corpus).with_outputs()


def test_probabilities_are_of_hierarchical_softmax_alone(corpus: EncodedCorpus) -> None:
    with pytest.raises(ParameterError, match="objective='hierarchical_softmax'"):
        Word2Vec(vector_size=4, epochs=1, min_count=1).fit(corpus).predict_words(["w0"])
    with pytest.raises(NotFittedError):
        Word2Vec(**SMALL).predict_words(["w0"])
    with pytest.raises(ParameterError, match="topn must be a positive integer, not 0"):
        Word2Vec(**SMALL).fit(corpus).predict_words(["w0"], topn=0)
    model = Word2Vec(**SMALL).fit(corpus)
    for context, topn in (("w0", 1), ([], 1), (None, 1), (["w0"], 1.5), (["w0"], None)):
        with pytest.raises(ParameterError):
            model.predict_words(context, topn=topn)  # type: ignore[arg-type]
