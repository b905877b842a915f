"""Phrases of a corpus: found, joined, read, saved."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wordmill as wm
from wordmill.corpus import Resources
from wordmill.corpus.phrases import ENGLISH_CONNECTORS, PhraseRules, Phrases
from wordmill.errors import CorpusError, FormatError, OutputError, ParameterError, VocabularyError
from wordmill.phrases.table import PhraseTable

TEXTS = ["new york city is big", "he left new york", "new york city bank of america", "the bank of america is big"] * 4
LISTS = [text.split() for text in TEXTS]


def texts_of(corpus: wm.EncodedCorpus) -> list[list[str]]:
    return [[corpus.vocab.keys[token] for token in sequence] for sequence in corpus]


def phrases_of(*pairs: tuple[tuple[str, ...], float], **rules: Any) -> Phrases:
    parts = tuple(parts for parts, _ in pairs)
    scores = np.array([score for _, score in pairs], np.float64)
    return Phrases((PhraseTable(parts, scores, np.ones(len(pairs), np.int64)),), PhraseRules(**rules))


def random_texts(seed: int = 0, words: int = 30, texts: int = 60) -> list[list[str]]:
    random = np.random.default_rng(seed)
    return [[f"w{word}" for word in random.zipf(1.3, 40) % words] for _ in range(texts)]


# Finding


def test_scores_are_those_of_their_formulas() -> None:
    texts = random_texts()
    words = Counter(word for text in texts for word in text)
    pairs = Counter(pair for text in texts for pair in pairwise(text))
    tokens = words.total()
    formulas: dict[Any, Callable[[int, int, int], float]] = {
        "default": lambda a, b, n: (n - 2) / (a * b) * (len(words) + len(pairs)),
        "word2phrase": lambda a, b, n: (n - 2) / (a * b) * tokens,
        "npmi": lambda a, b, n: math.log((n / tokens) / (a / tokens * b / tokens)) / -math.log(n / tokens),
    }
    for name, formula in formulas.items():
        threshold = 0.02 if name == "npmi" else 0.3
        found = wm.find_phrases(texts, min_count=2, threshold=threshold, scoring=name)
        scored = {pair: formula(words[pair[0]], words[pair[1]], n) for pair, n in pairs.items() if n >= 2}
        expected = {pair: score for pair, score in scored.items() if score > threshold}
        assert 0 < len(found) < len(scored)
        (table,) = found.tables
        assert dict(zip(table.parts, table.counts.tolist(), strict=True)) == {pair: pairs[pair] for pair in expected}
        in_order: list[float] = [expected[first, second] for first, second in table.parts]
        np.testing.assert_allclose(table.scores, in_order, rtol=1e-12)
        assert (np.diff(found.scores) <= 0).all()


def test_memory_and_threads_change_nothing() -> None:
    texts = random_texts(3)
    rules: dict[str, Any] = {"min_count": 1, "threshold": 0.5, "connectors": ["w1", "w2"], "passes": 2}
    plain = wm.find_phrases(texts, **rules)
    for resources in (Resources(memory_bytes=0, threads=1), Resources(memory_bytes=4000, threads=3)):
        other = wm.find_phrases(texts, **rules, resources=resources)
        assert other.keys == plain.keys
        np.testing.assert_array_equal(other.scores, plain.scores)
        assert texts_of(other.join(texts, resources=resources)) == texts_of(plain.join(texts))


def test_top_takes_so_many_or_that_share_of_the_highest_scores() -> None:
    texts = random_texts()
    everything = wm.find_phrases(texts, min_count=2, scoring="npmi", threshold=-1)
    assert wm.find_phrases(texts, min_count=2, scoring="npmi", top=7).keys == everything.keys[:7]
    share = wm.find_phrases(texts, min_count=2, scoring="npmi", top=0.25)
    assert share.keys == everything.keys[: round(0.25 * len(everything))]
    assert wm.find_phrases(texts, min_count=2, scoring="npmi", top=10**9).keys == everything.keys


def test_passes_find_longer_phrases() -> None:
    texts = [["new", "york", "city"], ["york"], ["city"], ["new"], ["in", "new", "york", "city", "it", "is"]] * 9
    assert "new_york" in wm.find_phrases(texts, threshold=0.1)
    longer = wm.find_phrases(texts, threshold=0.1, passes=2)
    assert ("new_york", "city") in longer.tables[1].parts
    assert texts_of(longer.join(texts))[0] == ["new_york_city"]
    assert len(wm.find_phrases(texts, threshold=0.1, passes=16).tables) < 16  # where nothing is left, it stops


def test_connectors_stand_inside_and_are_not_counted() -> None:
    found = wm.find_phrases(LISTS, min_count=2, threshold=0.1, connectors="english")
    assert ("bank", "of", "america") in found.tables[0].parts
    assert not any(parts[0] in ENGLISH_CONNECTORS or parts[-1] in ENGLISH_CONNECTORS for parts in found.tables[0].parts)
    assert texts_of(found.join(["the bank of america is of big", "bank"]))[0] == [
        "the",
        "bank_of_america",
        "is",
        "of",
        "big",
    ]
    assert wm.find_phrases(LISTS, min_count=2, threshold=0.1, connectors=[*ENGLISH_CONNECTORS]).keys == found.keys


# Joining


def test_pairs_that_are_spelled_alike_are_not_confused(caplog: pytest.LogCaptureFixture) -> None:
    """ "a_b c" and "a b_c" are two pairs, and neither is the word "a_b_c"."""
    texts = [["a_b", "c"]] * 6 + [["a", "b_c"]] * 2 + [["x", "a", "y", "b_c", "z", "a_b", "w", "c"]] * 20
    found = wm.find_phrases(texts, min_count=3, threshold=1e-9)
    counts = dict(zip(found.tables[0].parts, found.counts.tolist(), strict=True))
    assert counts["a_b", "c"] == 6
    assert ("a", "b_c") not in counts
    with caplog.at_level(logging.WARNING):
        joined = phrases_of((("a_b", "c"), 1.0)).join([["a_b", "c"], ["a_b_c"], ["a", "b_c"]])
    assert texts_of(joined) == [["a_b_c"], ["a_b_c"], ["a", "b_c"]]
    assert "1 phrases are spelled like words of the corpus, such as 'a_b_c'" in caplog.text
    caplog.clear()
    both = phrases_of((("a_b", "c"), 1.0), (("a", "b_c"), 1.0)).join([["a_b", "c"], ["a", "b_c"]])
    assert texts_of(both) == [["a_b_c"], ["a_b_c"]]
    assert not caplog.text


def test_the_best_cut_beats_the_first_one() -> None:
    pairs = ((("a", "b"), 2.0), (("b", "c"), 5.0), (("c", "d"), 2.0))
    text = [["a", "b", "c", "d"]]
    assert texts_of(phrases_of(*pairs).join(text)) == [["a_b", "c_d"]]
    assert texts_of(phrases_of(*pairs, choose="best").join(text)) == [["a", "b_c", "d"]]


@given(
    texts=st.lists(st.lists(st.sampled_from("abcdo"), max_size=12), min_size=1, max_size=4),
    scores=st.dictionaries(
        st.sampled_from([("a", "b"), ("b", "c"), ("c", "d"), ("a", "o", "b"), ("b", "a"), ("a", "a")]),
        st.integers(-1, 4).map(float),
    ),
    choose=st.sampled_from(["greedy", "best"]),
)
@settings(max_examples=60)
def test_a_sentence_is_joined_as_a_corpus_is(
    texts: list[list[str]], scores: dict[tuple[str, ...], float], choose: str
) -> None:
    texts = [*texts, ["a", "b"]]
    phrases = phrases_of(*scores.items(), connectors=["o"], choose=choose)
    assert texts_of(phrases.join(texts)) == [phrases.join_tokens(text) for text in texts]


def test_the_joined_corpus_is_as_if_it_had_been_read(tmp_path: Path) -> None:
    found = wm.find_phrases(LISTS, min_count=2, threshold=0.1, passes=2)
    source = wm.read_corpus(LISTS, min_count=1)
    for resources in (Resources(), Resources(memory_bytes=0, spill_directory=tmp_path)):
        joined = found.join(source, resources=resources)
        again = wm.read_corpus(texts_of(joined), min_count=1)
        assert joined.vocab == again.vocab
        np.testing.assert_array_equal(joined.ids, again.ids)
        np.testing.assert_array_equal(joined.offsets, again.offsets)
        assert joined.tokens_read == len(joined.ids)
    joined.save(tmp_path / "joined.corpus")
    assert texts_of(wm.EncodedCorpus.load(tmp_path / "joined.corpus")) == texts_of(joined)


# Reading


def test_reading_joins_before_it_leaves_rare_words_out(tmp_path: Path) -> None:
    others = [" ".join(text) for text in random_texts(words=200, texts=400)]
    (tmp_path / "corpus.txt").write_text("\n".join([*TEXTS, *others, "new rare york"] * 2) + "\n")
    found = wm.find_phrases(tmp_path / "corpus.txt", min_count=4, passes=2)
    assert "new_york" in found.keys
    found.save(tmp_path / "found.phrases")
    corpus = wm.read_corpus(tmp_path / "corpus.txt", min_count=4, phrases=2)
    everything = found.join(wm.read_corpus(tmp_path / "corpus.txt", min_count=1))
    kept = {key for key, count in zip(everything.vocab, everything.vocab.counts.tolist(), strict=True) if count >= 4}
    assert set(corpus.vocab) == kept
    assert texts_of(corpus) == [[word for word in text if word in kept] for text in texts_of(everything)]
    assert "rare" not in kept
    assert corpus.tokens_read == len(everything.ids)
    for given_ in (found, tmp_path / "found.phrases", str(tmp_path / "found.phrases")):
        other = wm.read_corpus(tmp_path / "corpus.txt", min_count=4, phrases=given_)
        assert other.fingerprint() == corpus.fingerprint()
    assert wm.read_corpus(tmp_path / "corpus.txt", min_count=1, max_final_vocab=3, phrases=found).vocab.total > 0


def test_an_encoded_corpus_keeps_its_words(tmp_path: Path) -> None:
    encoded = wm.read_corpus(LISTS, min_count=1)
    encoded.save(tmp_path / "c.corpus")
    found = wm.find_phrases(encoded)
    for source in (encoded, tmp_path / "c.corpus"):
        assert texts_of(wm.read_corpus(source, phrases=1)) == texts_of(found.join(encoded))


def test_a_corpus_without_phrases_is_read_as_ever() -> None:
    plain = wm.read_corpus(random_texts(), min_count=5)
    nothing = wm.read_corpus(random_texts(), min_count=5, phrases=phrases_of())
    assert nothing.fingerprint() == plain.fingerprint()
    assert len(wm.find_phrases([["a", "b"]])) == 0


def test_thresholds_that_leave_nothing_say_so() -> None:
    with pytest.raises(VocabularyError, match="min_count=1000 leaves 0 keys"):
        wm.read_corpus(LISTS, min_count=1000, phrases=1)


# Files


def test_saved_phrases_are_the_same(tmp_path: Path) -> None:
    found = wm.find_phrases(
        LISTS, min_count=2, threshold=0.1, connectors="english", passes=2, choose="best", delimiter="\u2581"
    )
    found.save(tmp_path / "a.phrases")
    again = Phrases.load(tmp_path / "a.phrases")
    assert again.rules == found.rules
    assert [table.parts for table in again.tables] == [table.parts for table in found.tables]
    np.testing.assert_array_equal(again.scores, found.scores)
    np.testing.assert_array_equal(again.counts, found.counts)
    assert texts_of(again.join(LISTS)) == texts_of(found.join(LISTS))
    wm.find_phrases([["a", "b"]], top=5).save(tmp_path / "none.phrases")
    assert len(Phrases.load(tmp_path / "none.phrases")) == 0


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.phrases"
    wm.find_phrases(LISTS, min_count=2, threshold=0.1).save(path)
    whole = path.read_bytes()
    for size in (0, 5, 60, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(FormatError, match=r"a\.phrases"):
            Phrases.load(path)
    for at in range(8, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with pytest.raises(FormatError, match=r"a\.phrases"):
            Phrases.load(path)
    path.write_text("new_york 3\n")
    with pytest.raises(FormatError, match="no saved phrases"):
        wm.read_corpus(LISTS, phrases=path)
    with pytest.raises(OutputError):
        wm.find_phrases(LISTS).save(tmp_path)


# What cannot be


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_count": 0}, "min_count=0"),
        ({"min_count": True}, "min_count=True"),
        ({"threshold": 0}, "threshold=0.*above 0"),
        ({"threshold": float("nan")}, "threshold=nan"),
        ({"threshold": 2, "scoring": "npmi"}, "threshold=2.*from -1 to 1"),
        ({"threshold": 1.0, "top": 3}, "two ways"),
        ({"top": 0}, "top=0"),
        ({"top": 1.5}, r"top=1\.5"),
        ({"top": True}, "top=True"),
        ({"scoring": "pmi"}, "scoring='pmi'.*'npmi'"),
        ({"choose": "worst"}, "choose='worst'"),
        ({"connectors": "of the"}, "connectors='of the' is one text"),
        ({"connectors": [3]}, "connectors holds 3"),
        ({"connectors": 3}, "connectors holds 3"),
        ({"passes": 0}, "passes=0"),
        ({"passes": 17}, "passes=17"),
        ({"delimiter": None}, "delimiter=None"),
        ({"delimiter": "\ud800"}, "delimiter="),
    ],
)
def test_wrong_parameters_are_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        wm.find_phrases(LISTS, **settings)


@pytest.mark.parametrize("phrases", [-1, 17, True, 1.5, None, [2]])
def test_read_corpus_names_what_is_no_phrases(phrases: Any) -> None:
    with pytest.raises(ParameterError, match="phrases="):
        wm.read_corpus(LISTS, phrases=phrases)


def test_other_tools_names_are_answered() -> None:
    with pytest.raises(ParameterError, match="takes no connector_words=: here it is connectors"):
        wm.find_phrases(LISTS, connector_words=["of"])  # type: ignore[call-arg]
    found = wm.find_phrases(LISTS, min_count=1)
    with pytest.raises(AttributeError, match="the phrases are keys, their scores scores"):
        found.phrasegrams  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(ParameterError, match=r"pass a list of them, text\.split"):
        found.join_tokens("new york")


def test_integers_make_no_phrases() -> None:
    for call in (wm.find_phrases, phrases_of((("a", "b"), 1.0)).join, lambda lists: wm.read_corpus(lists, phrases=1)):
        with pytest.raises(CorpusError, match="keys of the corpus are integers"):
            call([[1, 2, 3]] * 9)
