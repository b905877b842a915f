"""Every source that `fit` takes, and a one-line cure for those that it does not."""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from plain_reader import content, encode_plainly

from wordmill.corpus import Resources, read_corpus
from wordmill.errors import CorpusError, MissingDependencyError, ParameterError, VocabularyError

SEQUENCES = [["a", "b", "a"], [], ["b", "c"]]
NUMBERS = [[3, 1, 3], [], [1, -2]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("a b a\n\nb c\n", encoding="utf-8")
    return path


class Sentences:
    """As gensim's users write them."""

    def __iter__(self) -> Iterator[list[str]]:
        yield from SEQUENCES


class Column:
    """As a Series of Polars or pandas shows itself to Arrow."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = pa.chunked_array([rows[:1], rows[1:]])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)


def without_address(value: object) -> str:
    """Name a case alike in every process that collects it."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


@pytest.mark.parametrize(
    "source",
    [
        SEQUENCES,
        tuple(map(tuple, SEQUENCES)),
        [np.array(sequence, dtype=str) for sequence in SEQUENCES],
        [iter(sequence) for sequence in SEQUENCES],
        Sentences(),
        Sentences,
        lambda: SEQUENCES,
        lambda: (sequence for sequence in SEQUENCES),
        ["a b a", "", "b c"],
        ("a b\na", "\n", "b c\r\n"),
        np.array(["a b a", "", "b c"]),
        lambda: iter(["a b a", "", "b c"]),
        pa.array(["a b a", "", "b c"]),
        pa.chunked_array([["a b a"], ["", "b c"]]),
        Column(["a b a", "", "b c"]),
        pa.array(SEQUENCES),
        Column(SEQUENCES),
    ],
    ids=without_address,
)
def test_words(source: Any) -> None:
    assert content(read_corpus(source, min_count=1)) == encode_plainly(SEQUENCES)


@pytest.mark.parametrize(
    "source",
    [
        NUMBERS,
        tuple(map(tuple, NUMBERS)),
        [np.array(sequence, dtype=np.int32) for sequence in NUMBERS],
        [np.array(sequence, dtype=np.int64)[::1] for sequence in NUMBERS],
        [[np.int16(number) for number in sequence] for sequence in NUMBERS],
        lambda: iter(NUMBERS),
        pa.array(NUMBERS),
        pa.array(NUMBERS, type=pa.large_list(pa.int32())),
        Column(NUMBERS),
        pa.array([[9, 9], *NUMBERS])[1:],
    ],
    ids=without_address,
)
def test_integers(source: Any) -> None:
    assert content(read_corpus(source, min_count=1)) == encode_plainly(NUMBERS)


def test_matrix_of_integers() -> None:
    walks = np.arange(12, dtype=np.uint16).reshape(3, 4) % 5
    assert content(read_corpus(walks.T, min_count=1)) == encode_plainly(walks.T.tolist())


def test_paths(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = encode_plainly(SEQUENCES)
    monkeypatch.chdir(path.parent)
    for source in (path, str(path), "text.txt", "*.txt", Path("te?t.txt"), [path], (path,), lambda: path):
        assert content(read_corpus(source, min_count=1)) == expected


def test_several_files_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("three four", encoding="utf-8")  # no line end
    (tmp_path / "a.txt").write_text("one two\n", encoding="utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.txt").write_text("one\n", encoding="utf-8")
    both = [["one", "two"], ["three", "four"]]
    assert content(read_corpus(f"{tmp_path}/*.txt", min_count=1)) == encode_plainly(both)
    assert content(read_corpus(f"{tmp_path}/**/*.txt", min_count=1)) == encode_plainly([*both, ["one"]])
    backwards = [tmp_path / "b.txt", tmp_path / "a.txt"]
    assert content(read_corpus(backwards, min_count=1)) == encode_plainly(both[::-1])
    assert content(read_corpus([tmp_path / "*.txt"], min_count=1)) == encode_plainly(both)


def test_a_name_with_wildcards_is_a_file_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text("odd name", encoding="utf-8")
    (tmp_path / "a1.txt").write_text("even name", encoding="utf-8")
    assert "odd" in read_corpus(tmp_path / "a[1].txt", min_count=1).vocab


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a b a\n\nb c\n")))
    assert content(read_corpus("-", min_count=1)) == encode_plainly(SEQUENCES)


def test_can_be_read_again() -> None:
    for source in (Sentences(), Sentences, pa.array(SEQUENCES), lambda: iter(SEQUENCES)):
        first, second = (read_corpus(source, min_count=1) for _ in range(2))
        assert first.fingerprint() == second.fingerprint()


def bad_utf8() -> pa.Array:
    buffers = [None, pa.py_buffer(np.array([0, 1], np.int32).tobytes()), pa.py_buffer(b"\xff")]
    return pa.Array.from_buffers(pa.string(), 1, buffers)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (iter(SEQUENCES), "list_iterator can be read only once: pass a list, or a function"),
        ((sequence for sequence in SEQUENCES), "generator can be read only once"),
        (map(str, range(3)), "map can be read only once"),
        ("no/such/file.txt", "'no/such/file.txt' names no file"),
        (Path("no/such/file.txt"), "names no file"),
        ("no/such/*.txt", r"'no/such/\*.txt' matches no file"),
        ("many\nlines of text", "is no file name: check the path, or pass text as a list"),
        ("long text " * 1000, "is no file name"),
        ("", "names no file"),
        (b"a b", "bytes is no corpus"),
        (None, "NoneType is no corpus"),
        (7, "int is no corpus"),
        ({"a": ["b"]}, "dict is no corpus"),
        ({"a"}, "set is no corpus"),
        ([], "holds no tokens"),
        ([[], []], "holds no tokens"),
        (["", " \n"], "holds no tokens"),
        (lambda: iter([]), "holds no tokens"),
        ([["a", "b"], "c d"], "item 1 is the string 'c d' where a list of tokens is needed"),
        (["a b", ["c"]], "item 1 is of type list, but others are documents"),
        (["a b", None], "item 1 is of type NoneType, but"),
        ([None], "item 0 is of type NoneType, not a sequence of tokens"),
        ([1, 2, 3], "item 0 is of type int, not a sequence of tokens"),
        ([["a"], 2], "item 1 is of type int"),
        ([{"a": 1}], "item 0 is of type dict"),
        ([["a"], {"b"}], "item 1 is of type set"),
        ([[["a"]]], r"token 0 is of type list"),
        ([["a", 1]], "sequence 0, token 1 is of type int .1.: keys are all str, or all integers"),
        ([["a"], [1]], "sequence 1, token 0 is of type int"),
        ([[1], ["a"]], "sequence 1, token 0 is of type str"),
        ([[1, "a"]], "sequence 0, token 1 is of type str"),
        ([[1, 2.5]], "sequence 0, token 1 is of type float"),
        ([[1.0, 2.0]], "sequence 0, token 0 is of type float"),
        ([[True, False]], "sequence 0, token 0 is of type bool"),
        ([[None]], "sequence 0, token 0 is of type NoneType"),
        ([["a", b"b"]], "token 1 is of type bytes"),
        ([[2**63]], "sequence 0 holds 9223372036854775808: integer keys go up to"),
        ([[1, 2**64]], "sequence 0 holds integers beyond 64 bits"),
        ([[-1, 2**63]], "sequence 0 holds integers beyond 64 bits"),
        ([["a"], ["b", ""]], "sequence 1, token 1 is empty: leave such tokens out"),
        ([["a", "\ud800"]], r"sequence 0, token 1, '\\ud800', holds half a surrogate pair"),
        (["a", "b \ud800"], "document 1 holds a NUL or half a surrogate pair"),
        (["a", "b", "c \0"], "document 2 holds a NUL"),
        (np.arange(3), r"integers in shape \(3,\): pass a matrix"),
        ([np.zeros((2, 2), int)], "array of 2 dimensions"),
        (np.array([[2**63]], np.uint64), "the array holds 9223372036854775808"),
        (pa.array(["a", None]), r"1 row is null in the column, the first is row 1 \(counted from 0\): drop such rows"),
        (pa.array([[1, None]]), "1 value is null in the column's lists"),
        (bad_utf8(), "text that is not UTF-8: make the column anew"),
        ([[1, np.ma.masked]], "token 1 is of type MaskedConstant .*: leave missing tokens out"),
        (scipy.sparse.csr_matrix([[1, 0], [0, 2]]), "is a sparse csr_matrix, which counts keys"),
        (scipy.sparse.csr_array([[1, 0], [0, 2]]), "is a sparse csr_array, which counts keys"),
        ([["a"], scipy.sparse.coo_array(np.array([1, 0]))], "item 1 is a sparse coo_array"),
        (io.StringIO("a b"), "is an open file: pass its path"),
        ([io.StringIO("a b")], "item 0 is an open file: pass its path"),
        (pl.DataFrame({"text": ["a"]}).lazy(), r"LazyFrame is no table yet: collect\(\) it"),
        (pd.DataFrame([["a"]]), r"such as table\[0\]; it has 0"),
        (pa.array([["a", None]]), "token 1 is of type NoneType"),
        (pa.table({"text": ["a"]}), r"Table is a table: pass one of its columns, such as table\['text'\]"),
        ([Path(__file__), "x"], "item 1 of a list of paths is of type str"),
        ([__file__], "name files: pass them as pathlib.Path"),
        (Path(__file__).parent, "is a directory: name its files"),
    ],
    ids=without_address,
)
def test_what_is_no_corpus(source: Any, message: str) -> None:
    with pytest.raises(CorpusError, match=message) as caught:
        read_corpus(source)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_count": 0}, "min_count=0: at least 1"),
        ({"max_final_vocab": 1}, "max_final_vocab=1: at least 2"),
        ({"errors": "ignore"}, "errors='ignore': 'strict' or 'replace'"),
        ({"tokenizer": "word"}, "tokenizer='word': 'whitespace', 'words', or a function"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        read_corpus(SEQUENCES, **options)


def test_bad_resources() -> None:
    with pytest.raises(ParameterError, match="threads=0: at least 1"):
        Resources(threads=0)


def test_lowercase_is_for_words() -> None:
    with pytest.raises(ParameterError, match="lowercase=True, but the corpus holds integers"):
        read_corpus(NUMBERS, lowercase=True)


def test_an_empty_vocabulary_says_what_would_work() -> None:
    with pytest.raises(
        VocabularyError, match=r"min_count=5 leaves 0 keys: 5 tokens, 3 distinct, .* 2 times; min_count=2 "
    ):
        read_corpus(SEQUENCES)


def test_replace_mends_words_and_documents() -> None:
    assert read_corpus([["a", "\ud800b"]], min_count=1, errors="replace").vocab.keys == ["a", "\ufffd\ufffd\ufffdb"]
    assert read_corpus(["a \0b"], min_count=1, errors="replace").vocab.keys == ["a", "\ufffdb"]


def test_a_tokenizer_in_python() -> None:
    def letters(text: str) -> list[str]:
        return list(text.replace(" ", ""))

    corpus = read_corpus(["Ab ba", "", "b\nC"], min_count=1, tokenizer=letters, lowercase=True)
    assert content(corpus) == encode_plainly([list("abba"), [], ["b", "\n", "c"]])
    assert corpus.tokenizer is None


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("a b", "tokenizer's result 0 is the string 'a b'"),
        (None, "tokenizer's result 0 is of type NoneType"),
        ([1], "sequence 0, token 0 is of type int"),
        ([""], "sequence 0, token 0 is empty"),
    ],
)
def test_a_tokenizer_that_gives_no_tokens(result: Any, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_corpus(["some text"], tokenizer=lambda _: result)


def test_a_column_that_can_be_iterated_needs_no_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for column in (pl.Series(SEQUENCES), pl.Series(["a b a", "", "b c"]), pl.Series(NUMBERS)):
        expected = encode_plainly(NUMBERS if column.to_list() == NUMBERS else SEQUENCES)
        assert content(read_corpus(column, min_count=1)) == expected


def test_a_column_needs_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'wordmill\[arrow\]'"):
        read_corpus(Column(["a b"]))
