"""Everyday wrong names in our own interface: each is one line that says what to write."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wordmill
from wordmill import KeyedVectors, Word2Vec
from wordmill.corpus import read_corpus
from wordmill.errors import FormatError, NotFittedError, ParameterError, UnknownNameError
from wordmill.evaluation import (
    compare_models,
    evaluate_analogies,
    evaluate_categories,
    evaluate_outliers,
    evaluate_pairs,
)
from wordmill.other_names import MODEL, VECTORS
from wordmill.plots import plot_map


@pytest.fixture(scope="module")
def model() -> Any:
    return Word2Vec(vector_size=8, min_count=1, epochs=1, sample=0).fit([["a", "b"], ["b", "c"]] * 20)


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (lambda model: model.most_similar("a"), "model.wv.most_similar"),
        (lambda model: model["a"], "write model.wv[key]"),
        (lambda model: "a" in model, "key in model.wv"),
        (lambda model: model.vocab, "model.wv, rows are key_to_index"),
        (lambda model: model.size, "here it is vector_size"),
        (lambda model: model.train, "write fit(corpus)"),
        (lambda model: model.fitt, "did you mean fit?"),
        (lambda model: model.wv.vocab, "rows are key_to_index"),
        (lambda model: model.wv.syn0, "the matrix is vectors"),
        (lambda model: model.wv.simlarity, "did you mean similarity?"),
        (lambda model: type(model.wv).load_word2vec_format, "write KeyedVectors.load(path)"),
        (lambda model: type(model).load_word2vec_format, "write KeyedVectors.load(path)"),
        (lambda model: wordmill.load, "write wordmill.KeyedVectors.load(path)"),
        (lambda model: wordmill.KeyedVector, "did you mean KeyedVectors?"),
        (lambda model: wordmill.plot_map, "write from wordmill.plots import plot_map"),
    ],
)
def test_attributes(model: Any, ask: Callable[[Any], object], hint: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ask(model)
    assert hint in str(caught.value)
    assert isinstance(caught.value, AttributeError)


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (lambda model: type(model)().fit([["a"]], epochs=3), "write Word2Vec(epochs=3).fit(corpus)"),
        (lambda model: type(model)().fit([["a"]], iter=3), "here it is epochs"),
        (lambda model: type(model)().partial_fit([["a"]], alpha=3), "write Word2Vec(alpha=3)"),
        (lambda model: model.fit([["a"]], nonsense=3), "fit has no such argument"),
        (lambda model: KeyedVectors.load("x.bin", binary=True), "known by the content"),
        (lambda model: KeyedVectors.load("x.bin", nonsense=True), "there are path, format, limit"),
        (lambda model: model.wv.save("x.bin", binary=True), "takes no binary="),
        (lambda model: model.wv.most_similar("a", top_n=5), "takes no top_n=: here it is topn"),
        (lambda model: model.wv.nearest(["a"], topn=5), "takes no topn=: here it is k"),
        (lambda model: model.wv.similarity(w1="a", w2="b"), "here it is a"),
        (lambda model: model.wv.get_vector("a", use_norm=True), "here it is norm"),
        (lambda model: model.wv.encode("a", normalise=True), "did you mean normalize?"),
        (lambda model: model.wv.subset(words=["a"]), "here it is keys"),
        (lambda model: model.transform(texts=["a"]), "here it is X"),
        (lambda model: model.score(["a"], sample_weight=1), "there are X, y"),
        (lambda model: model.save("x", binary=True), "save takes no binary=: there are path"),
        (lambda model: type(model).load("x", binary=True), "load takes no binary=: there are path"),
        (lambda model: evaluate_pairs(model.wv, "x", dummy4unknown=True), "there are vectors, path"),  # type: ignore[call-arg]
        (lambda model: evaluate_analogies(model.wv, "x", dummy4unknown=True), "here it is unknown"),  # type: ignore[call-arg]
        (lambda model: evaluate_outliers(model.wv, fname="x"), "here it is path"),  # type: ignore[call-arg]
        (lambda model: plot_map(model.wv, ["a"], filename="x.png"), "here it is path"),  # type: ignore[call-arg]
        (lambda model: read_corpus([["a"]], sentences=1), "read_corpus takes no sentences="),  # type: ignore[call-arg]
    ],
)
def test_arguments(model: Any, ask: Callable[[Any], object], hint: str) -> None:
    with pytest.raises(ParameterError) as caught:
        ask(model)
    assert hint in str(caught.value)


def test_hints_name_what_is_there() -> None:
    """No hint is for a name that is there, and none stands in the way of `hasattr`."""
    for cls, hints in ((KeyedVectors, VECTORS), (Word2Vec, MODEL)):
        assert not [name for name in hints if hasattr(cls, name)]


def test_other_errors_of_attributes_stay_their_own(model: Any) -> None:
    with pytest.raises(NotFittedError, match="call fit first"):
        _ = Word2Vec().wv
    assert not hasattr(model, "__array__")
    assert copy.deepcopy(model.wv).vectors.shape == (3, 8)
    assert pickle.loads(pickle.dumps(model)).wv.keys == model.wv.keys  # noqa: S301 (made here)


def test_parts_of_the_package_are_there_without_an_import() -> None:
    assert wordmill.plots.plot_map is plot_map
    assert wordmill.evaluation.evaluate_pairs is evaluate_pairs


@pytest.mark.parametrize("evaluate", [evaluate_analogies, evaluate_pairs, evaluate_categories, evaluate_outliers])
def test_arguments_of_evaluations_in_the_wrong_place(model: Any, evaluate: Any) -> None:
    with pytest.raises(ParameterError, match=r"takes vectors first, model\.wv say"):
        evaluate("questions.txt", model.wv)
    with pytest.raises(ParameterError, match=r"not the model: give model\.wv"):
        evaluate(model, "questions.txt")
    with pytest.raises(ParameterError, match="is no path"):
        evaluate(model.wv, model.wv)


def test_arguments_of_comparisons_and_pictures_in_the_wrong_place(model: Any, tmp_path: Path) -> None:
    draw: Any = wordmill.plots
    compare: Any = compare_models
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: draw.plot_map(["a", "b", "c"], model.wv, tmp_path / "a.png"), "takes vectors first"),
        (lambda: draw.plot_map(model, ["a", "b", "c"], tmp_path / "a.png"), "give model.wv"),
        (lambda: draw.plot_map(model.wv, "a.png", ["a", "b", "c"]), "in this order"),
        (lambda: draw.plot_loss(model, tmp_path / "a.png"), "give model.history"),
        (lambda: draw.plot_loss("a.png", model.history), "the history comes first"),
        (lambda: draw.plot_comparison("a.png", model), "what compare_models returns"),
        (lambda: compare([model.wv], pairs=["a"]), "takes vectors by name"),
        (lambda: compare({"a": model.wv}, pairs="a.txt"), "write pairs=['a.txt']"),
    ]
    for call, message in calls:
        with pytest.raises(ParameterError) as caught:
            call()
        assert message in str(caught.value)


@pytest.mark.parametrize("name", ["mm.bin", "mm.txt.gz", "mm.npz", "mm.pkl", "mm.safetensors", "MM.BIN"])
def test_a_model_is_not_saved_by_the_name_of_a_file(model: Any, tmp_path: Path, name: str) -> None:
    with pytest.raises(ParameterError, match="is the name of a file, and a model is a directory: give a name without"):
        model.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["m", "wiki.en", "word2vec.model", "v1.2"])
def test_other_names_of_models_are_free(model: Any, tmp_path: Path, name: str) -> None:
    model.save(tmp_path / name)
    assert Word2Vec.load(tmp_path / name).wv.keys == model.wv.keys


def test_a_file_of_vectors_is_no_model(model: Any, tmp_path: Path) -> None:
    model.wv.save(tmp_path / "x.bin")
    with pytest.raises(FormatError, match=r"read it with KeyedVectors\.load"):
        Word2Vec.load(tmp_path / "x.bin")


def test_rows_by_key_are_a_dictionary_that_is_read(model: Any) -> None:
    for rows in (model.wv.key_to_index, KeyedVectors(np.array([3, 4]), np.eye(2)).key_to_index):
        assert isinstance(rows, dict)
        assert json.loads(json.dumps(rows)) == {str(key): row for key, row in rows.items()}
        assert type(pickle.loads(pickle.dumps(rows))) is type(copy.deepcopy(rows)) is dict  # noqa: S301 (made here)
        before = dict(rows)
        changes: list[Callable[[Any], object]] = [
            lambda rows: rows.update(a=1),
            lambda rows: rows.pop("a"),
            lambda rows: rows.clear(),
            lambda rows: rows.setdefault("x", 1),
            lambda rows: rows.__setitem__("a", 1),
        ]
        for change in changes:
            with pytest.raises(TypeError, match="copy it first"):
                change(rows)
        assert rows == before


def test_a_fitted_model_shows_that_it_is(model: Any) -> None:
    assert repr(Word2Vec(vector_size=8)) == "Word2Vec(vector_size=8)"
    begin = "<Word2Vec(vector_size=8, sample=0, epochs=1, min_count=1), fitted: 3 keys, 1 epoch, loss "
    assert repr(model).startswith(begin)
