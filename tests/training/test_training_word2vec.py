"""Word2Vec: parameters, fit, results, files."""

from __future__ import annotations

import functools
import inspect
import operator
from os import PathLike
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from wordmill import KeyedVectors, TrainConfig, Word2Vec, read_corpus
from wordmill.config import Address, knobs
from wordmill.datasets import sample_path
from wordmill.errors import (
    CorpusError,
    DivergenceError,
    FormatError,
    MissingKeyError,
    NotFittedError,
    OutputError,
    ParameterError,
    VocabularyError,
)
from wordmill.training import Callback, Run

TEXTS = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog", "the log and the mat"] * 20
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "epochs": 2, "workers": 1, "sample": 0.0}


def small(**params: Any) -> Word2Vec:
    return Word2Vec(**{**SMALL, **params})


# Parameters


def test_constructor_is_the_config() -> None:
    own = dict(inspect.signature(Word2Vec, eval_str=True).parameters)
    assert own.pop("unnamed").kind is inspect.Parameter.VAR_POSITIONAL
    assert own.pop("unknown").kind is inspect.Parameter.VAR_KEYWORD
    config = inspect.signature(TrainConfig, eval_str=True).parameters
    assert list(config) == [name for name, _ in knobs()]
    assert list(own) == [name for name, knob in knobs() if knob.group != "Documents"]
    for name, parameter in own.items():
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert (name, parameter.default) == (name, config[name].default)
        kinds = {*get_args(config[name].annotation)}
        plain = {Path: str | PathLike[str], Address: str}  # whatever names a path or an address is taken
        named = [plain.get(kind, kind) for kind in kinds]
        taken = functools.reduce(operator.or_, named) if kinds & {*plain} else config[name].annotation
        assert (name, parameter.annotation) == (name, taken)


def test_another_tools_name_is_refused_at_once() -> None:
    with pytest.raises(ParameterError, match="unknown parameter size: here it is vector_size"):
        Word2Vec(size=100)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="here it is vector_size"):
        small().set_params(dim=100)


@pytest.mark.parametrize("unnamed", [100, [["a", "b"]]])
def test_parameters_without_a_name_are_refused_with_what_to_write(unnamed: Any) -> None:
    with pytest.raises(ParameterError, match=r"by name, as in Word2Vec\(vector_size=100\), and the corpus by fit"):
        Word2Vec(unnamed)


def test_params_come_back_as_given_and_are_checked_in_fit() -> None:
    model = Word2Vec(vector_size=-1)
    assert model.get_params()["vector_size"] == -1
    with pytest.raises(ParameterError, match="vector_size=-1"):
        model.fit(TEXTS)
    assert model.set_params(vector_size=4, min_count=1).fit(TEXTS).wv.vector_size == 4


def test_repr_shows_what_differs() -> None:
    assert repr(Word2Vec()) == "Word2Vec()"
    assert repr(Word2Vec(window=3, architecture="cbow")) == "Word2Vec(architecture='cbow', window=3)"


# Training


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_fit_learns(architecture: str) -> None:
    model = small(architecture=architecture, epochs=30)
    assert model.fit(TEXTS) is model
    losses = [entry["loss"] for entry in model.history]
    assert losses[0] <= (1 + model.negative) * np.log(2) * 1.001
    assert losses[-1] < losses[0]
    assert sorted(model.wv) == sorted(set(" ".join(TEXTS).split()))
    assert model.wv.counts is not None
    assert model.wv.counts.sum() == model.history[0]["tokens"] == sum(len(text.split()) for text in TEXTS)


def test_initial_vectors_are_uniform_and_output_vectors_zero() -> None:
    class Look(Callback):
        def on_train_begin(self, run: Run) -> None:
            self.input_vectors, self.output_vectors = run.input_vectors.copy(), run.output_vectors.copy()

    look = Look()
    keys = [[f"w{i}" for i in range(3000)]]
    small(vector_size=10).fit(keys, callbacks=[look])
    assert not look.output_vectors.any()
    assert np.abs(look.input_vectors).max() <= 0.05
    assert look.input_vectors.std() == pytest.approx(0.1 / np.sqrt(12), rel=0.02)
    assert len(np.unique(look.input_vectors[:, 0])) == 3000


def test_same_seed_same_bits_and_another_seed_others() -> None:
    first, again, other = (small(seed=seed).fit(TEXTS) for seed in (5, 5, 6))
    assert np.array_equal(first.wv.vectors, again.wv.vectors)
    assert np.array_equal(first.output_vectors, again.output_vectors)
    assert not np.array_equal(first.wv.vectors, other.wv.vectors)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_loss_does_not_depend_on_the_number_of_threads(architecture: Any) -> None:
    corpus = read_corpus(sample_path())
    one, four = (
        Word2Vec(architecture=architecture, vector_size=32, epochs=2, workers=workers).fit(corpus) for workers in (1, 4)
    )
    for ours, theirs in zip(one.history, four.history, strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], rel=0.005)
        assert ours["examples"] == theirs["examples"]


def test_fit_starts_anew() -> None:
    model = small().fit(TEXTS)
    before = model.wv.vectors.copy()
    assert np.array_equal(model.fit(TEXTS).wv.vectors, before)
    assert len(model.history) == 2


def test_native_and_reference_agree() -> None:
    native, reference = (small(backend=backend).fit(TEXTS) for backend in ("native", "reference"))
    np.testing.assert_allclose(native.wv.vectors, reference.wv.vectors, atol=2e-5)
    for ours, theirs in zip(native.history, reference.history, strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-4)
        assert ours["examples"] == theirs["examples"]


def test_integer_keys_are_as_good_as_words() -> None:
    baskets = [[10, 20, 30], [20, 30, -5], [10, -5]] * 10
    model = small(window="sequence").fit(baskets)
    assert sorted(model.wv) == [-5, 10, 20, 30]
    assert {neighbor.key for neighbor in model.wv.most_similar(20, topn=3)} == {10, 30, -5}
    assert model.transform([[10, 20], [999]]).shape == (2, 8)


def test_window_sequence_pairs_everything() -> None:
    model = small(window="sequence", epochs=1).fit([["a", "b", "c", "d"]] * 5)
    assert model.history[0]["examples"] == 5 * 4 * 3


def test_window_sequence_refuses_sequences_that_would_take_for_ever() -> None:
    with pytest.raises(
        CorpusError, match=r"the longest has 20,002 tokens.*break the text into lines, or give window=5"
    ):
        small(window="sequence").fit([["a", "b"] * 10_001, ["a"]])


def test_encoded_corpus_brings_its_vocabulary_and_tokenizer() -> None:
    corpus = read_corpus(["The Cat", "the cat"] * 3, min_count=1, lowercase=True)
    model = small(min_count=100).fit(corpus)
    assert list(model.wv) == ["cat", "the"]
    assert model.wv.lowercase == corpus.lowercase


def test_max_final_vocab() -> None:
    assert list(small(max_final_vocab=2).fit([*TEXTS, "the a", "the a"]).wv) == ["the", "a"]


# Stops and errors


class Raise(Callback):
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def on_epoch_end(self, run: Run) -> None:
        raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a callback's own")])
def test_interrupted_fit_keeps_the_vectors_so_far(error: BaseException, tmp_path: Path) -> None:
    model = small(epochs=9)
    with pytest.raises(type(error)):
        model.fit(TEXTS, callbacks=[Raise(error)])
    assert len(model.history) == 1
    assert model.wv.most_similar("cat", topn=1)
    model.save(tmp_path / "model")
    assert np.array_equal(Word2Vec.load(tmp_path / "model").wv.vectors, model.wv.vectors)


def test_failed_fit_keeps_the_earlier_one() -> None:
    model = small().fit(TEXTS)
    vectors = model.wv.vectors
    with pytest.raises(VocabularyError):
        model.fit([["a"]])
    with pytest.raises(DivergenceError, match=r"alpha=10 is too high, try alpha=0\.05"):
        model.set_params(alpha=10, epochs=200, vector_size=100).fit(TEXTS)
    assert model.wv.vectors is vectors


def test_results_before_fit() -> None:
    model = Word2Vec()
    for name in ("wv", "output_vectors", "history"):
        assert not hasattr(model, name)
        with pytest.raises(NotFittedError, match="call fit first"):
            getattr(model, name)
    with pytest.raises(NotFittedError):
        model.transform(["a text"])
    with pytest.raises(NotFittedError):
        model.save("nowhere")


@pytest.mark.parametrize(
    ("corpus", "error"),
    [
        ("/no/such/file.txt", CorpusError),
        ([], CorpusError),
        ([["only"]], VocabularyError),
        ([["one", "one"]] * 10, VocabularyError),
    ],
)
def test_bad_corpus(corpus: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        small().fit(corpus)
    assert "\n" not in str(caught.value)


def test_loss_of_ten_runs_is_finite_at_the_default_rate() -> None:
    for seed in range(10):
        assert np.isfinite(small(seed=seed).fit(TEXTS).wv.vectors).all()


def test_an_epoch_that_trained_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    small().fit([["a"], ["b"], ["c"]])
    assert "nothing was trained" in caplog.text


def test_wide_windows_are_named_as_the_cause() -> None:
    draw = np.random.default_rng(1)
    baskets = draw.integers(0, 200, (50, 2000)).tolist()
    with pytest.raises(DivergenceError, match=r"alpha=9 is too high for window='sequence'"):
        small(window="sequence", alpha=9, vector_size=50).fit(baskets)


def test_history_has_the_loss_within_the_epoch() -> None:
    for entry in small(epochs=8, alpha=0.1).fit(TEXTS * 50).history:
        assert len(entry["interval_losses"]) == 20
        assert np.mean(entry["interval_losses"]) == pytest.approx(entry["loss"], rel=0.1)


# Going on


def test_plot_is_a_figure_and_a_file(tmp_path: Path) -> None:
    model = small(epochs=3).fit(TEXTS * 10, validation=0.2)
    figure = model.plot(tmp_path / "loss.png")
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    losses, rates = figure.axes
    drawn = {line.get_label(): line.get_ydata() for line in [*losses.lines, *rates.lines]}
    for label, name in (("loss", "loss"), ("validation loss", "validation_loss"), ("learning rate", "alpha")):
        assert list(drawn[label]) == [entry[name] for entry in model.history]
    assert model.plot()._repr_png_().startswith(b"\x89PNG")  # what a notebook asks for


def test_partial_fit_goes_on_where_fit_ended() -> None:
    model = small(epochs=30, alpha=0.1).fit(TEXTS)
    vectors, loss = model.wv.vectors.copy(), model.history[-1]["loss"]
    assert model.partial_fit(TEXTS, epochs=2) is model
    assert [entry["epoch"] for entry in model.history] == list(range(1, 33))
    assert model.history[30]["loss"] < (loss + model.history[0]["loss"]) / 2
    assert model.wv.counts is not None
    assert model.wv.counts.sum() == 2 * sum(len(text.split()) for text in TEXTS)
    assert not np.array_equal(model.wv.vectors, vectors)


class Begin(Callback):
    """Notes the vectors that a run begins with."""

    def on_train_begin(self, run: Run) -> None:
        keys = [str(key) for key in run.vocab]
        self.input = dict(zip(keys, run.input_vectors.copy(), strict=True))
        self.output = dict(zip(keys, run.output_vectors.copy(), strict=True))


def test_partial_fit_without_a_fit_begins() -> None:
    begun, fitted = small().partial_fit(TEXTS, epochs=2), small(epochs=2).fit(TEXTS)
    assert len(begun.history) == 2
    assert np.array_equal(begun.wv.vectors, fitted.wv.vectors)


def test_the_reference_diverges_without_warnings() -> None:
    with pytest.raises(DivergenceError, match="alpha=10 is too high"):
        small(alpha=10.0, backend="reference").fit(TEXTS)


def test_partial_fit_moves_rows_with_their_words_and_begins_new_ones_by_seed_and_word() -> None:
    model = small().fit(TEXTS)
    wv, output = model.wv, model.output_vectors
    more = [["mat", "whale"], ["mat", "squid"]] * 300
    begin, again = Begin(), Begin()
    model.partial_fit(more, extend_vocab=True, callbacks=[begin])
    assert list(model.wv)[:3] == ["mat", "squid", "whale"]
    for word in wv:
        assert np.array_equal(begin.input[str(word)], wv[word])
        assert np.array_equal(begin.output[str(word)], output[wv.get_index(word)])
    assert not begin.output["whale"].any()
    assert begin.input["whale"].any()
    assert not np.array_equal(begin.input["whale"], begin.input["squid"])
    small().fit(["other words"] * 9).partial_fit([["squid", "whale"]] * 3, extend_vocab=True, callbacks=[again])
    assert np.array_equal(begin.input["whale"], again.input["whale"])


def test_partial_fit_leaves_new_words_out_unless_asked() -> None:
    model = small().fit(TEXTS)
    model.partial_fit([["the", "whale", "cat"]] * 9)
    assert "whale" not in model.wv
    model.set_params(min_count=10).partial_fit([["the", "whale", "squid"]] * 9 + [["whale", "the"]], extend_vocab=True)
    assert "whale" in model.wv
    assert "squid" not in model.wv


def test_partial_fit_of_integers_and_of_a_loaded_model(tmp_path: Path) -> None:
    model = small().fit([[1, 2, 3]] * 9).partial_fit([[3, 4]] * 20, extend_vocab=True)
    assert list(model.wv) == [3, 4, 1, 2]
    model.save(tmp_path / "m")
    loaded = Word2Vec.load(tmp_path / "m")
    again = loaded.partial_fit([[3, 4]]).wv.vectors
    assert np.array_equal(again, model.partial_fit([[3, 4]]).wv.vectors)


def test_partial_fit_mistakes(tmp_path: Path) -> None:
    model = small().partial_fit(TEXTS)  # without a fit: a fit
    with pytest.raises(ParameterError, match="vector_size=9, but the model was trained with 8: use fit"):
        model.set_params(vector_size=9).partial_fit(TEXTS)
    model.set_params(vector_size=8)
    with pytest.raises(CorpusError, match="are int, those of the model str"):
        model.partial_fit([[1, 2]])
    with pytest.raises(CorpusError, match="none of the 2 tokens is in the vocabulary"):
        model.partial_fit([["whale", "squid"]])
    model.save(tmp_path / "m")
    (tmp_path / "m" / "training.safetensors").unlink()
    with pytest.raises(NotFittedError, match="without its output vectors"):
        Word2Vec.load(tmp_path / "m").partial_fit(TEXTS)


def test_init_from_vectors_of_another_model(tmp_path: Path) -> None:
    other = KeyedVectors(["mat", "cat", "moon"], np.arange(24, dtype=np.float32).reshape(3, 8) / 100)
    other.save(tmp_path / "other.txt")
    for source in (other, tmp_path / "other.txt"):
        begin, plain = Begin(), Begin()
        small().fit(TEXTS, init_from=source, callbacks=[begin])
        small().fit(TEXTS, callbacks=[plain])
        assert np.array_equal(begin.input["mat"], other["mat"])
        assert np.array_equal(begin.input["cat"], other["cat"])
        assert np.array_equal(begin.input["dog"], plain.input["dog"])
    with pytest.raises(ParameterError, match="set vector_size=8"):
        small(vector_size=9).fit(TEXTS, init_from=other)
    with pytest.raises(ParameterError, match="none of the 9 keys"):
        small().fit(TEXTS, init_from=KeyedVectors(["moon", "sun"], np.eye(2, 8, dtype=np.float32)))


# transform


def test_transform_is_the_mean_of_the_known_words() -> None:
    model = small().fit(TEXTS)
    vectors = model.transform(["the cat", "nothing-known", "", "dog unknown"])
    np.testing.assert_allclose(vectors[0], (model.wv["the"] + model.wv["cat"]) / 2, rtol=1e-6)
    assert not vectors[1:3].any()
    np.testing.assert_array_equal(vectors[3], model.wv["dog"])
    assert model.transform([]).shape == (0, 8)
    with pytest.raises(CorpusError, match=r"'the cat' names no file: .* \[text\]"):
        model.transform("the cat")


def test_scikit_learn_takes_it_as_one_of_its_own() -> None:
    from sklearn.base import clone
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import Pipeline
    from sklearn.utils.validation import check_is_fitted

    model = small(window=3)
    assert clone(model).get_params() == model.get_params()
    labels = ["cat" in text for text in TEXTS]
    pipeline = Pipeline([("vectors", model), ("classes", LogisticRegression())]).fit(TEXTS, labels)
    assert pipeline.predict(TEXTS).shape == (len(TEXTS),)
    check_is_fitted(model)
    search = GridSearchCV(pipeline, {"vectors__vector_size": [2, 4]}, cv=2).fit(TEXTS, labels)
    assert search.best_params_["vectors__vector_size"] in (2, 4)


# Files


def test_saved_model_comes_back(tmp_path: Path) -> None:
    model = small(window="sequence", seed=9).fit(TEXTS)
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert list(loaded.wv) == list(model.wv)
    assert np.array_equal(loaded.wv.vectors, model.wv.vectors)
    assert np.array_equal(loaded.output_vectors, model.output_vectors)
    assert loaded.history == model.history
    assert loaded.get_params() == model.get_params()
    assert np.array_equal(loaded.transform(TEXTS[:3]), model.transform(TEXTS[:3]))
    assert np.array_equal(KeyedVectors.load(tmp_path / "model").vectors, model.wv.vectors)


def test_output_vectors_may_be_deleted(tmp_path: Path) -> None:
    small().fit(TEXTS).save(tmp_path / "model")
    (tmp_path / "model" / "training.safetensors").unlink()
    loaded = Word2Vec.load(tmp_path / "model")
    assert loaded.wv.most_similar("cat")
    with pytest.raises(NotFittedError, match="without its output vectors"):
        loaded.output_vectors  # noqa: B018


def test_vectors_alone_are_not_a_model(tmp_path: Path) -> None:
    small().fit(TEXTS).wv.save(tmp_path / "vectors")
    with pytest.raises(FormatError, match=r"read it with KeyedVectors\.load"):
        Word2Vec.load(tmp_path / "vectors")


def test_foreign_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(OutputError, match=r"thesis\.txt"):
        small().fit(TEXTS).save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def split_at_commas(text: str) -> list[str]:
    return text.split(",")


def test_callable_tokenizer(tmp_path: Path) -> None:
    model = small(tokenizer=split_at_commas).fit(["New York,Rome", "Rome,New York"] * 5)
    assert "New York" in model.wv
    np.testing.assert_array_equal(model.transform(["New York"])[0], model.wv["New York"])
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.transform([["Rome"]])[0], model.wv["Rome"])
    with pytest.raises(ParameterError, match="pass lists of tokens"):
        loaded.transform(["New York"])


def test_missing_key_suggests_near_ones() -> None:
    with pytest.raises(MissingKeyError, match="'cat'"):
        small().fit(TEXTS).wv.most_similar("catt")


class Narrow(Word2Vec):
    """Another default, and a parameter of its own."""

    def __init__(self, *, vector_size: int = 3, colour: str = "red", **rest: Any) -> None:
        super().__init__(vector_size=vector_size, **rest)
        self.colour = colour


def test_a_subclass_is_itself_in_all_that_it_does(tmp_path: Path) -> None:
    from sklearn.base import clone

    model = Narrow(min_count=1, colour="blue", epochs=1)
    assert repr(model) == "Narrow(epochs=1, min_count=1, colour='blue')"
    assert model.get_params() == Word2Vec(vector_size=3, min_count=1, epochs=1).get_params() | {"colour": "blue"}
    twin = clone(model)
    assert type(twin) is Narrow
    assert twin.get_params() == model.get_params()
    assert model.set_params(colour="green") is model
    with pytest.raises(ParameterError, match="color"):
        model.set_params(color="green")
    model.fit([["a", "b"], ["b", "c"]])
    assert model.wv.vector_size == 3
    assert model.get_feature_names_out().tolist() == ["narrow0", "narrow1", "narrow2"]
    model.save(tmp_path / "m")
    loaded = Narrow.load(tmp_path / "m")
    assert type(loaded) is Narrow
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
