"""Hierarchical softmax with gensim's face: training, scores of sentences, probabilities of words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compat_gensim_models import real_gensim

import wordmill
from wordmill.compat.gensim import Word2Vec
from wordmill.errors import NotFittedError, ParameterError

SENTENCES = [["king", "queen", "crown"], ["cat", "dog", "fur", "cat"], ["red", "blue"], ["king", "crown"]] * 20
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0, "hs": 1, "negative": 0}


@pytest.mark.parametrize("sg", [0, 1])
def test_is_wordmills_training(sg: int) -> None:
    model = Word2Vec(SENTENCES, sg=sg, **SMALL)
    same = wordmill.Word2Vec(
        architecture="skipgram" if sg else "cbow",
        cbow_update="word2vec",
        objective="hierarchical_softmax",
        alpha=0.025,
        **{name: value for name, value in SMALL.items() if name not in ("hs", "negative")},
    ).fit(SENTENCES)
    np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)
    np.testing.assert_array_equal(model.syn1[:-1], same.output_vectors)
    assert not model.syn1[-1].any()
    with pytest.raises(AttributeError, match="inner nodes: syn1"):
        model.syn1neg  # noqa: B018
    assert not hasattr(Word2Vec(SENTENCES, min_count=1), "syn1")
    predicted = dict(model.predict_output_word(["king", "crown"], topn=3) or [])
    assert predicted == pytest.approx(dict(same.predict_words(["king", "crown"], topn=3)))


def test_is_saved_and_goes_on(tmp_path: Path) -> None:
    model = Word2Vec(SENTENCES, sg=1, **SMALL)
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert (loaded.hs, loaded.negative) == (1, 0)
    for going_on in (model, loaded):
        going_on.train(SENTENCES, total_examples=80, epochs=2)
    np.testing.assert_array_equal(model.wv.vectors, loaded.wv.vectors)
    np.testing.assert_array_equal(model.syn1, loaded.syn1)
    with pytest.raises(ParameterError, match="update=True needs negative sampling"):
        model.build_vocab([["new", "words"]], update=True)


@pytest.mark.parametrize("sg", [0, 1])
def test_score_sums_the_logarithms_of_exact_probabilities(sg: int) -> None:
    model = Word2Vec(SENTENCES, sg=sg, window=2, epochs=20, **SMALL)
    sentence = ["cat", "unheard", "dog", "fur", "king"]
    known = [word for word in sentence if word in model.wv]
    expected = 0.0
    for place, word in enumerate(known):
        context = known[max(0, place - 2) : place] + known[place + 1 : place + 3]
        for given in [[one] for one in context] if sg else [context]:
            expected += np.log(dict(model.predict_output_word(given, topn=100) or [])[word])
    scores = model.score([sentence, ["red"], [], ["king", "crown"], ["king", "fur"]])
    assert scores[0] == pytest.approx(expected, rel=1e-5)
    assert scores[1] == scores[2] == 0
    assert scores[3] > scores[4]


def test_score_of_long_sentences_is_the_same_in_parts() -> None:
    model = Word2Vec(SENTENCES, sg=1, window=1, **SMALL)
    pairs = model.score([["king", "queen"], ["queen", "king"]])
    (together,) = model.score([["king", "queen"] * 3000])
    assert together == pytest.approx(pairs[0] * 5999, rel=1e-6)


@pytest.mark.parametrize("sg", [0, 1])
def test_score_is_gensims(sg: int) -> None:
    sentences = [["a", "b"], ["a", "c", "b"], ["a", "d", "c", "a"], ["b", "a"], ["a", "c", "e"], ["b", "f"]]
    sentences = [sentence for place, sentence in enumerate(sentences) for _ in range(2**place)]  # no counts are equal
    theirs = real_gensim().Word2Vec(sentences, sg=sg, epochs=5, **SMALL)
    mine = Word2Vec(sentences, sg=sg, epochs=1, **SMALL)
    assert mine.wv.index_to_key == theirs.wv.index_to_key
    mine.wv.vectors, mine._output_vectors = theirs.wv.vectors, theirs.syn1[:-1]  # the same tree has the same nodes
    asked = [*sentences[::9], ["f", "e", "d", "c", "b", "a"]]
    np.testing.assert_allclose(
        mine.score(asked), theirs.score(asked, total_sentences=len(asked)), rtol=0.03
    )  # of its table of logarithms


def test_needs_hierarchical_softmax() -> None:
    with pytest.raises(ParameterError, match="hs=1, negative=0"):
        Word2Vec(SENTENCES, min_count=1).score(SENTENCES)
    with pytest.raises(NotFittedError, match="build_vocab"):
        Word2Vec(**SMALL).score(SENTENCES)
