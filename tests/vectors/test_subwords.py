"""n-grams, what words are made of, and making do with fewer of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordmill import KeyedVectors, Word2Vec
from wordmill.errors import MissingKeyError, ParameterError
from wordmill.vectors.subword_parts import fewer_buckets, parts_of
from wordmill.vectors.subwords import Ngrams, Subwords

WORDS = ["walk", "walks", "walked", "walking", "talk", "talks", "talked", "talking", "naïve", "日本語"]


@pytest.fixture(scope="module")
def vectors() -> KeyedVectors:
    settings = {"subwords": (2, 4), "buckets": 997, "vector_size": 10, "min_count": 1, "epochs": 2, "workers": 1}
    return Word2Vec(**settings).fit([WORDS] * 60).wv  # type: ignore[arg-type]


@given(st.text(st.characters(codec="utf-8"), max_size=12), st.integers(1, 3), st.integers(0, 4), st.integers(1, 10**6))
def test_the_pieces_of_a_word_are_in_its_buckets(word: str, shortest: int, more: int, buckets: int) -> None:
    ngrams = Ngrams(shortest, shortest + more, buckets)
    found, owners = ngrams.buckets_of([word.encode()])
    assert sorted(found.tolist()) == sorted(bucket for _, bucket in ngrams.pieces_of(word))
    assert not owners.any()


def test_shares_add_up_to_1_and_parts_to_the_vector(vectors: KeyedVectors) -> None:
    for word in ("walking", "walkings"):
        parts = parts_of(vectors, word)
        assert sum(part.share for part in parts) == pytest.approx(1)
        np.testing.assert_allclose(np.mean([part.vector for part in parts], axis=0), vectors[word], atol=1e-6)
    assert parts_of(vectors, "walking")[0].bucket is None
    assert [part.piece for part in parts_of(vectors, "walkings")][:3] == ["<w", "<wa", "<wal"]
    with pytest.raises(MissingKeyError):
        parts_of(vectors, "§")
    with pytest.raises(ParameterError, match=r"subwords=\(3, 6\)"):
        parts_of(KeyedVectors(["a"], np.ones((1, 2))), "a")


def test_fewer_buckets_cost_little_at_first(vectors: KeyedVectors) -> None:
    whole = vectors.subwords
    assert whole is not None
    likeness = []
    for most in (len(whole.rows), len(whole.rows) // 2, 1):
        smaller, like = fewer_buckets(vectors, most)
        assert len(smaller.rows) == most
        likeness.append(like)
    assert likeness[0] == pytest.approx(1)
    assert likeness == sorted(likeness, reverse=True)
    with pytest.raises(ParameterError, match="max_buckets=0"):
        fewer_buckets(vectors, 0)


def test_queries_take_words_never_seen(vectors: KeyedVectors) -> None:
    one_by_one = [vectors.most_similar(word, topn=3) for word in ("walking", "walkings")]
    assert vectors.nearest(["walking", "walkings"], 3) == one_by_one
    assert "walking" not in [neighbor.key for neighbor in one_by_one[0]]
    assert vectors.similarity("walkings", "walking") > vectors.similarity("walkings", "日本語")
    assert vectors.doesnt_match(["walkings", "walking", "日本語"]) == "日本語"
    np.testing.assert_allclose(
        vectors.encode(["walkings naïve"])[0], (vectors["walkings"] + vectors["naïve"]) / 2, atol=1e-6
    )
    np.testing.assert_array_equal(vectors[["walking", "walkings"]], np.stack([vectors["walking"], vectors["walkings"]]))
    assert vectors.get_index("walkings", -1) == -1
    assert vectors.subset(["walk"])["walkings"].tolist() == vectors["walkings"].tolist()


def test_subwords_of_another_size_are_refused() -> None:
    with pytest.raises(ParameterError, match="subwords are of text, with vectors of 3 numbers"):
        KeyedVectors(["a"], np.ones((1, 2)), subwords=Subwords(Ngrams(3, 6, 9), np.ones((9, 3))))
