"""FastText with gensim's face: words from n-grams, in training, in queries and in files."""

from __future__ import annotations

import copy
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compat_gensim_models import real_gensim

import wordmill
from wordmill.compat.gensim import CallbackAny2Vec, FastText, KeyedVectors, Word2Vec
from wordmill.compat.gensim.models.fasttext import FastTextKeyedVectors
from wordmill.errors import FormatError, MissingKeyError, NotFittedError, ParameterError

SENTENCES = [["night", "nights", "nightly"], ["cat", "cats", "catty", "cat"], ["red", "reddish"]] * 20
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0, "bucket": 200_000}
OBJECTIVES: list[dict[str, Any]] = [{"sg": 1}, {"sg": 0}, {"sg": 1, "hs": 1, "negative": 0}]


@pytest.fixture(scope="module")
def trained() -> FastText:
    return FastText(SENTENCES, sg=1, **SMALL)


@pytest.fixture
def model(trained: FastText) -> FastText:
    return copy.deepcopy(trained)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_is_wordmills_training_with_subwords(objective: dict[str, Any]) -> None:
    model = FastText(SENTENCES, **objective, **SMALL)
    same = wordmill.Word2Vec(
        architecture="skipgram" if objective["sg"] else "cbow",
        cbow_update="word2vec",
        objective="hierarchical_softmax" if "hs" in objective else "negative_sampling",
        subwords=(3, 6),
        buckets=200_000,
        alpha=0.025,
        **{name: value for name, value in SMALL.items() if name != "bucket"},
    ).fit(SENTENCES)
    np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)
    np.testing.assert_array_equal(model.syn1[:-1] if "hs" in objective else model.syn1neg, same.output_vectors)
    np.testing.assert_array_equal(model.wv["nightmare"], same.wv["nightmare"])
    if "hs" in objective:
        assert model.score([["cat", "cats"]])[0] < 0


def test_step_by_step_is_the_same_as_at_once(model: FastText) -> None:
    steps = FastText(sg=1, **SMALL)
    steps.build_vocab(SENTENCES)
    wv = steps.wv
    assert steps.train(SENTENCES, total_examples=60, epochs=5) == (900, 900)
    assert steps.wv is wv
    np.testing.assert_array_equal(wv.vectors, model.wv.vectors)
    np.testing.assert_array_equal(wv.vectors_ngrams, model.wv.vectors_ngrams)


def test_a_vector_is_the_mean_of_its_rows(model: FastText) -> None:
    wv = model.wv
    assert (wv.min_n, wv.max_n, wv.bucket, wv.vectors_ngrams.shape, wv.vectors_vocab.shape) == (
        3,
        6,
        200_000,
        (200_000, 8),
        (8, 8),
    )
    ngrams = wordmill.vectors.subwords.Ngrams(3, 6, 200_000)
    for word, own in (("nights", True), ("nightingale", False)):
        buckets = ngrams.buckets_of([word.encode()])[0]
        rows = wv.vectors_ngrams[buckets]
        rows = np.concatenate([wv.vectors_vocab[[wv.get_index(word)]], rows]) if own else rows[rows.any(axis=1)]
        np.testing.assert_allclose(wv[word], rows.mean(axis=0), rtol=1e-5, atol=1e-8)


def test_every_word_is_in_the_vectors_and_the_vocabulary_is_not_larger(model: FastText) -> None:
    wv = model.wv
    assert "nights" in wv
    assert "nightclub" in wv
    assert "nightclub" not in wv.key_to_index
    assert (wv.has_index_for("nights"), wv.has_index_for("nightclub"), wv.get_index("nightclub", -7)) == (
        True,
        False,
        -7,
    )
    assert len(wv) == 8
    with pytest.raises(KeyError, match="nightclub"):
        wv.get_index("nightclub")
    with pytest.raises(KeyError, match="nightclub"):
        wv.rank("nightclub", "cat")


def test_a_word_of_unknown_ngrams_is_zeros_and_told(model: FastText, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert not model.wv["qqq"].any()
    assert "no n-gram of 'qqq'" in caplog.text
    assert model.wv.similarity("qqq", "cat") == 0
    assert len(model.wv.most_similar("qqq")) == 8
    with pytest.raises(MissingKeyError, match="99"):
        model.wv[99]
    assert 99 not in model.wv


def test_queries_take_unknown_words(model: FastText) -> None:
    wv, unknown = model.wv, "nighty"
    assert wv.most_similar(unknown, topn=1)[0][0] in {"night", "nights", "nightly"}
    assert len(wv.most_similar(positive=["cat", unknown], negative=["catlike"])) == 7
    assert wv.most_similar(unknown, topn=None).shape == (8,)
    assert wv.similar_by_word(unknown) == wv.most_similar(unknown)
    assert wv.similarity(unknown, "nights") > wv.similarity(unknown, "reddish")
    assert wv.distance(unknown, "night") == 1 - wv.similarity(unknown, "night")
    assert wv.distances(unknown).shape == (8,)
    np.testing.assert_allclose(wv.distances(unknown, ["night", "nightie"])[0], wv.distance(unknown, "night"), atol=1e-6)
    assert wv.doesnt_match([unknown, "nightlife", "night", "reddest"]) == "reddest"
    assert wv.most_similar_to_given(unknown, ["cats", "nighttime"]) == "nighttime"
    assert wv.n_similarity([unknown], ["night"]) == pytest.approx(wv.similarity(unknown, "night"), abs=1e-6)
    assert wv.most_similar_cosmul(unknown, topn=2)
    assert wv[["cat", unknown]].shape == (2, 8)
    assert np.linalg.norm(wv.get_vector(unknown, norm=True)) == pytest.approx(1)
    assert model.predict_output_word([unknown], topn=2)
    np.testing.assert_array_equal(wv.get_sentence_vector(["cat", unknown]), wv.get_mean_vector(["cat", unknown]))


@pytest.mark.parametrize("copy_vecattrs", [False, True])
def test_vectors_for_all_infers_unknown_words(model: FastText, copy_vecattrs: bool) -> None:
    every = model.wv.vectors_for_all(["nighty", "cat", "cat"], copy_vecattrs=copy_vecattrs)
    assert type(every) is KeyedVectors
    assert every.index_to_key == ["nighty", "cat"]
    np.testing.assert_array_equal(every["nighty"], model.wv["nighty"])
    assert ("count" in every.expandos) == copy_vecattrs
    if copy_vecattrs:
        assert every.get_vecattr("cat", "count") == 40
    assert model.wv.vectors_for_all(["nighty", "cat"], allow_inference=False).index_to_key == ["cat"]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_is_saved_whole_and_goes_on(objective: dict[str, Any], tmp_path: Path) -> None:
    model = FastText(SENTENCES, **objective, **SMALL, min_n=2, max_n=4)
    model.save(tmp_path / "model")
    loaded = FastText.load(tmp_path / "model")
    assert (loaded.wv.min_n, loaded.wv.max_n, loaded.wv.bucket) == (2, 4, 200_000)
    np.testing.assert_array_equal(loaded.wv["nighty"], model.wv["nighty"])
    for going_on in (model, loaded):
        going_on.train(SENTENCES, total_examples=60, epochs=2)
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
    np.testing.assert_array_equal(loaded.wv["nighty"], model.wv["nighty"])
    assert wordmill.Word2Vec.load(tmp_path / "model").subwords == (2, 4)
    with pytest.raises(FormatError, match=r"FastText\.load"):
        Word2Vec.load(tmp_path / "model")


def test_vectors_are_saved_with_all_rows(model: FastText, tmp_path: Path) -> None:
    model.wv.save(tmp_path / "vectors")
    loaded = FastTextKeyedVectors.load(tmp_path / "vectors")
    for name in ("vectors", "vectors_vocab", "vectors_ngrams"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(model.wv, name))
    np.testing.assert_array_equal(loaded["nighty"], model.wv["nighty"])
    Word2Vec(SENTENCES, min_count=1).wv.save(tmp_path / "words")
    with pytest.raises(FormatError, match="use KeyedVectors"):
        FastTextKeyedVectors.load(tmp_path / "words")


def test_new_words_bring_new_ngrams(model: FastText) -> None:
    before, rows = model.wv["dogged"], np.count_nonzero(model.wv.vectors_ngrams.any(axis=1))
    model.build_vocab([["dog", "dogs", "cat"]] * 3, update=True)
    assert "dogs" in model.wv.key_to_index
    assert len(model.wv.vectors_vocab) == 10
    assert np.count_nonzero(model.wv.vectors_ngrams.any(axis=1)) > rows
    model.train([["dog", "dogs", "cat"]] * 3, total_examples=3, epochs=1)
    assert not np.array_equal(model.wv["dogged"], before)


@pytest.mark.parametrize("options", [{"max_n": 0}, {"bucket": 0}, {"min_n": 4, "max_n": 3}])
def test_without_ngrams_it_is_word2vec(options: dict[str, Any], tmp_path: Path) -> None:
    model = FastText(SENTENCES, **SMALL | options)
    words = Word2Vec(SENTENCES, **{name: value for name, value in SMALL.items() if name != "bucket"})
    np.testing.assert_array_equal(model.wv.vectors, words.wv.vectors)
    assert (model.wv.bucket, model.wv.vectors_ngrams.shape, "nighty" in model.wv) == (0, (0, 8), False)
    np.testing.assert_array_equal(model.wv.vectors_vocab, model.wv.vectors)
    with pytest.raises(KeyError, match="no n-grams"):
        model.wv["nighty"]
    with pytest.raises(KeyError, match="nighty"):
        model.wv.most_similar("nighty")
    model.save(tmp_path / "model")
    assert FastText.load(tmp_path / "model").wv.bucket == 0
    words.save(tmp_path / "words")
    with pytest.raises(FormatError, match=r"Word2Vec\.load"):
        FastText.load(tmp_path / "words")


def test_locked_rows_stay(model: FastText) -> None:
    wv = model.wv
    wv.vectors_vocab_lockf = np.ones(8)
    wv.vectors_vocab_lockf[wv.get_index("cat")] = 0
    wv.vectors_ngrams_lockf = np.zeros(1)
    own, ngrams, cat = wv.vectors_vocab.copy(), wv.vectors_ngrams.copy(), wv["cat"].copy()
    model.train(SENTENCES, total_examples=60, epochs=1)
    np.testing.assert_array_equal(wv.vectors_ngrams, ngrams)
    np.testing.assert_array_equal(wv["cat"], cat)
    assert ((wv.vectors_vocab != own).any(axis=1) == wv.vectors_vocab_lockf).all()
    wv.vectors_ngrams_lockf = np.zeros(3)
    with pytest.raises(ParameterError, match="vectors_ngrams_lockf must be 1 or 200000 numbers"):
        model.train(SENTENCES, total_examples=60, epochs=1)


def test_a_vector_that_is_set_is_where_training_starts(model: FastText) -> None:
    wv, unknown = model.wv, model.wv["nighty"]
    wv["cat"] = np.full(8, 0.5)
    wv.vectors_lockf = np.zeros(1)
    model.train(SENTENCES, total_examples=60, epochs=1)
    np.testing.assert_allclose(wv["cat"], 0.5, rtol=1e-5)
    np.testing.assert_allclose(wv["nighty"], unknown, rtol=1e-6)
    wv.vectors = wv.vectors * 2
    model.train(SENTENCES, total_examples=60, epochs=1)
    np.testing.assert_allclose(wv["cat"], 1.0, rtol=1e-5)
    wv.adjust_vectors()
    wv.recalc_char_ngram_buckets()
    np.testing.assert_allclose(wv["cat"], 1.0, rtol=1e-5)


def test_added_words_have_their_vectors_and_stop_training(model: FastText) -> None:
    model.wv.add_vector("brand-new", np.ones(8))
    np.testing.assert_array_equal(model.wv["brand-new"], np.ones(8))
    assert "nighty" in model.wv
    with pytest.raises(NotFittedError, match="keys were added"):
        model.train(SENTENCES, total_examples=60, epochs=1)
    alone = FastTextKeyedVectors(8, 3, 6, 100)
    assert (len(alone), alone.vectors.shape, alone.vectors_ngrams.shape) == (0, (0, 8), (100, 8))
    alone.add_vectors(["a", "b"], np.ones((2, 8)))
    assert not alone["other"].any()


def test_callbacks_see_the_vectors_in_training() -> None:
    seen = []

    class Looking(CallbackAny2Vec):
        def on_epoch_end(self, model: Any) -> None:
            seen.append(model.wv["nighty"].copy())

    FastText(SENTENCES, epochs=3, callbacks=[Looking()], **SMALL)
    assert len({vector.tobytes() for vector in seen}) == 3


def test_memory_is_that_of_the_ngrams_in_use(model: FastText) -> None:
    used = np.count_nonzero(model.wv.vectors_ngrams.any(axis=1))
    assert model.estimate_memory()["syn0_ngrams"] == used * 64
    assert FastText(**SMALL).estimate_memory(vocab_size=1000)["syn0_ngrams"] == 200_000 * 64


def test_word_ngrams_are_an_error_as_in_gensim() -> None:
    with pytest.raises(ParameterError, match="word_ngrams=2"):
        FastText(word_ngrams=2)


def test_unknown_words_are_what_gensim_makes_of_the_same_rows(model: FastText) -> None:
    theirs = real_gensim().fasttext.FastTextKeyedVectors(8, 3, 6, 200_000)
    theirs.vectors_ngrams = model.wv.vectors_ngrams
    for word in ("night", "catty"):  # all of whose n-grams are in use, but for the word as a whole
        ngrams = model.wv.vectors_ngrams[real_gensim().fasttext.ft_ngram_hashes(word, 3, 6, 200_000)]
        own = model.wv.vectors_vocab[model.wv.get_index(word)]
        np.testing.assert_allclose(model.wv[word], (own + ngrams.sum(axis=0)) / (1 + len(ngrams)), rtol=1e-5, atol=1e-8)
        np.testing.assert_allclose(theirs.get_vector(word), ngrams.mean(axis=0), rtol=1e-5, atol=1e-8)


def test_keys_are_sorted_with_their_rows(model: FastText) -> None:
    wv, own = model.wv, dict(zip(model.wv.index_to_key, model.wv.vectors_vocab.copy(), strict=True))
    vectors = {word: wv[word].copy() for word in wv.index_to_key}
    wv.set_vecattr("reddish", "count", 99)
    wv.sort_by_descending_frequency()
    assert wv.index_to_key[:2] == ["reddish", "cat"]
    for word, vector in vectors.items():
        np.testing.assert_array_equal(wv[word], vector)
        np.testing.assert_array_equal(wv.vectors_vocab[wv.get_index(word)], own[word])
    assert "nighty" in wv
    assert wv["nighty"].any()


def test_rows_that_were_not_saved_say_so(model: FastText) -> None:
    with pytest.raises(AttributeError, match="came without the words' own rows"):
        FastTextKeyedVectors.wrapping(model.wv.wrapped).vectors_vocab  # noqa: B018


def test_vectors_of_length_1_leave_the_ngrams(model: FastText) -> None:
    wv, unknown = model.wv, model.wv["nighty"].copy()
    wv.unit_normalize_all()
    np.testing.assert_allclose(np.linalg.norm(wv.vectors, axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(wv["nighty"], unknown)
