"""fastText's own files under gensim's names: read, trained on, written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compat_gensim_models import real_gensim

from wordmill.compat.gensim import FastText, Word2Vec
from wordmill.compat.gensim.models.fasttext import load_facebook_model, load_facebook_vectors, save_facebook_model
from wordmill.errors import FormatError, MissingKeyError, ParameterError

SENTENCES = [["night", "nights", "nightly"], ["cat", "cats", "catty", "cat"], ["red", "reddish"]] * 20
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 1e-2, "bucket": 5_000, "window": 3}
OBJECTIVES: list[dict[str, Any]] = [
    {"sg": 1}, {"sg": 0, "negative": 3}, {"sg": 1, "hs": 1, "negative": 0}, {"sg": 1, "max_n": 0},
]  # fmt: skip


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_model_comes_back_whole_and_goes_on(objective: dict[str, Any], tmp_path: Path) -> None:
    model = FastText(SENTENCES, **objective, **SMALL)
    save_facebook_model(model, tmp_path / "model.bin")
    loaded = load_facebook_model(tmp_path / "model.bin")
    for name in ("sg", "hs", "negative", "vector_size", "window", "epochs", "min_count", "sample"):
        assert getattr(loaded, name) == getattr(model, name), name
    assert loaded.wv.bucket == model.wv.bucket
    assert loaded.corpus_total_words == 180
    assert loaded.wv.index_to_key == model.wv.index_to_key
    np.testing.assert_allclose(loaded.wv.vectors, model.wv.vectors, rtol=1e-5, atol=1e-7)
    save_facebook_model(loaded, tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == (tmp_path / "model.bin").read_bytes()
    loaded.train(SENTENCES, total_examples=60, epochs=1)
    model._epochs_done = 0  # a file of fastText does not say how many
    model.train(SENTENCES, total_examples=60, epochs=1)
    np.testing.assert_allclose(loaded.wv.vectors, model.wv.vectors, rtol=1e-5, atol=1e-7)
    if objective.get("negative", 5):
        loaded.build_vocab([["cat", "dogs"]], update=True)
        loaded.train([["cat", "dogs"]], total_examples=1, epochs=1)
        assert "dogs" in loaded.wv.key_to_index


def test_vectors_alone_know_unseen_words(tmp_path: Path) -> None:
    model = FastText(SENTENCES, sg=1, **SMALL)
    save_facebook_model(model, tmp_path / "model.bin")
    vectors = load_facebook_vectors(tmp_path / "model.bin")
    assert (vectors.min_n, vectors.max_n, vectors.bucket) == (3, 6, 5_000)
    np.testing.assert_array_equal(vectors.vectors_vocab, model.wv.vectors_vocab)
    np.testing.assert_array_equal(vectors.vectors_ngrams, model.wv.vectors_ngrams)
    assert vectors.similarity("nighty", "nights") == pytest.approx(model.wv.similarity("nighty", "nights"), abs=1e-5)
    assert vectors.get_vecattr("cat", "count") == 40


@pytest.mark.parametrize("objective", OBJECTIVES[:2])
def test_gensim_reads_what_is_written(objective: dict[str, Any], tmp_path: Path) -> None:
    model = FastText(SENTENCES, **objective, **SMALL)
    save_facebook_model(model, tmp_path / "model.bin")
    theirs = real_gensim().fasttext.load_facebook_model(str(tmp_path / "model.bin"))
    for word in model.wv.index_to_key:
        np.testing.assert_allclose(theirs.wv[word], model.wv[word], rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(theirs.syn1neg, model.syn1neg)
    assert (theirs.sg, theirs.negative, theirs.window) == (model.sg, model.negative, model.window)
    theirs.train(SENTENCES, total_examples=60, epochs=1)


@pytest.mark.parametrize("objective", [{"sg": 1}, {"sg": 1, "max_n": 0}])
def test_what_gensim_writes_is_read(objective: dict[str, Any], tmp_path: Path) -> None:
    models = real_gensim()
    theirs = models.FastText(SENTENCES, **objective, **SMALL)
    models.fasttext.save_facebook_model(theirs, str(tmp_path / "model.bin"))
    model = load_facebook_model(tmp_path / "model.bin")
    for word in ("cat", "nights", *(["nighty", "qqq"] if theirs.wv.bucket else [])):
        np.testing.assert_allclose(model.wv[word], theirs.wv[word], rtol=1e-5, atol=1e-7)
    model.train(SENTENCES, total_examples=60, epochs=1)
    if not theirs.wv.bucket:
        with pytest.raises(MissingKeyError, match="nighty"):
            model.wv["nighty"]


def test_the_end_of_sentence_has_no_ngrams(tmp_path: Path) -> None:
    model = FastText([[*sentence, "</s>"] for sentence in SENTENCES], sg=1, **SMALL)
    save_facebook_model(model, tmp_path / "model.bin")
    for wv in (model.wv, load_facebook_vectors(tmp_path / "model.bin")):
        np.testing.assert_array_equal(wv["</s>"], wv.vectors_vocab[wv.get_index("</s>")])


def test_words_that_are_no_text_are_replaced_in_vectors_alone(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    save_facebook_model(FastText(SENTENCES, **SMALL), path)
    path.write_bytes(path.read_bytes().replace(b"reddish\0", b"r\xffddish\0"))
    vectors = load_facebook_vectors(path)
    assert "r\N{REPLACEMENT CHARACTER}ddish" in vectors.key_to_index
    assert vectors["cats"].any()
    with pytest.raises(FormatError, match="not UTF-8"):
        load_facebook_model(path)


def test_a_classifier_is_vectors_alone(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    save_facebook_model(FastText(SENTENCES, sg=1, **SMALL), path)
    content = bytearray(path.read_bytes())
    content[8 + 4 * 6 : 8 + 4 * 7] = (3).to_bytes(4, "little")  # its loss: a softmax over all words
    path.write_bytes(content)
    with pytest.raises(FormatError, match="load_facebook_vectors"):
        load_facebook_model(path)
    assert "nighty" in load_facebook_vectors(path)


def test_what_cannot_be_says_so(tmp_path: Path) -> None:
    model = FastText(SENTENCES, **SMALL)
    with pytest.raises(ParameterError, match="UTF-8"):
        save_facebook_model(model, tmp_path / "model.bin", encoding="latin1")
    with pytest.raises(ParameterError, match="takes a FastText"):
        save_facebook_model(Word2Vec(SENTENCES, min_count=1), tmp_path / "model.bin")  # type: ignore[arg-type]
    (tmp_path / "text.bin").write_text("2 3\na 1 2 3\nb 1 2 3\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"text\.bin"):
        load_facebook_model(tmp_path / "text.bin")
