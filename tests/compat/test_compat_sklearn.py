"""Word2Vec among scikit-learn's estimators, with the real package."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks, get_tags
from sklearn.utils.validation import check_is_fitted

from wordmill import Word2Vec, read_corpus
from wordmill.errors import MissingDependencyError

TEXTS = ["king queen crown royal", "cat dog fur paw", "queen royal throne", "dog paw cat tail"] * 30
LABELS = [0, 1, 0, 1] * 30


def letters(text: str) -> list[str]:
    return list(text.replace(" ", ""))


def small(**params: Any) -> Word2Vec:
    return Word2Vec(**{"vector_size": 8, "min_count": 1, "epochs": 20, "workers": 1, "sample": 0, **params})


def test_grid_search_over_a_pipeline_in_two_processes() -> None:
    pipeline = make_pipeline(small(), LogisticRegression())
    grid = {"word2vec__vector_size": [2, 8], "word2vec__architecture": ["skipgram", "cbow"]}
    search = GridSearchCV(pipeline, grid, n_jobs=2, cv=2).fit(TEXTS, LABELS)
    assert search.best_score_ == 1.0
    assert not np.isnan(search.cv_results_["mean_test_score"]).any()
    assert search.best_estimator_["word2vec"].vector_size == search.best_params_["word2vec__vector_size"]
    assert search.predict(["crown throne", "paw tail"]).tolist() == [0, 1]
    again = pickle.loads(pickle.dumps(search))  # noqa: S301
    np.testing.assert_array_equal(again.predict_proba(TEXTS), search.predict_proba(TEXTS))


def test_search_and_validation_by_its_own_score() -> None:
    search = GridSearchCV(small(), {"epochs": [1, 40]}, cv=2).fit(TEXTS)
    assert search.best_params_ == {"epochs": 40}
    assert search.best_score_ < 0
    assert search.score(TEXTS) == search.best_estimator_.score(TEXTS)
    assert cross_val_score(small(), TEXTS, cv=3).shape == (3,)


@pytest.mark.parametrize(
    "texts", [TEXTS, np.array(TEXTS), [text.split() for text in TEXTS], [[1, 2, 3], [4, 5], [1, 3], [5, 4, 4]] * 30]
)
def test_kinds_of_documents(texts: Any) -> None:
    model = small()
    vectors = model.fit_transform(texts, LABELS)
    assert vectors.shape == (120, 8)
    np.testing.assert_array_equal(vectors, model.transform(texts))
    assert cross_val_score(make_pipeline(small(), LogisticRegression()), texts, LABELS, cv=2).min() == 1.0


def test_clones_have_the_parameters_and_not_the_vectors() -> None:
    model = small(window="sequence", tokenizer=letters).fit(TEXTS)
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    check_is_fitted(model)
    for ask in (check_is_fitted, lambda each: each.transform(TEXTS)):
        with pytest.raises((NotFittedError, AttributeError)):
            ask(twin)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])  # noqa: S301
def test_copies_and_pickles_of_live_objects(duplicate: Any) -> None:
    model = small(vector_size=10, tokenizer=letters).fit(TEXTS)  # rows of 10 numbers are padded
    other = duplicate(model)
    np.testing.assert_array_equal(other.transform(TEXTS), model.transform(TEXTS))
    assert other.score(TEXTS) == model.score(TEXTS)
    assert other.history == model.history
    for array in (other.wv.vectors, other.wv.norms, other.wv.counts, other.output_vectors):
        assert not array.flags.writeable
    before = model.wv.vectors.copy()
    other.partial_fit(TEXTS, epochs=1)
    np.testing.assert_array_equal(model.wv.vectors, before)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda corpus: pickle.loads(pickle.dumps(corpus))])  # noqa: S301
def test_copies_and_pickles_of_a_corpus(duplicate: Any) -> None:
    corpus = read_corpus(TEXTS, min_count=1)
    assert "cat" in corpus.vocab  # makes the look-up table, which does not pickle
    other = duplicate(corpus)
    assert other.vocab == corpus.vocab
    assert other.fingerprint() == corpus.fingerprint()
    for array in (other.ids, other.offsets, other.vocab.counts):
        assert not array.flags.writeable


#: scikit-learn's own checks of what is asked of every estimator; the others fit matrices of numbers.
CHECKS = [
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_estimators_unfitted",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_transformers_unfitted",
    "check_valid_tag_types",
]


@pytest.mark.parametrize("name", CHECKS)
def test_scikit_learns_own_checks(name: str) -> None:
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip("another version of scikit-learn has no such check")
    check("Word2Vec", small())


def test_columns_have_names() -> None:
    union = FeatureUnion([("skipgram", small()), ("cbow", small(architecture="cbow", vector_size=3))]).fit(TEXTS)
    assert union.transform(TEXTS).shape == (120, 11)
    names = union.get_feature_names_out()
    assert (names[0], names[-1], len(names)) == ("skipgram__word2vec0", "cbow__word2vec2", 11)


def test_set_output_gives_frames_with_names() -> None:
    series = pd.Series(TEXTS, index=range(1000, 1000 + len(TEXTS)))
    model = small().fit(series)
    plain = model.transform(series)
    assert model.set_output() is model
    frame = model.set_output(transform="pandas").transform(series)
    assert frame.columns.tolist() == model.get_feature_names_out().tolist()
    assert frame.index.tolist() == series.index.tolist()
    np.testing.assert_array_equal(frame.to_numpy(), plain)
    assert clone(model).fit_transform(TEXTS).shape == (120, 8)
    assert isinstance(clone(model).fit_transform(TEXTS), pd.DataFrame)
    other = model.set_output(transform="polars").transform(series)
    assert isinstance(other, pl.DataFrame)
    np.testing.assert_array_equal(other.to_numpy(), plain)
    np.testing.assert_array_equal(model.set_output(transform="default").transform(series), plain)
    with pytest.raises(ValueError, match="transform='excel': 'default', 'pandas' or 'polars'"):
        model.set_output(transform="excel")  # type: ignore[arg-type]


def test_set_output_of_pipelines_and_of_all_of_scikit_learn() -> None:
    series = pd.Series(TEXTS)
    pipeline = make_pipeline(small(), StandardScaler()).set_output(transform="pandas")
    frame = pipeline.fit_transform(series)
    assert frame.columns.tolist() == [f"word2vec{column}" for column in range(8)]
    table = pd.DataFrame({"text": TEXTS, "n": np.arange(len(TEXTS))})
    union = ColumnTransformer([("words", small(), "text"), ("rest", "passthrough", ["n"])])
    assert union.set_output(transform="pandas").fit_transform(table).columns.tolist()[-2:] == [
        "words__word2vec7",
        "rest__n",
    ]
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(small().fit_transform(series), pd.DataFrame)
    assert isinstance(small().fit_transform(series), np.ndarray)
    with pytest.raises(ValueError, match=r"DataFrame is a table: pass one of its columns, such as table\['text'\]"):
        small().fit(table[["text"]])


def test_set_output_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingDependencyError, match="pip install polars"):
        small().fit(TEXTS).set_output(transform="polars").transform(TEXTS)


def test_tags_and_display() -> None:
    tags = get_tags(small())
    assert tags.input_tags.string
    assert not tags.target_tags.required
    assert tags.estimator_type is None
    pipeline = Pipeline([("vectors", small(seed=4))])
    assert "seed=4" in repr(pipeline)
    assert "Word2Vec" in pipeline._repr_html_()


def test_parameters_are_set_through_a_pipeline_and_checked_in_fit() -> None:
    pipeline = make_pipeline(small(), LogisticRegression()).set_params(word2vec__window=0)
    with pytest.raises(ValueError, match="window=0"):
        pipeline.fit(TEXTS, LABELS)
    with pytest.raises(ValueError, match="size"):
        pipeline.set_params(word2vec__size=3)


def test_scikit_learn_is_not_imported_by_us() -> None:
    script = (
        "import sys, pickle, wordmill\n"
        "model = wordmill.Word2Vec(min_count=1).fit([['a', 'b']] * 9)\n"
        "model.transform(['a b']), model.get_params(), pickle.dumps(model)\n"
        "assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
