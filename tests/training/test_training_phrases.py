"""Phrases of a model: joined in its corpus, kept, and joined in all that it reads later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

import wordmill as wm
from wordmill import KeyedVectors, Phrases, Word2Vec
from wordmill.corpus import EncodedCorpus
from wordmill.errors import CorpusError, FormatError, MissingKeyError, ParameterError
from wordmill.phrases import PhraseBook
from wordmill.training.run.checkpoints import checkpoints
from wordmill.vectors.formats.directory import load_model, save_model

SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 2, "epochs": 2, "workers": 1, "sample": 0.0}


def lines(count: int = 300) -> list[str]:
    """Words at random, and in each line of two new york; in each of four it is new york city."""
    random = np.random.default_rng(7)
    shown = ["new york city", "the of", "new york", "of"]
    return [
        " ".join([*(f"w{word}" for word in random.integers(0, 60, 9)), shown[number % 4]]) for number in range(count)
    ]


TEXTS = lines()


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model() -> Word2Vec:
    return Word2Vec(phrases=2, **SMALL).fit(TEXTS)


def test_all_ways_to_name_them_are_one(text: Path, tmp_path: Path, model: Word2Vec) -> None:
    found = wm.find_phrases(text, min_count=2, passes=2)
    found.save(tmp_path / "my.phrases")
    corpus = wm.read_corpus(text, phrases=2, min_count=2)
    corpus.save(tmp_path / "encoded")
    assert {"new_york", "new_york_city"} < {*model.wv.keys}
    ways: list[tuple[Any, Any]] = [
        (2, text),
        (found, TEXTS),
        (PhraseBook.of(found), text),
        (tmp_path / "my.phrases", text),
        (str(tmp_path / "my.phrases"), TEXTS),
        (0, corpus),
        (2, corpus),
        (0, tmp_path / "encoded"),
    ]
    for phrases, source in ways:
        other = Word2Vec(phrases=phrases, **SMALL).fit(source)
        assert other.wv.keys == model.wv.keys
        np.testing.assert_array_equal(other.wv.vectors, model.wv.vectors)
        assert other.wv.phrases is not None
        assert other.wv.phrases.joins_like(found)


def test_what_it_reads_later_has_the_same_phrases(model: Word2Vec, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    loaded, vectors = Word2Vec.load(tmp_path / "m"), KeyedVectors.load(tmp_path / "m")
    expected = model.wv["new_york_city"]
    whole = wm.read_corpus(["new york city"], min_count=1)
    (tmp_path / "line.txt").write_text("new york city\n", encoding="utf-8")
    for text in (["new york city"], [["new", "york", "city"]], whole, tmp_path / "line.txt", iter(["new york city"])):
        np.testing.assert_array_equal(loaded.transform(text)[0], expected)
    np.testing.assert_array_equal(vectors.encode("new york city"), expected)
    held = [f"{line} w1" for line in TEXTS[:40]]
    joined = wm.find_phrases(TEXTS, min_count=2, passes=2).join(held)
    phrases = loaded.wv.phrases
    assert phrases is not None
    assert (
        loaded.score(held) == model.score(joined) == model.score([phrases.join_tokens(line.split()) for line in held])
    )
    assert loaded.score(held) != Word2Vec(**SMALL).fit(TEXTS).score(held)


def test_a_text_asks_for_the_phrase_that_it_is(model: Word2Vec, tmp_path: Path) -> None:
    wv = model.wv
    assert "new york" not in wv  # no key
    np.testing.assert_array_equal(wv["new york"], wv["new_york"])
    assert wv.most_similar("new  york city") == wv.most_similar("new_york_city")  # and so not itself among them
    assert wv.nearest(["new york", "w1"]) == wv.nearest(["new_york", "w1"])
    assert wv.similarity("new york", "w1") == wv.similarity("new_york", "w1")
    assert wv.get_index("new york") == wv.get_index("new_york")
    assert wv.get("york new") is None
    for missing in ("york new", "new york w1", "w1 w2", "", " "):
        with pytest.raises(MissingKeyError):
            wv[missing]
    smaller = wv.subset(["new_york", "w1"])
    np.testing.assert_array_equal(smaller["new york"], wv["new_york"])


def test_keys_that_phrases_make_are_reached_by_their_words(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spaced = wm.find_phrases(TEXTS, min_count=2, delimiter=" ")
    model = Word2Vec(phrases=spaced, **SMALL).fit(TEXTS)
    caplog.clear()
    model.save(tmp_path / "m")
    assert "cannot be reached" not in caplog.text
    np.testing.assert_array_equal(KeyedVectors.load(tmp_path / "m").encode("new york"), model.wv["new york"])


def test_partial_fit_joins_them_and_finds_no_others(model: Word2Vec, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    more = [*TEXTS[:50], *["red tape"] * 50]
    grown = Word2Vec.load(tmp_path / "m").partial_fit(more, extend_vocab=True)
    assert {"red", "tape", "new_york_city"} < {*grown.wv.keys}
    assert "red_tape" not in grown.wv
    assert "new" not in grown.wv
    count = {key: int(number) for key, number in zip(model.wv.keys, model.wv.counts, strict=True)}  # type: ignore[arg-type]
    assert grown.wv.counts is not None
    assert grown.wv.counts[grown.wv.get_index("new_york")] == count["new_york"] + 12
    assert model.wv.phrases is not None
    again = Word2Vec.load(tmp_path / "m").partial_fit(wm.read_corpus(more, phrases=model.wv.phrases, min_count=1))
    assert again.wv.phrases is not None
    assert again.wv.phrases.joins_like(model.wv.phrases)
    with pytest.raises(CorpusError, match="other phrases than the model"):
        model.partial_fit(wm.read_corpus(more, phrases=1, min_count=1))
    plain = Word2Vec(**SMALL).fit(TEXTS).partial_fit(wm.read_corpus(TEXTS, phrases=1, min_count=1))
    assert plain.wv.phrases is None


def test_a_validation_corpus_has_them(text: Path) -> None:
    joined = wm.read_corpus(text, phrases=2, min_count=2)
    losses = [
        Word2Vec(phrases=2, **SMALL).fit(TEXTS, validation=held).history[-1]["validation_loss"]
        for held in (text, TEXTS, joined)
    ]
    assert losses[0] == losses[1] == losses[2]


def test_a_checkpoint_has_them(tmp_path: Path) -> None:
    checkpoint = wm.training.Checkpoint(tmp_path / "c", seconds=None, epochs=1)
    model = Word2Vec(phrases=1, **SMALL).fit(TEXTS, callbacks=[checkpoint])
    phrases = load_model(checkpoints(tmp_path / "c")[-1]).table.phrases
    assert phrases is not None
    assert phrases.keys == model.wv.phrases.keys  # type: ignore[union-attr]
    again = Word2Vec(phrases=1, **SMALL).fit(TEXTS, resume=tmp_path / "c")
    np.testing.assert_array_equal(again.wv.vectors, model.wv.vectors)
    with pytest.raises(ParameterError, match="phrases"):
        Word2Vec(phrases=2, **SMALL).fit(TEXTS, resume=tmp_path / "c")


def test_given_ones_come_back_as_a_parameter(tmp_path: Path) -> None:
    found = wm.find_phrases(TEXTS, min_count=2)
    model = clone(Word2Vec(phrases=found, **SMALL)).fit(TEXTS)
    model.save(tmp_path / "m")
    loaded = Word2Vec.load(tmp_path / "m")
    assert isinstance(loaded.phrases, PhraseBook)
    assert loaded.phrases.joins_like(found)
    np.testing.assert_array_equal(loaded.fit(TEXTS).wv.vectors, model.wv.vectors)


def test_documents_have_them_too(tmp_path: Path) -> None:
    tags = [f"line {number}" for number in range(len(TEXTS))]
    model = wm.Doc2Vec(phrases=2, **SMALL).fit(TEXTS, tags=tags)
    assert "new_york_city" in model.wv
    phrases = model.wv.phrases
    assert phrases is not None
    joined = [phrases.join_tokens(text.split()) for text in TEXTS]
    same = wm.Doc2Vec(**SMALL).fit(joined, tags=tags)
    assert model.dv.keys == tags
    np.testing.assert_array_equal(model.dv.vectors, same.dv.vectors)
    np.testing.assert_array_equal(model.infer(TEXTS[:5]), same.infer(joined[:5]))
    model.save(tmp_path / "m")
    loaded = wm.Doc2Vec.load(tmp_path / "m")
    np.testing.assert_array_equal(loaded.infer(TEXTS[:5]), same.infer(joined[:5]))
    assert loaded.partial_fit(["new york"], tags=["more"]).dv["more"].any()
    with pytest.raises(AttributeError, match=r"wordmill\.Phrases\.of\(these\)\.join\(corpus\)"):
        loaded.wv.phrases.join(TEXTS)  # type: ignore[union-attr]


def test_a_model_from_before_there_were_phrases(model: Word2Vec, tmp_path: Path) -> None:
    plain = Word2Vec(**SMALL).fit(TEXTS)
    settings = plain._fitted().settings()
    del settings["params"]["phrases"]
    save_model(tmp_path / "m", plain.wv, settings=settings, training=plain._fitted().training())
    stored = json.loads((tmp_path / "m" / "wordmill.json").read_text(encoding="utf-8"))
    assert stored.pop("phrases") is None
    (tmp_path / "m" / "wordmill.json").write_text(json.dumps(stored), encoding="utf-8")
    manifest = json.loads((tmp_path / "m" / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["wordmill.json"] = wm.saving.fingerprint(tmp_path / "m" / "wordmill.json")
    (tmp_path / "m" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    loaded = Word2Vec.load(tmp_path / "m")
    assert (loaded.phrases, loaded.wv.phrases) == (0, None)
    loaded.partial_fit(TEXTS)


@pytest.mark.parametrize("damage", ["cut", "gone", "another", "count"])
def test_damaged_ones_are_said(model: Word2Vec, tmp_path: Path, damage: str) -> None:
    model.save(tmp_path / "m")
    file, stored = tmp_path / "m" / "phrases.safetensors", tmp_path / "m" / "wordmill.json"
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-3])
    elif damage == "gone":
        file.unlink()
    elif damage == "another":
        wm.find_phrases(["a b"] * 9, min_count=1, threshold=1e-9).save(file)
    else:
        stored.write_text(stored.read_text(encoding="utf-8").replace('"phrases": ', '"phrases": 1'), encoding="utf-8")
    if damage in ("another", "count"):  # a manifest that says it is right
        manifest = json.loads((tmp_path / "m" / "manifest.json").read_text(encoding="utf-8"))
        for path in (file, stored):
            manifest["files"][path.name] = wm.saving.fingerprint(path)
        (tmp_path / "m" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(FormatError, match=r"phrases\.safetensors"):
        Word2Vec.load(tmp_path / "m")


@pytest.mark.parametrize("phrases", [-1, 17, True, 1.0, None, ["new_york"], b"x"])
def test_what_is_none_of_it(phrases: Any) -> None:
    with pytest.raises(ParameterError, match="phrases="):
        Word2Vec(phrases=phrases).fit(TEXTS)


def test_integers_have_no_phrases() -> None:
    with pytest.raises(CorpusError, match="phrases are made of words"):
        Word2Vec(phrases=1, **SMALL).fit([[1, 2, 3]] * 9)
    with pytest.raises(ParameterError, match="phrases are made of words"):
        KeyedVectors([1, 2], np.eye(2), phrases=wm.find_phrases(TEXTS))


def test_a_corpus_keeps_what_was_joined(tmp_path: Path) -> None:
    first = wm.find_phrases(TEXTS, min_count=2)
    corpus = first.join(TEXTS)
    assert corpus.phrases is first
    assert first.join(corpus) is corpus  # they are there
    second = wm.find_phrases(corpus, min_count=2)
    both = second.join(corpus)
    both.save(tmp_path / "c")
    loaded = EncodedCorpus.load(tmp_path / "c")
    assert loaded.phrases is not None
    assert [len(table) for table in loaded.phrases.tables] == [len(first), len(second)]
    assert Phrases.of(loaded.phrases).join(TEXTS).vocab == both.vocab
    with pytest.raises(ParameterError, match="other connectors, choose or delimiter"):
        wm.find_phrases(corpus, min_count=2, delimiter="~").join(corpus)
