"""`subwords=(3, 6)`: words made of their n-grams, in all that training does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from wordmill import Checkpoint, EarlyStopping, FastText, KeyedVectors, TrainConfig, Word2Vec
from wordmill.corpus import EncodedCorpus, Vocab, read_corpus
from wordmill.errors import MissingKeyError, ParameterError
from wordmill.training import Callback, Run
from wordmill.training.run.rows import SubwordRows
from wordmill.vectors.subwords import Ngrams

SMALL: dict[str, Any] = {
    "subwords": (2, 4),
    "buckets": 5_000,
    "vector_size": 12,
    "epochs": 2,
    "min_count": 1,
    "workers": 1,
}
Architecture = Literal["skipgram", "cbow"]
every_architecture = pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
every_objective = pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax"])
STEMS = ("walk", "talk", "jump", "call", "look", "turn", "work", "play", "ask", "help")
ENDINGS = ("", "s", "ed", "ing", "er", "ers")


@pytest.fixture(scope="module")
def corpus() -> EncodedCorpus:
    draw = np.random.default_rng(1)
    texts = []
    for _ in range(600):
        ending = ENDINGS[draw.integers(len(ENDINGS))]  # words of an ending keep company
        texts.append([STEMS[draw.integers(len(STEMS))] + ending for _ in range(12)])
    return read_corpus(texts, min_count=1)


class Interrupt(Callback):
    def on_epoch_end(self, run: Run) -> None:
        raise KeyboardInterrupt


def test_rows_are_words_and_the_buckets_in_use() -> None:
    vocab = Vocab(["banana", "an", "</s>"], np.array([3, 2, 1]))
    ngrams = Ngrams(3, 3, 100)
    rows = SubwordRows.of_vocabulary(vocab, ngrams)
    assert len(rows) == 3 + len(rows.buckets)
    assert len(rows.bags.of(0)) == 1 + 6  # <ba ban ana nan ana na>: ana counts twice
    assert len(rows.bags.of(1)) == 1 + 2
    assert rows.bags.of(2).tolist() == [2]  # </s> is its own row alone
    matrix = np.random.default_rng(0).normal(size=(len(rows), 4))
    made = rows.vectors(matrix)
    for word in range(3):
        np.testing.assert_allclose(made[word], matrix[rows.bags.of(word)].mean(axis=0))
    rows.assign(matrix, np.array([False, True, False]), np.ones((1, 4)))
    np.testing.assert_allclose(rows.vectors(matrix)[1], 1)
    assert rows.of(np.array([True, False, False])).sum() == len(set(rows.bags.of(0).tolist()))


@every_objective
@every_architecture
def test_unseen_words_have_vectors_like_their_kin(
    corpus: EncodedCorpus, architecture: Architecture, objective: Any
) -> None:
    settings = {**SMALL, "architecture": architecture, "objective": objective, "epochs": 30, "alpha": 0.05}
    model = Word2Vec(**settings).fit(corpus)
    assert "zooming" not in model.wv
    assert model.wv["zooming"].shape == (12,)
    found = [neighbor.key for neighbor in model.wv.most_similar("zooming", topn=5)]
    assert sum(str(key).endswith("ing") for key in found) >= 4
    np.testing.assert_array_equal(model.wv.get_vector("zooming"), model.wv["zooming"])
    assert model.wv.similarity("zooming", "walking") > model.wv.similarity("zooming", "walked")
    assert np.linalg.norm(model.transform([["zooming"]])) > 0
    with pytest.raises(MissingKeyError, match="§"):
        model.wv["§"]
    assert model.wv.get("§") is None


@every_objective
@every_architecture
def test_interrupted_resumed_and_saved_it_is_the_same_to_the_bit(
    corpus: EncodedCorpus, architecture: Architecture, objective: Any, tmp_path: Path
) -> None:
    settings = {**SMALL, "architecture": architecture, "objective": objective, "deterministic": True}
    whole = Word2Vec(**settings).fit(corpus, validation=0.1)
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**settings).fit(
            corpus, validation=0.1, callbacks=[Checkpoint(tmp_path / "c", seconds=None, epochs=1), Interrupt()]
        )
    resumed = Word2Vec(**{**settings, "workers": 3}).fit(corpus, validation=0.1, resume=tmp_path / "c")
    np.testing.assert_array_equal(resumed.wv.vectors, whole.wv.vectors)
    resumed.save(tmp_path / "m")
    loaded = Word2Vec.load(tmp_path / "m")
    assert loaded.subwords == (2, 4)
    np.testing.assert_array_equal(loaded.wv["zooming"], whole.wv["zooming"])
    assert loaded.score(corpus) == whole.score(corpus)
    for model in (whole, loaded):
        model.partial_fit([["walking", "talked"]] * 30)
    np.testing.assert_array_equal(loaded.wv.vectors, whole.wv.vectors)
    np.testing.assert_array_equal(KeyedVectors.load(tmp_path / "m")["zooming"], resumed.wv["zooming"])


STILL = {"alpha": 1e-9, "min_alpha": 0.0, "sample": 0.0}  # a rate that moves nothing
MORE = [["quixotic", "walking", "quix"], ["unwalking", "talked", "walking"]] * 9


@every_architecture
def test_new_words_bring_new_rows_and_the_others_move_with_their_keys(
    corpus: EncodedCorpus, architecture: Architecture, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {**SMALL, "architecture": architecture, "epochs": 9}
    model, again = Word2Vec(**settings).fit(corpus), Word2Vec(**settings).fit(corpus)
    before, outputs = model.wv, model.output_vectors.copy()
    model.set_params(**STILL).partial_fit(MORE, extend_vocab=True, epochs=1)
    old, new = before.subwords, model.wv.subwords
    assert old is not None
    assert new is not None
    assert old.numbers is not None
    assert new.numbers is not None
    assert set(old.numbers.tolist()) < set(new.numbers.tolist())
    assert set(model.wv) - set(before) == {"quixotic", "quix", "unwalking"}
    for word in (*before, "zooming"):  # zooming is in neither
        np.testing.assert_allclose(model.wv[word], before[word], atol=1e-6)
    for word in before:
        moved = model.output_vectors[model.wv.get_index(word)]
        np.testing.assert_allclose(moved, outputs[before.get_index(word)], atol=1e-6)
    assert not model.output_vectors[model.wv.get_index("quix")].round(6).any()
    likeness = model.wv.similarity("unwalking", "walking")  # begins amid its kin, by the rows that it shares
    assert likeness > np.mean([model.wv.similarity("quixotic", word) for word in before])
    again.save(tmp_path / "m")
    loaded = Word2Vec.load(tmp_path / "m").set_params(**STILL)
    loaded.partial_fit(MORE[::-1], extend_vocab=True, epochs=1)  # whatever the order of the text
    np.testing.assert_allclose(loaded.wv["quixotic"], model.wv["quixotic"], atol=1e-6)


def test_new_words_learn_beside_frozen_ones(corpus: EncodedCorpus) -> None:
    model = Word2Vec(**SMALL).fit(corpus)
    before, unseen = model.wv, model.wv["zooming"]
    model.partial_fit(MORE * 9, extend_vocab=True, freeze=model.wv)
    for word in before:
        np.testing.assert_array_equal(model.wv[word], before[word])  # rows that new words share with them stay, too
    np.testing.assert_array_equal(model.wv["zooming"], unseen)
    assert np.linalg.norm(model.wv["quix"]) > 1 / SMALL["vector_size"]


def test_an_extended_run_is_resumed_to_the_bit(corpus: EncodedCorpus, tmp_path: Path) -> None:
    settings: dict[str, Any] = {**SMALL, "deterministic": True}
    whole, cut, resumed = (Word2Vec(**settings).fit(corpus) for _ in range(3))
    whole.partial_fit(MORE, extend_vocab=True)
    with pytest.raises(KeyboardInterrupt):
        cut.partial_fit(MORE, extend_vocab=True, callbacks=[Checkpoint(tmp_path, seconds=None, epochs=1), Interrupt()])
    resumed.partial_fit(MORE, extend_vocab=True, resume=tmp_path)
    np.testing.assert_array_equal(resumed.wv.vectors, whole.wv.vectors)
    np.testing.assert_array_equal(resumed.wv["quixotically"], whole.wv["quixotically"])
    np.testing.assert_array_equal(resumed.output_vectors, whole.output_vectors)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subwords": None}, r"subwords=None, but the model was trained with \(2, 4\)"),
        ({"subwords": (2, 5)}, r"subwords=\(2, 5\), but the model was trained with"),
        ({"buckets": 4_999}, "buckets=4999, but the model was trained with 5000"),
        ({"objective": "hierarchical_softmax"}, "objective='hierarchical_softmax', but the model was trained with"),
    ],
)
def test_training_goes_on_with_the_rows_that_there_are(
    corpus: EncodedCorpus, changes: dict[str, Any], message: str
) -> None:
    model = Word2Vec(**SMALL).fit(corpus)
    with pytest.raises(ParameterError, match=message):
        model.set_params(**changes).partial_fit(corpus)


def test_frozen_words_keep_their_vectors(corpus: EncodedCorpus) -> None:
    first = Word2Vec(**SMALL).fit(corpus)
    second = Word2Vec(**SMALL).fit(corpus, init_from=first.wv, freeze=["walking"])
    np.testing.assert_allclose(second.wv["walking"], first.wv["walking"], atol=1e-6)
    assert not np.allclose(second.wv["jumped"], first.wv["jumped"], atol=1e-6)


def test_the_best_epoch_is_kept_with_its_rows(corpus: EncodedCorpus, tmp_path: Path) -> None:
    class Watch(Callback):
        def __init__(self) -> None:
            self.seen: list[np.ndarray[Any, Any]] = []

        def on_epoch_end(self, run: Run) -> None:
            self.seen.append(run.as_keyed_vectors()["zooming"])

    stopping, watch = EarlyStopping(2, min_delta=10.0, directory=tmp_path), Watch()
    model = Word2Vec(**{**SMALL, "epochs": 9}).fit(corpus, validation=0.2, callbacks=[watch, stopping])
    assert stopping.failure is None
    assert len(model.history) == 3  # nothing is ten better than the first
    np.testing.assert_array_equal(model.wv["zooming"], watch.seen[0])


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_a_smaller_model_keeps_its_subwords(corpus: EncodedCorpus, tmp_path: Path, dtype: str) -> None:
    model = Word2Vec(**SMALL).fit(corpus)
    model.wv.save(tmp_path / "m", dtype=dtype)
    loaded = KeyedVectors.load(tmp_path / "m")
    np.testing.assert_allclose(loaded["zooming"], model.wv["zooming"], atol=0.02)
    some = KeyedVectors.load(tmp_path / "m", limit=5)
    np.testing.assert_array_equal(some["zooming"], loaded["zooming"])


def test_fasttext_has_fasttexts_defaults_where_these_are_best() -> None:
    model = FastText()
    assert (model.subwords, model.buckets, model.sample, model.ns_exponent) == ((3, 6), 2_000_000, 1e-4, 0.75)
    assert TrainConfig.from_params(model.get_params()).start_alpha == 0.05
    assert TrainConfig.from_params(FastText(architecture="cbow").get_params()).start_alpha == 0.2
    assert FastText(architecture="cbow", alpha=0.05).alpha == 0.05
    assert repr(FastText(vector_size=5)) == "FastText(vector_size=5)"


@pytest.mark.parametrize("subwords", [(6, 3), (0, 3), (3, 65), (3,), "3-6", 3, (3.5, 6)])
def test_lengths_that_cannot_be(subwords: Any) -> None:
    with pytest.raises(ParameterError, match=r"subwords=.*two integers from 1 to 64, the shorter first"):
        Word2Vec(subwords=subwords).fit([["a", "b"]] * 9)


def test_integers_have_no_letters() -> None:
    with pytest.raises(ParameterError, match="subwords are of text"):
        Word2Vec(**SMALL).fit([[1, 2], [2, 3]] * 9)


def test_long_words_and_words_without_ngrams() -> None:
    texts = [["x" * 1_000, "a", "日本語"]] * 9
    model = Word2Vec(**{**SMALL, "subwords": (3, 64)}).fit(texts)
    assert np.isfinite(model.wv.vectors).all()
    assert len(model.wv) == 3


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_words_that_share_nearly_all_their_ngrams_learn(architecture: Any) -> None:
    rng = np.random.default_rng(0)
    kinds = [[f"item{kind}number{i}" for i in range(20)] for kind in range(4)]
    texts = [" ".join(rng.choice(kinds[i % 4], size=60)) for i in range(160)]
    settings: dict[str, Any] = {"vector_size": 16, "min_count": 1, "epochs": 3, "workers": 1, "sample": 0.0}
    model = FastText(architecture=architecture, alpha=0.05, **settings).fit(texts)  # raises where it diverges
    losses = [entry["loss"] for entry in model.history]
    assert losses == sorted(losses, reverse=True)
