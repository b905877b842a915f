"""Readers take time in proportion to their file, and no more memory than it declares."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from fasttext_files import model as fasttext_model
from fasttext_files import quantised as fasttext_matrix

from wordmill import compression
from wordmill.errors import FormatError, TooLargeError
from wordmill.vectors import KeyedVectors, formats
from wordmill.vectors.formats import arrow, glove, projector, streams, text_rows, word2vec
from wordmill.vectors.formats.fasttext import dictionary, vectors


class Work:
    """Counts what the package does: lines of Python that run, and the elements of what they give names to.

    So `content += block`, which copies, counts as many as it copies; a clock is not asked.
    """

    def __init__(self) -> None:
        self.done = 0
        self._seen: dict[int, dict[str, tuple[int, int]]] = {}

    def __enter__(self) -> Work:
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: object) -> Any:
        return self._line if "wordmill" in frame.f_code.co_filename else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        self.done += 1
        seen = self._seen.setdefault(id(frame), {})
        for name, value in frame.f_locals.items():
            if isinstance(value, bytes | bytearray | str | list | np.ndarray):
                now = id(value), int(np.size(value)) if isinstance(value, np.ndarray) else len(value)
                before = seen.get(name, (0, 0))
                seen[name] = now
                self.done += abs(now[1] - before[1]) if now[0] == before[0] else now[1]  # lists grow where they are
        if event == "return":
            self._seen.pop(id(frame), None)
        return self._line


def test_copies_that_pile_up_are_noticed() -> None:
    def pile(size: int) -> int:
        with Work() as work:
            work._call(sys._getframe(), "call", None)  # a frame of ours
            namespace: dict[str, Any] = {}
            code = f"def pile():\n content = b''\n for _ in range({size}):\n  content += b'x' * 10\npile()"
            exec(compile(code, "wordmill", "exec"), namespace)  # noqa: S102 (lines that count as ours)
        return work.done

    assert pile(400) > 10 * pile(100)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a size that small files have many of."""
    monkeypatch.setattr(text_rows, "_BLOCK", 256)
    monkeypatch.setattr(glove, "_HEAD", 4096)
    monkeypatch.setattr(text_rows, "_LONGEST_KEY", 1024)
    monkeypatch.setattr(projector, "_BLOCK", 256)
    monkeypatch.setattr(word2vec, "_BLOCK", 256)
    monkeypatch.setattr(word2vec, "_LONGEST_KEY", 1024)
    monkeypatch.setattr(streams, "_BUFFER", 256)
    monkeypatch.setattr(compression, "_BLOCK", 64)
    monkeypatch.setattr(vectors, "_BYTES", 1024)
    monkeypatch.setattr(dictionary, "_LONGEST_WORD", 1 << 20)
    monkeypatch.setattr(arrow, "_ROWS", 4)


def ipc(size: int) -> bytes:
    sink = io.BytesIO()
    table = pa.table({"key": [f"k{i}" for i in range(size)], "vector": [[1.0]] * size})
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=1)
    return sink.getvalue()


def parquet(size: int) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"key": [f"k{i}" for i in range(size)], "vector": [[1.0]] * size}), sink, row_group_size=4)
    return sink.getvalue()


def archive(size: int) -> bytes:
    file = io.BytesIO()
    np.savez(file, keys=np.array([f"k{i}" for i in range(size)]), vectors=np.ones((size, 1)))
    return file.getvalue()


def fifu(size: int) -> bytes:
    from test_formats import ONE_ROW, fifu

    return fifu((1, size.to_bytes(8, "little") + bytes(4) * size), ONE_ROW)


HOSTILE: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "blank lines at the end": ("word2vec-text", lambda n: b"1 1\na 1\n" + b"\n" * 20 * n),
    "blank lines at the end of GloVe's": ("glove", lambda n: b"a 1\n" + b" \n" * 20 * n),
    "blank lines in the middle": ("glove", lambda n: b"a 1\n" + b"\n" * 20 * n + b"b 1\n"),
    "one long line": ("glove", lambda n: b"a 1\nb" + b"x" * 20 * n),
    "many numbers in a line": ("glove", lambda n: b"a" + b" 1" * n + b"\n"),
    "lines of another length": ("word2vec-text", lambda n: b"%d 1\n" % n + b"".join(b"k %d 1\n" % i for i in range(n))),
    "the same key again and again": ("word2vec-text", lambda n: b"%d 1\n" % n + b"a 1\n" * n),
    "small members of gzip": ("glove", lambda n: b"".join(gzip.compress(b"k%d 1\n" % i) for i in range(n // 4))),
    "empty members of gzip": ("glove", lambda n: gzip.compress(b"") * n + gzip.compress(b"a 1\n")),
    "a binary key without end": ("word2vec-binary", lambda n: b"9 1\n" + b"x" * 20 * n),
    "empty binary keys": ("word2vec-binary", lambda n: b"%d 1\n" % n + b" \0\0\0\0" * n),
    "metadata": ("projector", lambda n: b"".join(b"k%d\n" % i for i in range(n))),
    "n-grams of a long word": ("fasttext", lambda n: fasttext_model(words=[b"a" * 4 * n, *map(bytes, b"12345")][:6])),
    "n-grams of many sizes": ("fasttext", lambda n: fasttext_model(words=_words(n), shortest=1, longest=64)),
    "n-grams that were pruned": (
        "fasttext",
        lambda n: fasttext_model(
            words=_words(n), matrix=fasttext_matrix(6 + n)[0], pruned={i: n - 1 - i for i in range(n)}, buckets=n
        ),
    ),
    "chunks of finalfusion": ("finalfusion", fifu),
    "batches of Arrow": ("arrow", ipc),
    "row groups of Parquet": ("parquet", parquet),
    "keys of NumPy": ("npz", archive),
}


def _words(size: int) -> list[bytes]:
    return [bytes(97 + (i * i + j) % 26 for j in range(size)) for i in range(6)]


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_file_is_twice_the_work(tmp_path: Path, name: str) -> None:
    form, make = HOSTILE[name]
    work = []
    for size in (200, 800):
        path = tmp_path / "a.tsv"
        path.write_bytes(make(size))
        if form == "projector":
            path.rename(tmp_path / "a_metadata.tsv")
            path.write_bytes(b"1\n" * size)
        with Work() as counted, contextlib.suppress(FormatError):
            KeyedVectors.load(path, format=form, duplicates="first")
        work.append(counted.done)
    assert work[1] < 6 * work[0], f"four times as large: {work[1] / work[0]:.1f} times the work"


PACK: list[Callable[[bytes], bytes]] = [gzip.compress, bz2.compress, lzma.compress, zstandard.compress]


@pytest.fixture
def _low_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "_UNPACKED", 1 << 16)


@pytest.mark.usefixtures("_low_bounds")
@pytest.mark.parametrize("pack", PACK)
@pytest.mark.parametrize("form", ["word2vec-text", "glove", "word2vec-binary"])
def test_what_comes_out_of_compression_is_bounded(tmp_path: Path, pack: Any, form: str) -> None:
    numbers = bytes(8000) if form == "word2vec-binary" else b"0 " * 2000 + b"\n"
    rows = b"".join(b"key%d " % index + numbers for index in range(600))
    bomb = (b"" if form == "glove" else b"99999999 2000\n") + rows
    (tmp_path / "a").write_bytes(pack(bomb))
    with pytest.raises(
        FormatError, match=r"holds more than [\d,]+ bytes, compressed into [\d,]+, which vectors are not"
    ):
        KeyedVectors.load(tmp_path / "a", format=form)
    assert len(KeyedVectors.load(tmp_path / "a", format=form, limit=3)) == 3


@pytest.mark.parametrize("pack", PACK)
def test_no_more_is_read_than_a_header_declares(tmp_path: Path, pack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    kept = streams.Input.read

    def counting(source: Any, count: int) -> bytes:
        block = kept(source, count)
        read.append(len(block))
        return block

    monkeypatch.setattr(streams.Input, "read", counting)
    for bomb in (b"1 2\na 1 2\n" + b"b 1 2\n" * (1 << 18), b"2 2\na 1 2\n" + b"b" * (1 << 20)):
        (tmp_path / "a").write_bytes(pack(bomb))
        with pytest.raises(FormatError, match=r"but more follow|is longer than 1152 bytes"):
            KeyedVectors.load(tmp_path / "a", format="word2vec-text")
        assert sum(read) < 1 << 18
        read.clear()


def test_blank_lines_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_rows, "_MOST_BLANKS", 100)
    (tmp_path / "a").write_bytes(gzip.compress(b"1 2\na 1 2\n" + b"\n" * 100_000))
    with pytest.raises(FormatError, match="more than 100 blank lines follow line 2: remove them"):
        KeyedVectors.load(tmp_path / "a")


@pytest.mark.usefixtures("_low_bounds")
def test_what_comes_out_of_columns_is_bounded(tmp_path: Path) -> None:
    table = pa.table({"key": np.arange(64), "vector": [[0.0] * 4096] * 64})
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd")
    np.savez_compressed(tmp_path / "a.npz", keys=np.arange(64), vectors=np.zeros((64, 4096)))
    views = pa.ListViewArray.from_arrays([0] * 1024, [512] * 1024, pa.array(np.zeros(512)))
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink:
        overlapping = pa.table({"key": np.arange(1024), "vector": views})
        with pa.ipc.new_file(sink, overlapping.schema) as writer:
            writer.write_table(overlapping)
    for name in ("a.parquet", "a.npz", "a.arrow"):
        with pytest.raises(FormatError, match=r"holds more than|claims .* which vectors are not"):
            KeyedVectors.load(tmp_path / name)


def test_a_long_key_that_many_rows_share_is_held_once(tmp_path: Path) -> None:
    keys = pa.DictionaryArray.from_arrays(pa.array(np.zeros(2000, np.int32)), pa.array(["x" * 100_000]))
    pq.write_table(pa.table({"key": keys, "vector": [[1.0]] * 2000}), tmp_path / "a.parquet")
    with pytest.raises(FormatError, match="appears twice"):
        KeyedVectors.load(tmp_path / "a.parquet")


def test_a_header_makes_no_room_for_rows_that_are_not_there(tmp_path: Path) -> None:
    """A few bytes that claim a million dimensions take no terabytes."""
    (tmp_path / "a").write_bytes(gzip.compress(b"1000000 1000000\n" + b"x\n" * 100_000))
    with pytest.raises(FormatError, match="line 2 has 0 numbers after its key"):
        KeyedVectors.load(tmp_path / "a", format="word2vec-text")


def test_where_memory_ends_the_cure_is_one_for_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(text_rows, "parse_numbers", no_memory)
    (tmp_path / "a").write_text("a 1\n", encoding="utf-8")
    with pytest.raises(TooLargeError, match="does not fit into memory: read its first rows with limit="):
        formats.load(tmp_path / "a")


def test_settings_with_many_errors_are_refused_by_the_first(tmp_path: Path) -> None:
    KeyedVectors(["a"], np.ones((1, 2))).save(tmp_path / "m")
    content = json.loads((tmp_path / "m" / "wordmill.json").read_text(encoding="utf-8"))
    content["settings"] = {"history": [{}] * 10_000}
    (tmp_path / "m" / "wordmill.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        KeyedVectors.load(tmp_path / "m")
    assert len(str(caught.value)) < 500
