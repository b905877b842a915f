"""Tables in files: what is wrong is named with its place, and columns that nobody asked for are no one's business."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wordmill.errors import CorpusError
from wordmill.sources.table_files import read_table_file

ROWS: list[Mapping[str, Any]] = [{"id": number, "body": f"text {number}"} for number in range(30)]


def write(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def expected(path: Path) -> bool:
    table = read_table_file(path, "body", ["id"])
    return bool(table["body"].to_pylist() == [row["body"] for row in ROWS] and table["id"].to_pylist() == [*range(30)])


def test_columns_that_are_not_asked_for_may_hold_anything(tmp_path: Path) -> None:
    others = [{**row, "more": more} for row, more in zip(ROWS, [1, "x", None, [2], {"y": 3}, True] * 5, strict=True)]
    assert expected(write(tmp_path / "a.jsonl", others))
    assert expected(write(tmp_path / "b.json", [json.dumps(ROWS)]))
    assert expected(write(tmp_path / "c.json", ["\ufeff" + json.dumps(others, indent=1)]))
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    assert expected(tmp_path / "d.jsonl.gz")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"id": 1, "body\n', "line 11 is not JSON .*: mend it, or leave it out"),
        ("[1, 2]\n", "line 11 is a list, and no object with names"),
        ({"id": "x", "body": "y"}, "line 11: 'id' is text, and a number above: make it one kind"),
        ({"id": 1, "body": 2}, "line 11: 'body' is a number, and text above"),
        ('{"id": 1, "body": "\\ud800"}\n', "is no table that can be read"),
        ("[" * 100_000 + "\n", "line 11 is not JSON"),
        ({"id": 1, "body": None}, r"1 row is null in 'body' of .*t.jsonl, the first is row 10 \(counted from 0\)"),
        ({"id": 1}, r"1 row is null in 'body' of .*t.jsonl, the first is row 10 \(counted from 0\)"),
    ],
    ids=["half", "list", "tag", "text", "character", "nested", "no text", "no name"],
)
def test_what_is_wrong_with_a_row_of_json_is_named(tmp_path: Path, row: object, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_table_file(write(tmp_path / "t.jsonl", [*ROWS[:10], row, *ROWS[10:]]), "body", ["id"])


@pytest.mark.parametrize("content", ['[{"body": "a"}, 3]', '[{"body": "a"}', '[{"bdy": "a"}]'])
def test_what_is_wrong_with_a_list_of_json_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(CorpusError, match=r"object 1 of the list is a number|begins as a list, is not JSON|mean 'bdy'"):
        read_table_file(write(tmp_path / "t.json", [content]), "body")


def test_a_quotation_mark_that_nothing_closes_is_named(tmp_path: Path) -> None:
    lines = [f"{number}\ttext\n" for number in range(9)]
    opened = [*lines[:5], '5\t"he said\n', *lines[6:]]
    with pytest.raises(CorpusError, match=r'the text of row 5 \(counted from 0\) begins with a " that nothing closes'):
        read_table_file(write(tmp_path / "t.tsv", ["id\tbody\n", *opened]), "body", ["id"])
    closed = [*lines[:5], '5\t"he said\nso"\n']
    table = read_table_file(write(tmp_path / "u.tsv", ["id\tbody\n", *closed, *lines[6:], '9\t5"\n']), "body")
    assert table["body"].to_pylist() == [*["text"] * 5, "he said\nso", *["text"] * 3, '5"']


def test_text_in_another_encoding_names_the_cure(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("id,body\n1,ça va\n".encode("latin-1"))
    with pytest.raises(CorpusError, match="convert it to UTF-8"):
        read_table_file(tmp_path / "t.csv", "body")


def test_null_rows_of_parquet_are_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"body": ["a", None, "b", None]}), tmp_path / "t")
    with pytest.raises(CorpusError, match=r"2 rows are null in 'body' of .*t, the first is row 1 \(counted from 0\)"):
        read_table_file(tmp_path / "t", "body")
