from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.errors import FormatError, OutputError, ParameterError
from wordmill.vectors import KeyedVectors, formats
from wordmill.vectors.formats import text_rows, word2vec
from wordmill.vectors.optional_core import optional_core

TEXT = b"3 2\nthe 0.5 -1\nking 2 3e-2\nqueen 1.5 -0.25\n"
ROWS = [[0.5, -1], [2, 0.03], [1.5, -0.25]]
KEYS = ["the", "king", "queen"]
COMPRESS: Any = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
}


def binary(newline: bytes = b"\n", count: int = 3, dimensions: int = 2) -> bytes:
    rows = [key.encode() + b" " + np.array(row, "<f4").tobytes() for key, row in zip(KEYS, ROWS, strict=True)]
    return b"%d %d\n" % (count, dimensions) + newline.join(rows) + newline


def load(tmp_path: Path, content: bytes, **options: Any) -> KeyedVectors:
    (tmp_path / "vectors").write_bytes(content)
    return KeyedVectors.load(tmp_path / "vectors", **options)


def assert_read(kv: KeyedVectors) -> None:
    assert kv.keys == KEYS
    assert kv.vectors.dtype == np.float32
    np.testing.assert_array_equal(kv.vectors, np.array(ROWS, dtype=np.float32))


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT[:-1],
        TEXT.replace(b"\n", b" \n"),
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.replace(b" ", b"\t"),
        TEXT.replace(b"3 2\n", b" 3\t2 \n"),
        TEXT.replace(b"1.5 ", b"1.5   "),
        TEXT + b"\n \n",
        binary(),
        binary(b""),
        binary()[:-1],
    ],
)
def test_read(tmp_path: Path, content: bytes) -> None:
    assert_read(load(tmp_path, content))


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("content", [TEXT, binary(), binary(b"")])
def test_read_compressed(tmp_path: Path, suffix: str, content: bytes) -> None:
    assert_read(load(tmp_path, COMPRESS[suffix](content)))
    assert_read(load(tmp_path, COMPRESS[suffix](content[:20]) + COMPRESS[suffix](content[20:])))  # two members


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("cut", [1, 9])
def test_cut_short_while_compressed(tmp_path: Path, suffix: str, cut: int) -> None:
    with pytest.raises(FormatError, match=r"is compressed and (corrupt|cut short)"):
        load(tmp_path, COMPRESS[suffix](TEXT * 50)[:-cut], format="word2vec")


def keyed_vectors() -> KeyedVectors:
    keys = ["the", "naïve", "日本", "non\u00a0breaking", "\u2028", "</s>", "a\u0085b", "\ufeff"]
    values = np.random.default_rng(0).standard_normal((len(keys), 7)) * 10.0 ** np.arange(-3, 4)
    return KeyedVectors(keys, values.astype(np.float32))


@pytest.mark.parametrize(
    "name", ["a.txt", "a.vec", "a.bin", "a.txt.gz", "a.bin.gz", "a.txt.bz2", "a.vec.xz", "a.bin.zst"]
)
def test_round_trip_is_exact(tmp_path: Path, name: str) -> None:
    kv = keyed_vectors()
    kv.save(tmp_path / name)
    again = KeyedVectors.load(tmp_path / name)
    assert again.keys == kv.keys
    np.testing.assert_array_equal(again.vectors, kv.vectors)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_float64_text_round_trip(tmp_path: Path) -> None:
    values = np.random.default_rng(0).standard_normal((3, 2))
    KeyedVectors(KEYS, values).save(tmp_path / "a.txt")
    np.testing.assert_array_equal(KeyedVectors.load(tmp_path / "a.txt", dtype="float64").vectors, values)


def test_integer_keys(tmp_path: Path) -> None:
    kv = KeyedVectors(np.array([3, -7, 2**60]), np.array(ROWS))
    for name in ("a.txt", "a.bin"):
        kv.save(tmp_path / name)
        assert KeyedVectors.load(tmp_path / name, keys="int").index_to_key == [3, -7, 2**60]
        assert KeyedVectors.load(tmp_path / name).keys == ["3", "-7", str(2**60)]
    with pytest.raises(FormatError, match=r"'the' .* not an integer"):
        load(tmp_path, TEXT, keys="int")


def test_keys_with_spaces_in_text(tmp_path: Path) -> None:
    kv = load(tmp_path, b"3 2\nnew york 1 2\n. . . 3 4\n 5 6\n")
    assert kv.keys == ["new york", ". . .", ""]
    np.testing.assert_array_equal(kv.vectors, [[1, 2], [3, 4], [5, 6]])


def test_keys_with_spaces_are_not_written(tmp_path: Path) -> None:
    kv = KeyedVectors(["new york", "x", ""], np.array(ROWS))
    for name in ("a.txt", "a.bin"):
        with pytest.raises(OutputError, match="2 keys empty or with white space, for example 'new york'"):
            kv.save(tmp_path / name)
        assert not (tmp_path / name).exists()
        kv.save(tmp_path / name, space="_")
        assert KeyedVectors.load(tmp_path / name).keys == ["new_york", "x", "_"]
    with pytest.raises(OutputError, match="two keys become the same"):
        KeyedVectors(["a b", "a_b"], np.array(ROWS[:2])).save(tmp_path / "b.txt", space="_")


def test_limit(tmp_path: Path) -> None:
    for content in (TEXT, binary(), TEXT[:30], binary()[:40], gzip.compress(TEXT), b"99 2" + TEXT[3:]):
        assert load(tmp_path, content, limit=2).keys == KEYS[:2]
    assert load(tmp_path, TEXT, limit=99).keys == KEYS
    with pytest.raises(ParameterError, match="limit must be a positive"):
        load(tmp_path, TEXT, limit=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"4" + TEXT[1:], "claims 4 vectors, but the file ends after 3: .* limit=3"),
        (b"2" + TEXT[1:], "claims 2 vectors, but more follow: .* limit=2"),
        (b"3 3" + TEXT[3:], "line 2 has 2 numbers after its key, not 3: 'the 0.5 -1': mend"),
        (b"3 1" + TEXT[3:], "line 2 has more than 1 number"),
        (TEXT.replace(b" 3e-2", b""), "line 3 has 1 number after its key, not 2: 'king 2': mend"),
        (TEXT.replace(b"king 2 3e-2", b""), "line 3 has 0 numbers"),
        (TEXT.replace(b"3e-2", b"zwei"), "line 3, number 2: 'zwei' is not a number"),
        (TEXT.replace(b"3e-2", b"1_0"), "line 3, number 2: '1_0' is not a number"),
        (TEXT.replace(b"3e-2", b"3 4"), "line 3 has more than 2 numbers"),
        (TEXT.replace(b"king", b"the"), "line 3: the key 'the' appears twice: .* duplicates='first'"),
        (
            TEXT.replace(b"king", b"k\xffng"),
            r"line 3: the key b'k\\xffng' is not UTF-8 \(.*errors=",
        ),
        (TEXT.replace(b"3e-2", b"nan"), "line 3: the vector of 'king' holds NaN"),
        (TEXT.replace(b"3e-2", b"1e99"), "line 3: the vector of 'king' holds NaN or infinity"),
        (binary(count=4), "claims 4 vectors"),
        (binary(count=2), "claims 2 vectors, but more follow"),
        (binary()[:-3], "claims 3 vectors, but the file ends after 2"),
        (binary(dimensions=3), "row|claims"),
        (binary().replace(b"king", b"the"), r"row 2 \(numbers at byte 21\): the key 'the' appears twice"),
        (binary().replace(b"king", b"k\xffng"), r"row 2 \(numbers at byte 22\): the key b'k\\xffng' is not UTF-8"),
        (binary().replace(np.array(2, "<f4").tobytes(), b"\xff\xff\xff\x7f"), r"row 2 .*'king' holds NaN"),
        (b"999999999999 2" + TEXT[3:], "claims 999999999999 vectors of 2 dimensions, .* has only 54"),
        (b"3 999999999999" + TEXT[3:], "claims 3 vectors of 999999999999 dimensions"),
        (b"0 2\n", "claims 0 vectors"),
        (gzip.compress(b"3 1000000\nthe 0.5\n", mtime=0), "line 2 has 1 number after its key, not 1000000"),
        (gzip.compress(b"1000000000 1000000\nthe" + bytes(99), mtime=0), "ends after 0"),
    ],
)
def test_bad_files(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        load(tmp_path, content)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("form", ["word2vec-text", "word2vec-binary"])
@pytest.mark.parametrize("content", [b"", b"\n", b"the 1 2\n", b"12345 " * 100, b"-1 2\n", b"1.5 2\n", b"3 2"])
def test_no_header(tmp_path: Path, form: str, content: bytes) -> None:
    with pytest.raises(FormatError, match="line 1 must hold two numbers"):
        load(tmp_path, content, format=form)


def test_no_key_ends(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"a key after row 0 \(byte 4\) does not end within 65536 bytes"):
        load(tmp_path, b"9 2\n" + b"x" * 70_000, format="word2vec-binary")


def test_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_rows, "_BLOCK", 100)
    monkeypatch.setattr(text_rows, "_LONGEST_KEY", 1000)
    with pytest.raises(FormatError, match="line 2 is longer than 1128 bytes"):
        load(tmp_path, b"9 2\n" + b"x" * 70_000, format="word2vec-text")


def test_lenient_reading(tmp_path: Path) -> None:
    for content in (TEXT, binary()):
        twice = content.replace(b"king", b"the")
        kv = load(tmp_path, twice, duplicates="first")
        assert kv.keys == ["the", "queen"]
        np.testing.assert_array_equal(kv["queen"], [1.5, -0.25])
        broken = content.replace(b"king", b"k\xffng")
        assert load(tmp_path, broken, errors="replace").keys == ["the", "k\ufffdng", "queen"]
        assert load(tmp_path, broken, errors="ignore").keys == ["the", "kng", "queen"]


@pytest.mark.parametrize(
    "option", [{"errors": "surrogateescape"}, {"duplicates": "last"}, {"keys": "x"}, {"dtype": "int8"}]
)
def test_bad_options(tmp_path: Path, option: Any) -> None:
    with pytest.raises(ParameterError, match=next(iter(option))):
        load(tmp_path, TEXT, **option)


@pytest.mark.parametrize("block", [1, 2, 3, 7, 20])
def test_any_block_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(text_rows, "_BLOCK", block)
    monkeypatch.setattr(word2vec, "_BLOCK", block)
    for content in (TEXT, TEXT[:-1], TEXT.replace(b"\n", b"\r\n"), TEXT + b"\n\n", binary(), binary(b"")):
        assert_read(load(tmp_path, content))
    with pytest.raises(FormatError, match="line 3 has 0 numbers"):
        load(tmp_path, TEXT.replace(b"king 2 3e-2", b""))
    with pytest.raises(FormatError, match=r"row 2 \(numbers at byte 21\): the key 'the' appears twice"):
        load(tmp_path, binary().replace(b"king", b"the"))


def test_detection_and_names(tmp_path: Path) -> None:
    assert formats.detect(tmp_path) == "directory"
    for name, form in (("a.txt", "word2vec-text"), ("b.bin", "word2vec-binary")):
        KeyedVectors(KEYS, np.array(ROWS)).save(tmp_path / name, format="word2vec")
        assert formats.detect(tmp_path / name) == form
    KeyedVectors(KEYS, np.array(ROWS)).save(tmp_path / "model.v2")
    assert (tmp_path / "model.v2" / "manifest.json").exists()
    with pytest.raises(FormatError, match="does not exist"):
        KeyedVectors.load(tmp_path / "absent")
    (tmp_path / "noise").write_bytes(b"\0\1\2")
    with pytest.raises(FormatError, match=r"cannot be told .* one of word2vec, directory"):
        KeyedVectors.load(tmp_path / "noise")
    for ending in ("xyz", "gz", "xyz.gz"):
        with pytest.raises(ParameterError, match=r"no format has this ending: use one of \.txt, \.vec, .* none for"):
            KeyedVectors(KEYS, np.array(ROWS)).save(tmp_path / f"new.{ending}")
    assert not list(tmp_path.glob("new*"))
    with pytest.raises(ParameterError, match="format='txt' is not known: one of word2vec"):
        KeyedVectors.load(tmp_path / "a.txt", format="txt")
    with pytest.raises(ParameterError, match="is a model directory"):
        KeyedVectors.load(tmp_path / "model.v2", errors="replace")


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    kv = KeyedVectors(KEYS, np.array(ROWS))
    (tmp_path / "d.txt").mkdir()
    with pytest.raises(OutputError, match="is a directory"):
        kv.save(tmp_path / "d.txt", format="word2vec")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        kv.save(tmp_path / "file" / "a.txt")


@given(
    st.lists(st.sampled_from([b"a", b" ", b"\n", b"bc", bytes(4)]), max_size=40), st.integers(1, 3), st.integers(0, 9)
)
@settings(max_examples=300, deadline=None)
def test_the_core_cuts_as_numpy_does(pieces: list[bytes], dimensions: int, most: int) -> None:
    core = optional_core()
    assert core is not None
    block, answers = b"".join(pieces), []
    for cut in (core.core.cut_rows, word2vec._cut_rows):
        to = np.zeros((most, dimensions), dtype=np.float32)
        keys, ends = cut(block, to)
        answers.append((keys, ends.tolist(), to.tobytes()))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_without_the_core(dtype: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(0).standard_normal((999, 7)).astype(np.float32)
    KeyedVectors([f"key{row}" for row in range(999)], vectors).save(tmp_path / "v.bin")
    monkeypatch.setattr(word2vec, "_BLOCK", 1000)
    monkeypatch.setattr(word2vec, "optional_core", lambda: None)
    read = KeyedVectors.load(tmp_path / "v.bin", dtype=dtype)
    assert read.vectors.dtype == dtype
    np.testing.assert_array_equal(read.vectors, vectors)
