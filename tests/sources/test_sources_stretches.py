"""Files shared out among readers: each line is read once, by one of them, in the order of all."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.errors import CorpusError
from wordmill.sources.files import read_chunks, read_lines
from wordmill.sources.stretches import Stretch, shared_out

texts = st.lists(st.text("ab \n\u00e4", max_size=60), min_size=1, max_size=4)


@given(texts, st.integers(1, 5), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_stretches_are_whole_lines_that_make_up_the_files(
    tmp_path_factory: pytest.TempPathFactory, contents: list[str], readers: int, chunk_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("stretches")
    paths = [folder / f"{number}.txt" for number in range(len(contents))]
    for path, text in zip(paths, contents, strict=True):
        path.write_bytes(text.encode())
    shares = shared_out(paths, readers, tables=False)
    assert len(shares) == readers
    read = [
        (part.path, b"".join(chunk.tobytes() for chunk in read_chunks(part.path, chunk_bytes, part.begin, part.end)))
        for share in shares
        for part in share
    ]
    for path, text in zip(paths, contents, strict=True):
        parts = [data for of, data in read if of == path]
        assert b"".join(parts) == text.encode()
        assert all(part.endswith(b"\n") for part in parts[:-1] if part)
        lines = [
            line
            for share in shares
            for part in share
            if part.path == path
            for line in read_lines(path, chunk_bytes, begin=part.begin, end=part.end)
        ]
        assert lines == list(read_lines(path, chunk_bytes))


def test_shares_are_about_as_large(tmp_path: Path) -> None:
    (tmp_path / "large.txt").write_text("a b c\n" * 10_000)
    (tmp_path / "small.txt").write_text("a b c\n" * 1_000)
    shares = shared_out([tmp_path / "large.txt", tmp_path / "small.txt"], 4, tables=False)
    sizes = [sum((p.end or p.path.stat().st_size) - p.begin for p in share if p.path) for share in shares]
    assert max(sizes) - min(sizes) <= 12


def test_parquet_is_cut_between_row_groups_and_what_is_compressed_not_at_all(tmp_path: Path) -> None:
    table, packed = tmp_path / "a.parquet", tmp_path / "a.txt.gz"
    pq.write_table(pa.table({"text": ["a b"] * 100}), table, row_group_size=10)
    assert shared_out([table], 2, tables=True) == [[Stretch(table, 0, 5)], [Stretch(table, 5)]]
    packed.write_bytes(gzip.compress(b"a b\n" * 100))
    assert [len(share) for share in shared_out([packed, packed], 2, tables=False)] == [1, 1]
    assert sorted(map(len, shared_out([packed], 3, tables=False))) == [0, 0, 1]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1\x15 and no more")
    with pytest.raises(CorpusError, match=r"bad\.parquet cannot be read as Parquet"):
        shared_out([tmp_path / "bad.parquet"], 2, tables=True)
