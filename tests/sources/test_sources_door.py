"""One door: whatever training takes, the queries take, read in the same way and refused with the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordmill import KeyedVectors, Word2Vec
from wordmill.corpus import EncodedCorpus, read_corpus
from wordmill.errors import CorpusError, MissingKeyError, ParameterError, WordmillError

WORDS = [["a", "b", "a"], [], ["b", "c", "a", "d"], ["d"]]
TEXTS = ["a b a", "", "b c a d", "d"]
NUMBERS = [[3, 1, 3], [], [1, -2, 3, 9], [9]]
KEYS = ["a", "b", "c", "d"]


def trained(sequences: Any, **params: Any) -> Word2Vec:
    return Word2Vec(**{"vector_size": 4, "min_count": 1, "epochs": 1, "workers": 1, "sample": 0, **params}).fit(
        sequences
    )


def masked(rows: list[list[Any]], width: int, dtype: Any) -> Any:
    """The rows side by side, what is beyond their ends masked."""
    array = np.ma.array(np.zeros((len(rows), width), dtype), mask=True)
    for row, values in enumerate(rows):
        array[row, : len(values)] = values
    return array


def listed(kind: Any, values: Any) -> Callable[[], Any]:
    return lambda: pa.array(values, type=kind)


def views(values: list[list[Any]], kind: Any) -> Any:
    return pa.array([values[0], *values], type=kind)[1:]  # a slice: what is before it does not count


def of_dictionaries(values: list[list[Any]]) -> Any:
    """Lists of a column of categories."""
    ends = np.cumsum([0, *map(len, values)])
    return pa.ListArray.from_arrays(ends, pa.array([value for row in values for value in row]).dictionary_encode())


COLUMNS_OF_WORDS: dict[str, Callable[[], Any]] = {
    "arrow": listed(pa.list_(pa.string()), WORDS),
    "arrow large": listed(pa.large_list(pa.large_string()), WORDS),
    "arrow views": lambda: views(WORDS, pa.list_view(pa.string_view())),
    "arrow large views": lambda: views(WORDS, pa.large_list_view(pa.string())),
    "arrow dictionary": lambda: of_dictionaries(WORDS),
    "chunks": lambda: pa.chunked_array([WORDS[:1], WORDS[1:]]),
    "pandas": lambda: pd.Series(WORDS),
    "pandas of tuples": lambda: pd.Series([tuple(row) for row in WORDS]),
    "pandas of arrays": lambda: pd.Series([np.array(row, dtype=str) for row in WORDS]),
    "pandas arrow": lambda: pd.Series(WORDS, dtype=pd.ArrowDtype(pa.list_(pa.string()))),
    "pandas frame's column": lambda: pd.DataFrame({"x": WORDS}, index=list("wxyz"))["x"],
    "polars": lambda: pl.Series(WORDS, dtype=pl.List(pl.String)),
    "polars categories": lambda: pl.Series(WORDS, dtype=pl.List(pl.Categorical)),
    "masked": lambda: masked(WORDS, 4, "<U1"),
    "masked objects": lambda: masked(WORDS, 4, object),
    "items of arrow": lambda: [pa.array(row, type=pa.string()) for row in WORDS],
    "items of pandas": lambda: [pd.Series(row, dtype=object) for row in WORDS],
    "items of polars": lambda: [pl.Series(row, dtype=pl.String) for row in WORDS],
    "objects": lambda: np.array([*WORDS, None], dtype=object)[:-1],
}
COLUMNS_OF_TEXTS: dict[str, Callable[[], Any]] = {
    "arrow": listed(pa.string(), TEXTS),
    "arrow large": listed(pa.large_string(), TEXTS),
    "arrow view": listed(pa.string_view(), TEXTS),
    "arrow dictionary": lambda: pa.array(TEXTS).dictionary_encode(),
    "arrow run ends": lambda: pa.RunEndEncodedArray.from_arrays([1, 2, 3, 4], TEXTS),
    "pandas": lambda: pd.Series(TEXTS),
    "pandas objects": lambda: pd.Series(TEXTS, dtype=object),
    "pandas categories": lambda: pd.Series(TEXTS, dtype="category"),
    "pandas sparse": lambda: pd.Series(pd.arrays.SparseArray(np.array(TEXTS, dtype=object))),
    "pandas index": lambda: pd.Index(TEXTS),
    "polars": lambda: pl.Series(TEXTS),
    "polars enum": lambda: pl.Series(TEXTS, dtype=pl.Enum(TEXTS)),
    "numpy": lambda: np.array(TEXTS),
    "numpy objects": lambda: np.array(TEXTS, dtype=object),
    "masked, nothing hidden": lambda: np.ma.array(TEXTS, mask=False),
    "function": lambda: lambda: iter(TEXTS),
}
COLUMNS_OF_NUMBERS: dict[str, Callable[[], Any]] = {
    "arrow": listed(pa.list_(pa.int16()), NUMBERS),
    "arrow large": listed(pa.large_list(pa.int64()), NUMBERS),
    "arrow views": lambda: views(NUMBERS, pa.list_view(pa.int32())),
    "arrow large views": lambda: views(NUMBERS, pa.large_list_view(pa.int64())),
    "arrow dictionary": lambda: of_dictionaries(NUMBERS),
    "pandas": lambda: pd.Series(NUMBERS),
    "pandas arrow": lambda: pd.Series(NUMBERS, dtype=pd.ArrowDtype(pa.list_(pa.int8()))),
    "polars": lambda: pl.Series(NUMBERS, dtype=pl.List(pl.Int64)),
    "arrays": lambda: [np.array(row, np.int8) for row in NUMBERS],
    "nullable": lambda: [pd.array(row, dtype="Int64") for row in NUMBERS],
    "masked": lambda: masked(NUMBERS, 4, np.int64),
}


@pytest.mark.parametrize("name", COLUMNS_OF_WORDS)
def test_lists_of_words(name: str) -> None:
    same(COLUMNS_OF_WORDS[name](), WORDS)


@pytest.mark.parametrize("name", COLUMNS_OF_TEXTS)
def test_texts(name: str) -> None:
    same(COLUMNS_OF_TEXTS[name](), TEXTS)


@pytest.mark.parametrize("name", COLUMNS_OF_NUMBERS)
def test_lists_of_numbers(name: str) -> None:
    same(COLUMNS_OF_NUMBERS[name](), NUMBERS)


def same(source: Any, plain: list[Any]) -> None:
    """Assert that a source is what a list is, to training, to `transform`, to `encode` and to `score`."""
    model = trained(plain)
    expected = model.transform(plain)
    np.testing.assert_array_equal(trained(source).wv.vectors, model.wv.vectors)
    np.testing.assert_array_equal(model.transform(source), expected)
    np.testing.assert_array_equal(model.wv.encode(source), expected)
    assert model.score(source) == model.score(plain)
    assert expected[0].any()
    assert not expected[1].any()


def test_files_and_encoded_corpora(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\ufeffa b a\r\n\nb c a d\nd", encoding="utf-8")
    model = trained(TEXTS)
    expected = model.transform(TEXTS)
    corpus = read_corpus([["d", "a", "b"], ["x", "a"], ["x"], []], min_count=1)
    assert corpus.vocab["a"] != model.wv.get_index("d")  # ids of another vocabulary
    corpus.save(tmp_path / "saved")
    for path in (tmp_path / "text.txt", str(tmp_path / "text.txt"), [tmp_path / "text.txt"]):
        np.testing.assert_array_equal(model.transform(path), expected)
    np.testing.assert_array_equal(model.wv.encode(tmp_path / "text.txt"), expected)
    translated = model.transform([["d", "a", "b"], ["a"], [], []])
    for source in (corpus, EncodedCorpus.load(tmp_path / "saved"), tmp_path / "saved", lambda: corpus):
        np.testing.assert_array_equal(model.transform(source), translated)
    np.testing.assert_array_equal(model.wv.encode(corpus), translated)
    np.testing.assert_array_equal(trained(TEXTS).fit_transform(tmp_path / "text.txt"), expected)
    np.testing.assert_array_equal(model.transform(iter(TEXTS)), expected)  # read once: an iterator will do


def test_settings_of_the_reading_hold_for_transform_too() -> None:
    lowered = trained([["A", "b"], ["B", "c"]], lowercase=True)
    np.testing.assert_array_equal(lowered.transform([["A", "B"]]), lowered.transform([["a", "b"]]))
    assert lowered.transform([["A"]]).any()
    np.testing.assert_array_equal(lowered.wv.encode([["A"]]), lowered.transform([["a"]]))
    mending = trained(["a \ufffd", "a b"], errors="replace")
    assert mending.transform(["\0"]).any()
    letters = trained(["ab", "bc"], tokenizer=list, lowercase=True)
    np.testing.assert_array_equal(letters.transform(["AB"]), letters.transform([["a", "b"]]))
    by_corpus = trained(read_corpus([["A", "b"], ["B", "c"]], min_count=1, lowercase=True))
    assert by_corpus.transform([["A"]]).any()


BAD: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "number": lambda: 7,
    "mapping": lambda: {"a": 1},
    "set": lambda: {"a b"},
    "missing document": lambda: ["a b", None],
    "NaN document": lambda: ["a b", float("nan")],
    "NaN first": lambda: [float("nan"), "a"],
    "missing word": lambda: [["a", None]],
    "NaN word": lambda: [["a", float("nan")]],
    "NA word": lambda: [["a", pd.NA]],
    "numbers among words": lambda: [["a"], ["b", 2]],
    "words among numbers": lambda: [[1, 2], [3, "a"]],
    "booleans": lambda: [[True, False]],
    "booleans among numbers": lambda: [[1, True]],
    "floats": lambda: [[1.0, 2.0]],
    "float array": lambda: np.eye(3),
    "float arrays": lambda: [np.ones(2)],
    "dates": lambda: np.array([["2020-01-01"]], dtype="M8[ns]"),
    "no dimension": lambda: np.array("a b"),
    "flat numbers": lambda: np.arange(3),
    "beyond 64 bits": lambda: [[2**70]],
    "beyond int64": lambda: np.array([[2**63]], np.uint64),
    "bytes": lambda: [[b"a"]],
    "empty word": lambda: [["a", ""]],
    "surrogate in a word": lambda: [["a", "\ud800"]],
    "surrogate in a text": lambda: ["a", "b \ud800"],
    "NUL in a text": lambda: ["a\0b"],
    "sets in a list": lambda: [{"a", "b"}],
    "frozen sets": lambda: [["a"], frozenset("ab")],
    "sets in a column": lambda: pd.Series([{"a", "b"}]),
    "sets in Polars": lambda: pl.Series([{"a", "b"}], dtype=pl.Object),
    "mixed column": lambda: pd.Series([["A1", 2]]),
    "large numbers in a column": lambda: pd.Series([[2**70]]),
    "surrogates in a column": lambda: pd.Series([["a", "\ud800"]]),
    "surrogate texts in a column": lambda: pd.Series(["a\ud800"], dtype=object),
    "sparse numbers": lambda: pd.Series(pd.arrays.SparseArray([1, 0])),
    "missing rows": lambda: pd.Series(["a", None]),
    "missing object rows": lambda: pd.Series([["a"], None]),
    "NaN rows": lambda: pd.Series([["a"], float("nan")]),
    "missing Polars rows": lambda: pl.Series(["a", None]),
    "missing in lists": lambda: pa.array([[1, None]]),
    "missing words in lists": lambda: pa.array([["a", None]]),
    "numbers in a column": lambda: pd.Series([1, 2]),
    "floats in a column": lambda: pa.array([1.5]),
    "unsigned column": lambda: pa.array([[2**63]], type=pa.list_(pa.uint64())),
    "bytes in a column": lambda: pa.array([b"a b"]),
    "no UTF-8": lambda: pa.StringArray.from_buffers(1, pa.py_buffer(np.array([0, 1], np.int32)), pa.py_buffer(b"\xff")),
    "structs": lambda: pa.array([{"text": "a"}]),
    "pandas frame": lambda: pd.DataFrame({"text": ["a b"], "n": [1]}),
    "Polars frame": lambda: pl.DataFrame({"text": ["a b"]}),
    "Polars lazy frame": lambda: pl.LazyFrame({"text": ["a b"]}),
    "Arrow table": lambda: pa.table({"text": ["a b"]}),
    "frames in a list": lambda: [pd.DataFrame({"a": ["a"]})],
    "masked texts": lambda: np.ma.array(["a b", "c"], mask=[False, True]),
    "a function that wants something": lambda: lambda rows: rows,
    "128-bit numbers": lambda: pl.Series([[2**70]], dtype=pl.List(pl.Int128)),
    "nullable numbers": lambda: [pd.array([1, None], dtype="Int64")],
    "no file": lambda: Path("no/such/file"),
}


@pytest.mark.filterwarnings("ignore::polars.exceptions.PerformanceWarning")
@pytest.mark.parametrize("name", BAD)
def test_the_same_error_as_in_training(name: str) -> None:
    models = {"str": trained(WORDS), "int": trained(NUMBERS)}
    with pytest.raises(CorpusError) as expected:
        read_corpus(BAD[name](), min_count=1)
    message = str(expected.value)
    assert "\n" not in message
    kind = "int" if "among numbers" in name or "lists of" in name else "str"
    numbers = (
        "beyond",
        "words among numbers",
        "booleans among numbers",
        "missing in lists",
        "unsigned",
        "large numbers",
    )
    model = models["int" if name.startswith(numbers) else kind]
    for ask in (model.transform, model.wv.encode, model.score, Word2Vec(min_count=1).fit_transform):
        with pytest.raises(CorpusError) as caught:
            ask(BAD[name]())
        assert str(caught.value) == message


def test_a_table_names_its_columns() -> None:
    for table in (pd.DataFrame({"text": ["a b"], "n": [1]}), pl.DataFrame({"text": ["a b"], "n": [1]})):
        with pytest.raises(CorpusError, match=r"is a table: pass one of its columns, such as table\['text'\].*text, n"):
            trained(WORDS).transform(table)


def test_keys_of_the_other_kind_are_an_error_and_not_zeros() -> None:
    words, numbers = trained(WORDS), trained(NUMBERS)
    for source in (
        NUMBERS,
        np.array([[3, 1]]),
        pa.array(NUMBERS),
        pd.Series(NUMBERS),
        read_corpus(NUMBERS, min_count=1),
    ):
        for ask in (words.transform, words.wv.encode, words.score):
            with pytest.raises(CorpusError, match=r"are int, those of the (model|vocabulary) str"):
                ask(source)
    for source in (WORDS, pa.array(WORDS), pd.Series(WORDS), read_corpus(WORDS, min_count=1)):
        for ask in (numbers.transform, numbers.wv.encode, numbers.score):
            with pytest.raises(CorpusError, match=r"are str, those of the (model|vocabulary) int"):
                ask(source)
    with pytest.raises(ParameterError, match="integer keys, so a text cannot be split"):
        numbers.transform(TEXTS)


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=3), st.binary(max_size=2)
)
ANYTHING = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.sets(SCALARS, max_size=2)))


@given(source=st.lists(ANYTHING, max_size=4))
def test_whatever_training_refuses_transform_refuses(source: list[Any]) -> None:
    model = KeyedVectors(KEYS, np.eye(4))
    try:
        corpus = read_corpus([*source, *([] if source else [["a"]])], min_count=1, tokenizer="whitespace")
    except WordmillError as error:
        if isinstance(error, CorpusError) and "no tokens" not in str(error):
            with pytest.raises(WordmillError):
                model.encode(source)
        return
    try:
        vectors = model.encode(source)
    except CorpusError as error:
        assert "those of the model" in str(error)  # noqa: PT017 (either is right)
        return
    assert len(vectors) == len(source)
    assert corpus.vocab.kind == "str"


# -- keys -------------------------------------------------------------------------------------------------------------

LISTS_OF_KEYS: dict[str, Callable[[], Any]] = {
    "tuple": lambda: ("a", "d"),
    "numpy": lambda: np.array(["a", "d"]),
    "masked, nothing hidden": lambda: np.ma.array(["a", "d"]),
    "arrow": lambda: pa.array(["a", "d"]),
    "arrow view": lambda: pa.array(["a", "d"], type=pa.string_view()),
    "chunks": lambda: pa.chunked_array([["a"], ["d"]]),
    "pandas": lambda: pd.Series(["a", "d"], index=[7, 8]),
    "pandas categories": lambda: pd.Series(["a", "d"], dtype="category"),
    "polars": lambda: pl.Series(["a", "d"]),
    "iterator": lambda: iter(["a", "d"]),
}


@pytest.mark.parametrize("name", LISTS_OF_KEYS)
def test_lists_of_keys(name: str) -> None:
    model, make = KeyedVectors(KEYS, np.random.default_rng(1).normal(size=(4, 3))), LISTS_OF_KEYS[name]
    assert model.nearest(make()) == model.nearest(["a", "d"])
    assert model.most_similar(make()) == model.most_similar(["a", "d"])
    assert model.subset(make()).index_to_key == ["a", "d"]
    np.testing.assert_array_equal(model[make()], model.vectors[[0, 3]])
    assert KeyedVectors(make(), np.eye(2)).index_to_key == ["a", "d"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"a"}, "a set of keys has no order"),
        (pd.DataFrame({"a": ["b"]}), "DataFrame is a table"),
        (pa.table({"a": ["b"]}), "Table is a table"),
        (np.ma.array(["a", "b"], mask=[False, True]), "some of the keys are masked"),
        (np.array("a"), "keys in 0 dimensions"),
        (np.array([["a", "b"]]), "keys in 2 dimensions"),
        (None, "None where several keys are asked for"),
        (float("nan"), "nan where several keys are asked for"),
        ([["a", "b"]], "lists in a list: give a list of keys, or vectors as an array"),
        ([None], "no vector for None"),
        ([float("nan")], "no vector for nan"),
        ([3], "no vector for 3: the keys of this model are strings"),
        (pd.Series(["a", None]), "no vector for"),
        (pa.array(["a", None]), "no vector for None"),
        (np.ma.array(np.eye(4), mask=np.eye(4) > 0), "numbers of a query vector are masked"),
    ],
    ids=str,
)
def test_what_is_no_list_of_keys(keys: Any, message: str) -> None:
    model = KeyedVectors(KEYS, np.eye(4))
    with pytest.raises((ParameterError, MissingKeyError), match=message):
        model.nearest(keys)


def test_integer_keys_of_any_type() -> None:
    model = KeyedVectors([3, 1, 2**63 - 1], np.eye(3))
    for keys in (
        [3, 2**63 - 1],
        np.array([3, 2**63 - 1], np.uint64),
        pa.array([3, 2**63 - 1]),
        pl.Series([3, 2**63 - 1]),
    ):
        assert model.get_indices(keys).tolist() == [0, 2]
    for keys in ([2**63], np.array([2**63 + 1], np.uint64), ["3"], [3.0], [True], [2**70], [None]):
        with pytest.raises(MissingKeyError):
            model.nearest(keys)


def test_vectors_as_a_frame() -> None:
    model = KeyedVectors(KEYS, np.eye(4))
    rows = np.random.default_rng(2).normal(size=(3, 4))
    assert model.nearest(pd.DataFrame(rows)) == model.nearest(pl.DataFrame(rows)) == model.nearest(rows)


def test_many_documents_at_once_are_those_one_by_one() -> None:
    model = trained(WORDS)

    def documents() -> Iterator[list[str]]:
        yield from WORDS * 9000

    every = model.transform(documents())
    np.testing.assert_array_equal(every, np.tile(model.transform(WORDS), (9000, 1)))
