"""gensim's steps from a corpus to a model, one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from compat_gensim_models import real_gensim

from wordmill.compat.gensim import Word2Vec
from wordmill.compat.gensim.utils import RULE_DISCARD, RULE_KEEP
from wordmill.errors import NotFittedError, ParameterError

SENTENCES = [["king", "queen", "crown"], ["cat", "dog", "fur", "cat"], ["red", "king"]] * 20
SMALL: dict[str, Any] = {"vector_size": 8, "workers": 1}


@pytest.mark.parametrize("given", ["sentences", "frequencies"])
def test_steps_are_the_same_as_all_at_once(given: str) -> None:
    whole, steps = Word2Vec(SENTENCES, min_count=30, **SMALL), Word2Vec(min_count=30, **SMALL)
    assert steps.scan_vocab(SENTENCES) == (180, 60)
    counts = steps.raw_vocab
    assert counts == {"king": 40, "cat": 40, "queen": 20, "crown": 20, "dog": 20, "fur": 20, "red": 20}
    if given == "frequencies":
        steps.build_vocab_from_freq(counts, keep_raw_vocab=True, corpus_count=60)
        assert steps.raw_vocab == counts
    else:
        steps.prepare_vocab()
        assert steps.raw_vocab == {}
    steps.prepare_weights()
    steps.make_cum_table()
    steps.train(SENTENCES, total_examples=60, epochs=5)
    np.testing.assert_array_equal(steps.wv.vectors, whole.wv.vectors)


def test_a_dry_run_reports_and_takes_nothing() -> None:
    model, theirs = Word2Vec(**SMALL), real_gensim().Word2Vec(**SMALL)
    for one in (model, theirs):
        one.scan_vocab(SENTENCES)
    for options in ({"dry_run": True}, {"dry_run": True, "min_count": 30, "sample": 0.01}, {"min_count": 21}):
        report, expected = (
            model.prepare_vocab(**options, keep_raw_vocab=True),
            theirs.prepare_vocab(**options, keep_raw_vocab=True),
        )
        del report["memory"]
        assert report == expected
        assert (len(model.wv), model.min_count) == (len(theirs.wv), theirs.min_count)


def test_raw_vocab_is_kept_where_it_is_asked_for() -> None:
    kept, not_kept = Word2Vec(min_count=30, **SMALL), Word2Vec(min_count=30, **SMALL)
    kept.build_vocab(SENTENCES, keep_raw_vocab=True, trim_rule=lambda word, *_: RULE_KEEP if word == "red" else 0)
    not_kept.build_vocab(SENTENCES)
    assert (kept.raw_vocab["fur"], not_kept.raw_vocab) == (20, {})
    assert (set(kept.wv.index_to_key), set(not_kept.wv.index_to_key)) == ({"king", "cat", "red"}, {"king", "cat"})
    assert (kept.corpus_count, kept.corpus_total_words) == (60, 180)


def test_new_words_come_step_by_step_too() -> None:
    model, steps = Word2Vec(SENTENCES, **SMALL), Word2Vec(SENTENCES, **SMALL)
    more = [["king", "emperor"]] * 10
    model.build_vocab(more, update=True)
    steps.scan_vocab(more)
    steps.prepare_vocab(update=True)
    steps.prepare_weights(update=True)
    assert steps.wv.index_to_key == model.wv.index_to_key
    np.testing.assert_array_equal(steps.wv.vectors, model.wv.vectors)


def test_reset_from_takes_the_words_alone() -> None:
    model, other = Word2Vec(SENTENCES, **SMALL), Word2Vec([["a", "b"]] * 9, seed=5, **SMALL)
    wv = other.wv
    other.reset_from(model)
    assert other.wv is wv
    assert (other.wv.index_to_key, other.corpus_count) == (model.wv.index_to_key, 60)
    assert not other.syn1neg.any()
    fresh = Word2Vec(seed=5, **SMALL)
    fresh.build_vocab(SENTENCES)
    np.testing.assert_array_equal(other.wv.vectors, fresh.wv.vectors)
    other.train(SENTENCES, total_examples=other.corpus_count, epochs=1)


def test_init_weights_forgets_what_was_learnt() -> None:
    model, fresh = Word2Vec(SENTENCES, **SMALL), Word2Vec(**SMALL)
    fresh.build_vocab(SENTENCES)
    model.init_weights()
    np.testing.assert_array_equal(model.wv.vectors, fresh.wv.vectors)


@pytest.mark.parametrize("options", [{}, {"hs": 1, "negative": 0}])
def test_memory_grows_with_words_and_numbers(options: dict[str, Any]) -> None:
    model = Word2Vec(vector_size=100, **options)
    small, large = model.estimate_memory(1_000), model.estimate_memory(vocab_size=100_000, report={"mine": 1})
    matrices = {"vocab", "vectors", "syn1" if options else "syn1neg", "total"}
    assert (set(small), set(large)) == (matrices, matrices | {"mine"})
    assert sum(large.values()) == 2 * large["total"]
    assert large["vectors"] >= 100_000 * 400 > 50 * small["vectors"] / 1.1
    assert Word2Vec(SENTENCES, **SMALL).estimate_memory()["vectors"] == 7 * 64


def test_steps_out_of_order_say_so() -> None:
    model = Word2Vec(**SMALL)
    with pytest.raises(NotFittedError, match="scan_vocab"):
        model.prepare_vocab()
    for step in (model.prepare_weights, model.update_weights, model.make_cum_table, model.create_binary_tree):
        with pytest.raises(NotFittedError, match="build_vocab"):
            step()
    with pytest.raises(ParameterError, match="give trim_rule to prepare_vocab"):
        model.scan_vocab(SENTENCES, trim_rule=lambda *_: RULE_DISCARD)
    with pytest.raises(NotFittedError, match="build_vocab"):
        Word2Vec(SENTENCES, **SMALL).reset_from(model)
