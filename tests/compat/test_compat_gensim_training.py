"""Word2Vec with gensim's face trains as wordmill's does, and keeps what gensim's keeps."""

from __future__ import annotations

import copy
import gzip
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compat_gensim_models import real_gensim

import wordmill
from wordmill.compat.gensim import CallbackAny2Vec, KeyedVectors, LineSentence, PathLineSentences, Text8Corpus, Word2Vec
from wordmill.compat.gensim.utils import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP
from wordmill.errors import CorpusError, DivergenceError, FormatError, NotFittedError
from wordmill.vectors.formats.directory import load_model, save_model

SENTENCES = [["king", "queen", "crown"], ["cat", "dog", "fur", "cat"], ["red", "blue"]] * 20
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(" ".join(sentence) for sentence in SENTENCES) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("sg", [0, 1])
def test_is_wordmills_training_with_gensims_update(sg: int) -> None:
    model = Word2Vec(SENTENCES, sg=sg, **SMALL)
    same = wordmill.Word2Vec(
        architecture="skipgram" if sg else "cbow", cbow_update="word2vec", alpha=0.025, **SMALL
    ).fit(SENTENCES)
    np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)
    np.testing.assert_array_equal(model.syn1neg, same.output_vectors)
    losses = [entry["loss"] * entry["examples"] for entry in same.history]
    assert model.get_latest_training_loss() == pytest.approx(sum(losses), rel=1e-12)
    assert (model.corpus_count, model.corpus_total_words, model.train_count) == (60, 180, 1)


SOURCES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "lists": lambda _: {"sentences": SENTENCES},
    "tuples": lambda _: {"sentences": [tuple(sentence) for sentence in SENTENCES]},
    "generator": lambda _: {"sentences": (sentence for sentence in SENTENCES)},
    "lines of a file": lambda path: {"sentences": LineSentence(str(path))},
    "lines cut": lambda path: {"sentences": LineSentence(path, max_sentence_length=100)},
    "lines of an open file": lambda path: {"sentences": LineSentence(path.open("rb"))},
    "files of a folder": lambda path: {"sentences": PathLineSentences(path.parent)},
    "file": lambda path: {"corpus_file": str(path)},
}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.parametrize("source", SOURCES)
def test_every_source_gives_the_same_vectors(source: str, corpus: Path) -> None:
    expected = Word2Vec(SENTENCES, **SMALL).wv.vectors
    np.testing.assert_array_equal(Word2Vec(**SOURCES[source](corpus), **SMALL).wv.vectors, expected)


@pytest.mark.parametrize("source", ["lists", "lines of a file", "file"])
def test_step_by_step_is_the_same_as_at_once(source: str, corpus: Path) -> None:
    arguments = SOURCES[source](corpus)
    model = Word2Vec(**SMALL)
    if "sentences" in arguments:
        arguments["corpus_iterable"] = arguments.pop("sentences")
    model.build_vocab(**arguments)
    wv = model.wv
    first = wv.vectors.copy()
    assert model.train(**arguments, total_examples=60, epochs=model.epochs) == (900, 900)
    assert model.wv is wv
    assert not np.array_equal(wv.vectors, first)
    np.testing.assert_array_equal(wv.vectors, Word2Vec(SENTENCES, **SMALL).wv.vectors)


def test_every_epoch_draws_anew_also_in_another_call() -> None:
    constant = {**SMALL, "alpha": 0.05, "min_alpha": 0.05}
    one_by_one = Word2Vec(**constant)
    one_by_one.build_vocab(SENTENCES)
    for _ in range(4):
        one_by_one.train(SENTENCES, total_examples=60, epochs=1)
    np.testing.assert_array_equal(one_by_one.wv.vectors, Word2Vec(SENTENCES, epochs=4, **constant).wv.vectors)


def test_rates_of_a_call() -> None:
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    model.train(SENTENCES, total_examples=60, epochs=2, start_alpha=0.1, end_alpha=0.01)
    assert (model.alpha, model.min_alpha, model.epochs) == (0.1, 0.01, 2)
    same = Word2Vec(SENTENCES, epochs=2, alpha=0.1, min_alpha=0.01, **SMALL)
    np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)


def test_total_examples_that_are_not_the_corpus_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    model = Word2Vec(SENTENCES, **SMALL)
    model.train(SENTENCES, total_examples=60, epochs=1)
    assert not caplog.records
    model.train(SENTENCES[:9], total_examples=60, total_words=27, epochs=1)
    assert [record.getMessage()[:17] for record in caplog.records] == ["total_examples=60"]


def test_what_cannot_be_trained() -> None:
    both: dict[str, Any] = {"corpus_iterable": SENTENCES, "corpus_file": "x"}
    for wrong in ({}, both, {"corpus_iterable": 5}):
        with pytest.raises(TypeError):
            Word2Vec().build_vocab(**wrong)
    for strings in (["one text", "another"], "corpus.txt"):
        with pytest.raises(CorpusError, match="letters"):
            Word2Vec(strings)
    with pytest.raises(CorpusError, match="neither a file nor a directory"):
        PathLineSentences("missing")
    with pytest.raises(CorpusError, match="names no file"):
        Word2Vec(corpus_file="missing.txt")
    with pytest.raises(NotFittedError, match="build_vocab"):
        Word2Vec().train(SENTENCES, total_examples=60, epochs=1)
    model = Word2Vec(SENTENCES, **SMALL)
    with pytest.raises(ValueError, match="epochs"):
        model.train(SENTENCES, total_examples=60)
    model.wv["new"] = np.zeros(8)
    with pytest.raises(NotFittedError, match="keys were added"):
        model.train(SENTENCES, total_examples=60, epochs=1)


def test_divergence_leaves_the_vectors_from_before() -> None:
    model = Word2Vec(SENTENCES, **SMALL)
    before = model.wv.vectors.copy()
    with pytest.raises(DivergenceError):
        model.train(SENTENCES * 50, total_examples=3000, epochs=5, start_alpha=10.0, end_alpha=10.0)
    np.testing.assert_array_equal(model.wv.vectors, before)


class Interrupt(CallbackAny2Vec):
    def on_epoch_end(self, model: Any) -> None:
        raise KeyboardInterrupt

    def on_train_end(self, model: Any) -> None:
        raise AssertionError("training did not come to its end")


def test_interrupted_training_leaves_the_vectors_so_far() -> None:
    model = Word2Vec(SENTENCES, **SMALL)
    before = model.wv.vectors.copy()
    with pytest.raises(KeyboardInterrupt):
        model.train(SENTENCES, total_examples=60, epochs=3, callbacks=[Interrupt()])
    assert not np.array_equal(model.wv.vectors, before)
    assert model.wv.most_similar("cat")


def test_words_added_later_keep_the_trained_vectors() -> None:
    model = Word2Vec(SENTENCES, **SMALL)
    before, outputs = model.wv["cat"].copy(), model.syn1neg[model.wv.get_index("cat")].copy()
    model.build_vocab([["cat", "mouse"], ["mouse"]], update=True, min_count=2)
    assert (model.corpus_count, model.corpus_total_words, model.min_count) == (2, 3, 2)
    assert [model.wv.get_vecattr(word, "count") for word in ("cat", "mouse")] == [41, 2]
    np.testing.assert_array_equal(model.wv["cat"], before)
    np.testing.assert_array_equal(model.syn1neg[model.wv.get_index("cat")], outputs)
    model.build_vocab_from_freq({"cat": 4, "bird": 3, "rare": 1}, update=True)
    assert [model.wv.get_vecattr(word, "count") for word in ("cat", "bird")] == [45, 3]
    assert "rare" not in model.wv
    model.train([["cat", "bird", "mouse"]] * 9, total_examples=9, epochs=2)


def test_locked_vectors_stay_through_updates_and_files(tmp_path: Path) -> None:
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    other = KeyedVectors(8)
    other.add_vectors(["cat", "queen", "unknown"], np.eye(3, 8))
    other.save_word2vec_format(tmp_path / "other.bin", binary=True)
    model.wv.vectors_lockf = np.ones(len(model.wv), np.float32)
    model.wv.intersect_word2vec_format(tmp_path / "other.bin", binary=True)
    model.train(SENTENCES, total_examples=60, epochs=2)
    model.build_vocab([["mouse"] * 90, ["cat"] * 90], update=True)
    model.save(tmp_path / "model")
    model = Word2Vec.load(tmp_path / "model")
    before = model.wv["dog"].copy()
    model.train(SENTENCES, total_examples=60, epochs=2)
    np.testing.assert_array_equal(model.wv[["cat", "queen"]], np.eye(2, 8))
    assert not np.array_equal(model.wv["dog"], before)
    model.wv.vectors_lockf[:] = 1
    model.train(SENTENCES, total_examples=60, epochs=1)
    assert not np.array_equal(model.wv["cat"], np.eye(2, 8)[0])
    for wrong in (np.ones(3), np.full(len(model.wv), 0.5)):
        model.wv.vectors_lockf = wrong
        with pytest.raises(ValueError, match="vectors_lockf"):
            model.train(SENTENCES, total_examples=60, epochs=1)


@pytest.mark.parametrize("max_final_vocab", [None, 3])
def test_trim_rule_sees_word_count_and_threshold(max_final_vocab: int | None) -> None:
    seen = {}

    def rule(word: str, count: int, min_count: int) -> int:
        seen[word] = (count, min_count)
        return {"red": RULE_KEEP, "cat": RULE_DISCARD}.get(word, RULE_DEFAULT)

    counts = {"cat": 9, "dog": 8, "fur": 7, "red": 2, "blue": 2}
    sentences = [[word] * count for word, count in counts.items()]
    options = {**SMALL, "min_count": 3, "max_final_vocab": max_final_vocab}
    model = Word2Vec(**options)
    model.build_vocab(sentences, trim_rule=rule)
    assert seen == {word: (count, 3) for word, count in counts.items()}
    assert model.wv.index_to_key == ["dog", "fur", "red"]
    again = Word2Vec(**options)
    again.build_vocab_from_freq(counts, trim_rule=rule)
    assert again.wv.index_to_key == model.wv.index_to_key


def test_trim_rule_and_callbacks_without_sentences_are_said_to_do_nothing(caplog: pytest.LogCaptureFixture) -> None:
    Word2Vec(callbacks=[Interrupt()])
    assert "do nothing" in caplog.text


def test_integers_as_words_and_counts() -> None:
    model = Word2Vec([[7, 9, 7], [9, 11]] * 9, **SMALL)
    assert model.wv.index_to_key == [7, 9, 11]
    assert [key for key, _ in model.wv.most_similar(7)] != [7]
    again = Word2Vec(**SMALL)
    again.build_vocab_from_freq({7: 18, 9: 18, 11: 9})
    assert again.wv.index_to_key == [7, 9, 11]


def test_max_vocab_size_bounds_what_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    sentences = [[f"rare{number}", "often", "always"] for number in range(500)]
    model = Word2Vec(sentences, vector_size=4, max_vocab_size=50, workers=1)
    assert set(model.wv.index_to_key) == {"often", "always"}
    assert "forgotten" in caplog.text


def test_predicts_words_as_gensim_does() -> None:
    model = Word2Vec(SENTENCES, epochs=30, **SMALL)
    gensim_model = real_gensim().Word2Vec(SENTENCES, epochs=1, **SMALL)
    gensim_model.wv.vectors[:] = model.wv[gensim_model.wv.index_to_key]
    gensim_model.syn1neg[:] = model.syn1neg[[model.wv.get_index(word) for word in gensim_model.wv.index_to_key]]
    for cbow_mean in (1, 0):
        model.sg, model.cbow_mean, gensim_model.cbow_mean = 1, cbow_mean, cbow_mean
        wanted = gensim_model.predict_output_word(["cat", "unknown", "dog"], 4)
        got: Any = model.predict_output_word(["cat", "unknown", "dog"], 4)
        assert [word for word, _ in got] == [word for word, _ in wanted]
        np.testing.assert_allclose([p for _, p in got], [float(p) for _, p in wanted], rtol=1e-5)
    assert model.predict_output_word(["unknown"]) is None


def test_trim_rule_that_leaves_nothing() -> None:
    for message, word in (("none of the", "no such word"), ("leaves 1 word", "cat")):
        with pytest.raises(ValueError, match=message):
            Word2Vec(SENTENCES, trim_rule=lambda each, *_: RULE_KEEP if each == word else RULE_DISCARD, **SMALL)  # noqa: B023


def test_saved_model_goes_on_as_the_live_one(tmp_path: Path) -> None:
    model = Word2Vec(SENTENCES, sg=1, comment="mine", **SMALL)
    model.save(tmp_path / "model")
    models = [model, Word2Vec.load(tmp_path / "model"), copy.deepcopy(model), pickle.loads(pickle.dumps(model))]  # noqa: S301
    for each in models:
        assert (each.corpus_count, each.train_count, each.comment, str(each)) == (60, 1, "mine", str(model))
        each.train(SENTENCES, total_examples=60, epochs=2)
    for each in models[1:]:
        np.testing.assert_array_equal(each.wv.vectors, models[0].wv.vectors)


def test_models_open_on_both_sides(tmp_path: Path) -> None:
    Word2Vec(SENTENCES, **SMALL).save(tmp_path / "gensim")
    theirs = wordmill.Word2Vec.load(tmp_path / "gensim")
    assert (theirs.architecture, theirs.cbow_update, theirs.alpha) == ("cbow", "word2vec", 0.025)
    wordmill.Word2Vec(**SMALL).fit(SENTENCES).save(tmp_path / "skipgram")
    model = Word2Vec.load(tmp_path / "skipgram")
    assert (model.sg, model.alpha, model.vector_size) == (1, 0.05, 8)
    model.train(SENTENCES, total_examples=60, epochs=1)


def test_models_that_do_not_open(tmp_path: Path) -> None:
    wordmill.Word2Vec(window="sequence", **SMALL).fit(SENTENCES).save(tmp_path / "baskets")
    wordmill.Word2Vec(architecture="cbow", **SMALL).fit(SENTENCES).save(tmp_path / "cbow")
    wordmill.Word2Vec(deterministic=True, **SMALL).fit(SENTENCES).save(tmp_path / "deterministic")
    for name in ("baskets", "cbow", "deterministic"):
        with pytest.raises(FormatError, match="no words for"):
            Word2Vec.load(tmp_path / name)
    Word2Vec(SENTENCES, **SMALL).wv.save(tmp_path / "vectors")
    Word2Vec(SENTENCES, **SMALL).wv.save_word2vec_format(tmp_path / "vectors.bin", binary=True)
    for name in ("vectors", "vectors.bin"):
        with pytest.raises(FormatError, match=r"KeyedVectors\.load"):
            Word2Vec.load(tmp_path / name)
    (tmp_path / "pickle").write_bytes(pickle.dumps([]))
    with pytest.raises(FormatError, match="a pickle, which"):
        Word2Vec.load(tmp_path / "pickle")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("params", {}),
        ("params", {"architecture": "skipgram"}),
        ("gensim", []),
        ("gensim", {"frozen": ["no such key"]}),
        ("gensim", {"frozen": 5}),
        ("gensim", {"epochs_done": "1"}),
        ("gensim", {"total_train_time": [1]}),
    ],
)
def test_what_a_file_says_of_a_training_is_checked(tmp_path: Path, place: str, value: Any) -> None:
    model = Word2Vec(SENTENCES, **SMALL)
    model.save(tmp_path / "m")
    saved = load_model(tmp_path / "m")
    save_model(tmp_path / "m", saved.table, settings=saved.settings | {place: value}, training=saved.training)
    with pytest.raises(FormatError, match=r"settings\.gensim|what it says of its training cannot be"):
        Word2Vec.load(tmp_path / "m")


def test_output_vectors_of_a_file_are_checked(tmp_path: Path) -> None:
    model = Word2Vec(SENTENCES, **SMALL)
    model.save(tmp_path / "m")
    saved = load_model(tmp_path / "m")
    for vectors in (model.syn1neg[:1], model.syn1neg * np.nan, model.syn1neg.astype(int)):
        save_model(tmp_path / "m", saved.table, settings=saved.settings, training={"output_vectors": vectors})
        for load in (Word2Vec.load, wordmill.Word2Vec.load):
            with pytest.raises(FormatError, match="output vectors"):
                load(tmp_path / "m")


def test_readers_cut_and_count_as_asked(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress("eins zwei drei\n\nvier fünf\n".encode()))
    (tmp_path / "b.txt").write_text("six", encoding="utf-8")
    lines = LineSentence(tmp_path / "a.txt.gz", max_sentence_length=2)
    assert list(lines) == list(lines) == [["eins", "zwei"], ["drei"], ["vier", "fünf"]]
    assert list(LineSentence(tmp_path / "a.txt.gz", limit=2)) == [["eins", "zwei", "drei"]]
    assert list(PathLineSentences(tmp_path)) == [["eins", "zwei", "drei"], ["vier", "fünf"], ["six"]]
    assert list(Text8Corpus(tmp_path / "a.txt.gz", 4)) == [["eins", "zwei", "drei", "vier"], ["fünf"]]
    with pytest.raises(ValueError, match="max_sentence_length"):
        list(LineSentence(tmp_path / "b.txt", max_sentence_length=0))
    (tmp_path / "b.txt").write_bytes(b"caf\xe9 noir")
    for reader in (LineSentence, Text8Corpus):
        with pytest.raises(CorpusError, match="not UTF-8"):
            list(reader(tmp_path / "b.txt"))


def test_text8_is_cut_across_chunks(tmp_path: Path) -> None:
    words = [f"w{number}é" for number in range(300_000)]  # 2.6 MB
    (tmp_path / "text8").write_text(" ".join(words), encoding="utf-8")
    parts: Iterator[list[str]] = iter(Text8Corpus(tmp_path / "text8"))
    pieces = list(parts)
    assert [len(piece) for piece in pieces] == 30 * [10_000]
    assert [word for piece in pieces for word in piece] == words
