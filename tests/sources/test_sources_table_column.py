"""A column of files that are tables is a corpus like any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wordmill import Doc2Vec, EncodedCorpus, Word2Vec, read_corpus, table_column
from wordmill.errors import CorpusError, ParameterError

TEXTS = ["a b c a", "", "b c", "a a d"] * 3


def same(one: EncodedCorpus, other: EncodedCorpus) -> bool:
    return one.fingerprint() == other.fingerprint()


def written(path: Path, rows: int = 5, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=rows)
    return path


def read(source: Any) -> EncodedCorpus:
    return read_corpus(source, min_count=1)


@pytest.mark.parametrize("column", [TEXTS, [text.split() for text in TEXTS], [[ord(c) for c in t] for t in TEXTS]])
def test_parquet_is_read_as_its_column(tmp_path: Path, column: list[Any]) -> None:
    path = written(tmp_path / "a.parquet", body=column)
    assert same(read(path), read(column))
    written(tmp_path / "b.parquet", 2, body=column[:3])
    assert same(read(tmp_path / "*.parquet"), read([*column, *column[:3]]))


def test_the_column_is_the_only_one_or_text_or_the_one_that_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", text=TEXTS, body=TEXTS[::-1])
    assert same(read(path), read(TEXTS))
    assert same(read(table_column(path, "body")), read(TEXTS[::-1]))
    path = written(tmp_path / "b.parquet", title=TEXTS, body=TEXTS)
    with pytest.raises(CorpusError, match=r"b\.parquet has the columns title, body: .*--text"):
        read(path)
    with pytest.raises(CorpusError, match="no column 'bodi': did you mean 'body'"):
        read(table_column(path, "bodi"))


def test_other_tables_are_read_where_a_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"body": text}) + "\n" for text in TEXTS))
    (tmp_path / "b.csv").write_text("body,n\n" + "".join(f"{text},1\n" for text in TEXTS if text))
    assert same(
        read(table_column([tmp_path / "a.jsonl", tmp_path / "b.csv"], "body")), read(TEXTS + list(filter(None, TEXTS)))
    )


def test_queries_and_documents_read_it_too(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", text=TEXTS)
    model = Word2Vec(vector_size=4, min_count=1, epochs=1, workers=1).fit(path)
    np.testing.assert_array_equal(model.transform(path), model.transform(TEXTS))
    documents = Doc2Vec(vector_size=4, min_count=1, epochs=1, workers=1).fit(path)
    assert len(documents.dv) == len(TEXTS)


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", 2, text=["a", "b", "c", None])
    with pytest.raises(CorpusError, match=r"1 row is null in 'text' of .*a\.parquet, the first is row 3"):
        read(path)
    numbers = written(tmp_path / "b.parquet", text=[[1, 2]])
    words = written(tmp_path / "c.parquet", text=[["a", "b"]])
    with pytest.raises(CorpusError, match=r"c\.parquet: 'text' is a column of list.* all text, or all integers"):
        read([numbers, words])
    (tmp_path / "d.parquet").write_bytes(numbers.read_bytes()[:40])
    with pytest.raises(CorpusError, match=r"d\.parquet cannot be read as Parquet"):
        read(tmp_path / "d.parquet")
    with pytest.raises(CorpusError, match="others are documents"):
        read([written(tmp_path / "e.parquet", text=["a b"]), words])
    with pytest.raises(ParameterError, match="give the path of a table"):
        table_column(["a b"], "text")
