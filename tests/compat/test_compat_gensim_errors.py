"""Mistakes are told by the types of errors that programs for gensim catch, in words of our own."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill.compat.gensim.models import Doc2Vec, FastText, KeyedVectors, Word2Vec
from wordmill.compat.gensim.models.doc2vec import TaggedDocument
from wordmill.errors import CutShortError, FormatError, NotFittedError, ParameterError, WordmillError

SENTENCES = [["graph", "minors", "trees"], ["graph", "minors", "survey"]] * 5
DOCUMENTS = [TaggedDocument(words, [number]) for number, words in enumerate(SENTENCES)]


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: Word2Vec([]),
        lambda: Word2Vec(SENTENCES, min_count=1_000),
        lambda: Word2Vec().train(SENTENCES, total_examples=10, epochs=1),
        lambda: Word2Vec().syn1neg,
        lambda: Word2Vec(hs=1, negative=0).score(SENTENCES),
        lambda: Word2Vec().init_weights(),
        lambda: FastText(SENTENCES, min_count=1_000),
        lambda: Doc2Vec([]),
        lambda: Doc2Vec(DOCUMENTS, min_count=1_000),
        lambda: Doc2Vec().train(DOCUMENTS, total_examples=10, epochs=1),
    ],
)
def test_what_cannot_be_trained_is_a_runtime_error(mistake: Callable[[], object]) -> None:
    with pytest.raises(RuntimeError) as caught:
        mistake()
    assert isinstance(caught.value, WordmillError)
    assert type(caught.value).__module__ == "wordmill.errors"
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 (ours)
    assert isinstance(again, WordmillError)
    assert str(again) == str(caught.value)


def test_words_of_vectors_alone_are_not_foretold() -> None:
    trained, model = Word2Vec(SENTENCES, min_count=1), Word2Vec()
    model.wv = trained.wv
    with pytest.raises(NotFittedError) as caught:
        model.predict_output_word(["graph"])
    assert isinstance(caught.value, RuntimeError)


@pytest.mark.parametrize("binary", [False, True])
def test_a_file_that_ends_early_is_an_end_of_file(tmp_path: Path, binary: bool) -> None:
    file = tmp_path / "v"
    Word2Vec(SENTENCES, min_count=1).wv.save_word2vec_format(file, binary=binary)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2 if binary else content.rindex(b"\n", 0, -1)])
    with pytest.raises(EOFError) as caught:
        KeyedVectors.load_word2vec_format(file, binary=binary)
    assert isinstance(caught.value, CutShortError)
    assert isinstance(caught.value, FormatError)


@pytest.mark.parametrize("model", [Word2Vec(), FastText(), Doc2Vec()], ids=lambda model: type(model).__name__)
def test_load_is_of_the_class(model: Any) -> None:
    with pytest.raises(AttributeError, match=f"load makes a new object: write model = {type(model).__name__}.load"):
        model.load("x")


def test_options_of_pickles_change_nothing(tmp_path: Path) -> None:
    model = Word2Vec(SENTENCES, min_count=1)
    model.save(tmp_path / "m", separately=None, sep_limit=0, ignore=(), pickle_protocol=4)
    np.testing.assert_array_equal(Word2Vec.load(tmp_path / "m", mmap="r").wv.vectors, model.wv.vectors)
    with pytest.raises(ParameterError, match=r"ignore=.* is not there: models are saved whole"):
        model.save(tmp_path / "m", ignore=["syn1neg"])
    with pytest.raises(TypeError, match="no parameter 'compress'"):
        model.wv.save(tmp_path / "v", compress=True)
