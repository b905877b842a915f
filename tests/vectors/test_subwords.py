"""n-grams, what words are made of, and making do with fewer of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill import KeyedVectors, Word2Vec
from wordmill.core import core
from wordmill.errors import MissingKeyError, ParameterError
from wordmill.vectors import subwords as module
from wordmill.vectors.subword_parts import fewer_buckets, parts_of
from wordmill.vectors.subwords import Ngrams, Subwords, ngrams_by_definition

WORDS = ["walk", "walks", "walked", "walking", "talk", "talks", "talked", "talking", "naïve", "日本語"]


ANY_WORDS = st.text(max_size=8) | st.sampled_from(
    ["banana", "</s>", "日本語", "naïve", "🙂🙂", "한국어", "शब्द", "e\u0301"]
)


def buckets_by_the_letter(word: str, shortest: int, longest: int, buckets: int) -> list[int]:
    """Buckets of a word's n-grams, after fastText's `Dictionary::computeSubwords` and `hash`."""
    marked, found = f"<{word}>", []
    if word == "</s>" or not buckets:
        return []
    for begin in range(len(marked)):
        for end in range(begin + 1, min(begin + longest, len(marked)) + 1):
            if end - begin < shortest or (end - begin == 1 and (begin == 0 or end == len(marked))):
                continue
            value = 2_166_136_261
            for byte in marked[begin:end].encode():
                value ^= byte if byte < 128 else byte | 0xFFFFFF00
                value = value * 16_777_619 % 2**32
            found.append(value % buckets)
    return found


def each(found: tuple[NDArray[np.int64], NDArray[np.int32]]) -> list[list[int]]:
    ends, buckets = found
    return [part.tolist() for part in np.split(buckets, ends[1:-1])] if len(ends) > 1 else []


@given(
    st.lists(ANY_WORDS, max_size=8),
    st.integers(0, 4),
    st.integers(0, 7),
    st.sampled_from([0, 1, 7, 2_000_000, 2**31 - 1]),
)
@example(["</s>", "", "x" * 1000, "日" * 1000], 0, 64, 1000)
@example(["banana", "a"], 5, 3, 10)
@settings(max_examples=100, deadline=None)
def test_ngrams_by_the_letter(words: list[str], shortest: int, longest: int, buckets: int) -> None:
    expected = [buckets_by_the_letter(word, shortest, longest, buckets) for word in words]
    ngrams, encoded = Ngrams(shortest, longest, buckets), [word.encode() for word in words]
    assert each(ngrams.bags_of(encoded)) == each(core.ngrams(words, shortest, longest, buckets, 2)) == expected
    assert each(ngrams_by_definition(ngrams, encoded)) == expected
    for word, found in zip(words, expected, strict=True):
        assert [bucket for _, bucket in ngrams.pieces_of(word)] == found


@given(st.lists(st.binary(max_size=12), max_size=8), st.integers(0, 4), st.integers(0, 7), st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_the_core_and_the_definition_agree_on_any_bytes(
    words: list[bytes], shortest: int, longest: int, threads: int
) -> None:
    ours, theirs = (
        core.ngrams(words, shortest, longest, 1000, threads),
        ngrams_by_definition(Ngrams(shortest, longest, 1000), words),
    )
    assert [part.dtype for part in ours] == [part.dtype for part in theirs]
    assert [part.tolist() for part in ours] == [part.tolist() for part in theirs]


def test_threads_change_nothing() -> None:
    words = ["".join(np.random.default_rng(3).choice(list("abcdé日"), 5)) for _ in range(20_000)]
    one, three = core.ngrams(words, 3, 6, 2_000_000, 1), core.ngrams(words, 3, 6, 2_000_000, 3)
    np.testing.assert_array_equal(one[0], three[0])
    np.testing.assert_array_equal(one[1], three[1])


def test_twice_is_twice_and_order_is_that_of_the_word() -> None:
    (found,) = each(Ngrams(3, 3, 2_000_000).bags_of([b"banana"]))
    assert len(found) == 6
    assert found[2] == found[4]  # ana


@pytest.mark.parametrize(("shortest", "longest", "buckets"), [(-1, 3, 5), (0, 65, 5), (1, 2, -1), (1, 2, 2**31)])
def test_bounds(shortest: int, longest: int, buckets: int) -> None:
    with pytest.raises(ValueError, match=r"n-grams have|there must be"):
        core.ngrams(["a"], shortest, longest, buckets, 1)


def test_what_is_no_word() -> None:
    with pytest.raises(UnicodeEncodeError):
        core.ngrams(["\ud800"], 1, 2, 5, 1)
    with pytest.raises(TypeError):
        core.ngrams([1], 1, 2, 5, 1)  # type: ignore[arg-type]


def test_without_the_core_and_beyond_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["naïve".encode(), b"x" * 80]
    assert Ngrams(64, 65, 9).bags_of(words)[0].tolist() == [0, 0, 19 + 18]
    expected = each(Ngrams(2, 5, 1000).bags_of(words))
    monkeypatch.setattr(module, "optional_core", lambda: None)
    assert each(Ngrams(2, 5, 1000).bags_of(words)) == expected


@pytest.fixture(scope="module")
def vectors() -> KeyedVectors:
    parameters = {"subwords": (2, 4), "buckets": 997, "vector_size": 10, "min_count": 1, "epochs": 2, "workers": 1}
    return Word2Vec(**parameters).fit([WORDS] * 60).wv  # type: ignore[arg-type]


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
