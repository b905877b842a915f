from __future__ import annotations

import io
import json
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.errors import FormatError, OutputError, ParameterError
from wordmill.vectors import KeyedVectors, formats
from wordmill.vectors.formats.projector import metadata_path
from wordmill.vectors.table import VectorTable

KEYS = ["the", "naïve", "日本", "non\u00a0breaking", "</s>", "🙂", "a\u2028b"]
COUNTED = {"npz", "parquet", "arrow", "projector"}
TYPED = {"npz", "parquet", "arrow"}  # integer keys come back as integers by themselves
FILES = {
    "word2vec-text": "a.txt",
    "word2vec-binary": "a.bin",
    "glove": "a.glove",
    "npz": "a.npz",
    "finalfusion": "a.fifu",
    "parquet": "a.parquet",
    "arrow": "a.arrow",
    "projector": "a.tsv",
}


def make(dtype: Any = np.float32) -> KeyedVectors:
    vectors = np.random.default_rng(4).standard_normal((len(KEYS), 5)) * 10.0 ** np.arange(-2, 3)
    return KeyedVectors(KEYS, vectors.astype(dtype), counts=np.arange(len(KEYS), 0, -1))


@pytest.mark.parametrize(("form", "name"), FILES.items())
def test_round_trip_and_detection(tmp_path: Path, form: str, name: str) -> None:
    kv = make()
    kv.save(tmp_path / name, format=form)
    assert formats.detect(tmp_path / name) == form
    again = KeyedVectors.load(tmp_path / name)
    assert again.keys == kv.keys
    assert again.vectors.dtype == np.float32
    np.testing.assert_allclose(again.vectors, kv.vectors, rtol=1e-6 if form == "finalfusion" else 0)
    if form in COUNTED:
        np.testing.assert_array_equal(again.counts, kv.counts)
    else:
        assert again.counts is None
    assert KeyedVectors.load(tmp_path / name, limit=3).keys == KEYS[:3]
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


class Named(KeyedVectors):
    """As users derive from it."""

    def first(self) -> object:
        return next(iter(self))


@pytest.mark.parametrize("name", [*FILES.values(), "model"])
def test_subclasses_load_as_themselves(tmp_path: Path, name: str) -> None:
    make().save(tmp_path / name, format="glove" if name == "a.glove" else None)
    loaded = Named.load(tmp_path / name)
    assert type(loaded) is Named
    assert loaded.first() == "the"
    assert type(loaded.subset(["the"])) is Named
    assert type(Named.from_pretrained(tmp_path / name) if name == "model" else loaded) is Named
    assert type(KeyedVectors.load(tmp_path / name)) is KeyedVectors


def test_a_table_becomes_vectors_without_a_copy() -> None:
    table = VectorTable(KEYS, np.ones((len(KEYS), 2), np.float32), tokenizer="words", lowercase=True)
    kv = Named.of(table)
    assert np.shares_memory(kv.vectors, table.vectors)
    assert kv.key_table is table.key_table
    assert (kv.tokenizer, kv.lowercase) == ("words", True)


@pytest.mark.parametrize("form", sorted(set(FILES) - {"glove"}))
def test_suffix_means_the_format(tmp_path: Path, form: str) -> None:
    make().save(tmp_path / FILES[form])
    assert formats.detect(tmp_path / FILES[form]) == form


@pytest.mark.parametrize("form", ["word2vec-text", "glove", "npz", "parquet", "arrow", "projector"])
def test_float64(tmp_path: Path, form: str) -> None:
    kv = make(np.float64)
    kv.save(tmp_path / FILES[form], format=form)
    again = KeyedVectors.load(tmp_path / FILES[form], dtype="float64")
    np.testing.assert_array_equal(again.vectors, kv.vectors)


@pytest.mark.parametrize("form", sorted(set(FILES) - {"finalfusion"}))
def test_integer_keys(tmp_path: Path, form: str) -> None:
    keys = np.array([5, -1, 2**62])
    KeyedVectors(keys, np.eye(3, dtype=np.float32)).save(tmp_path / FILES[form], format=form)
    again = KeyedVectors.load(tmp_path / FILES[form], keys="str" if form in TYPED else "int")
    assert again.kind == "int"
    assert list(again) == keys.tolist()


@pytest.mark.parametrize("form", ["glove", "projector"])
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_compressed(tmp_path: Path, form: str, suffix: str) -> None:
    path = tmp_path / (FILES[form] + suffix)
    make().save(path, format=form)
    assert KeyedVectors.load(path).keys == KEYS
    assert path.read_bytes()[:2] in (b"\x1f\x8b", b"\x28\xb5")


def test_projector_files(tmp_path: Path) -> None:
    make().save(tmp_path / "a.tsv")
    assert (tmp_path / "a_metadata.tsv").read_text(encoding="utf-8").split("\n")[:2] == ["key\tcount", "the\t7"]
    assert metadata_path(Path("x_tensor.tsv.gz")) == Path("x_metadata.tsv.gz")
    (tmp_path / "b.tsv").write_text("1\t2\n3\t4\n", encoding="utf-8")
    (tmp_path / "b_metadata.tsv").write_text("new york\nparis\n", encoding="utf-8")
    assert KeyedVectors.load(tmp_path / "b.tsv").keys == ["new york", "paris"]
    with pytest.raises(OutputError, match="'a\\\\tb' is blank or holds a tab"):
        KeyedVectors(["a\tb"], np.ones((1, 2))).save(tmp_path / "c.tsv")


@pytest.mark.parametrize(
    ("vectors", "metadata", "message"),
    [
        ("1\t2\n3\n", "a\nb\n", "line 2 does not hold 2 numbers: b'3'"),
        ("1\t2\n3\tx\n", "a\nb\n", "line 2 does not hold 2 numbers"),
        ("1\t2\n3\t4\n", "a\n", "more vectors than the 1 key"),
        ("1\t2\n", "a\nb\n", "1 vector, but 2 keys"),
        ("", "a\n", "holds 0 numbers"),
        ("1\t2\n", "", "holds no keys"),
        ("1\t2\n", "key\tcount\na\t1\t2\n", "line 2 has 3 cells, the header 2"),
        ("1\t2\n", "key\tcount\na\tmany\n", "'count' must hold integers"),
        ("1\t2\n3\t4\n", "a\na\n", "line 2: the key 'a' appears twice"),
    ],
)
def test_projector_refuses(tmp_path: Path, vectors: str, metadata: str, message: str) -> None:
    (tmp_path / "a.tsv").write_text(vectors, encoding="utf-8")
    (tmp_path / "a_metadata.tsv").write_text(metadata, encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        KeyedVectors.load(tmp_path / "a.tsv", format="projector")


@pytest.mark.parametrize(
    ("text", "keys", "dimensions"),
    [
        ("the 1 2\nof 3 4\n", ["the", "of"], 2),
        (". . . 1 2\n7 3 4\nat name@domain.com 5 6", [". . .", "7", "at name@domain.com"], 2),
        ("the\t1\t2\n", ["the"], 2),
        ("a 1\n", ["a"], 1),
    ],
)
def test_glove(tmp_path: Path, text: str, keys: list[str], dimensions: int) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    kv = KeyedVectors.load(tmp_path / "a.txt")
    assert kv.keys == keys
    assert kv.vector_size == dimensions


def test_glove_refuses(tmp_path: Path) -> None:
    for text, message in (
        ("", "line 1 is not a key"),
        ("hello world\n", "line 1"),
        ("a 1 2\nb 3 4 5\n", "line 2 has more than 2 numbers"),
        ("a 1 2\n" * 2, "line 2: the key 'a' appears twice"),
        ("a 1 2\n" + "".join(f"b{i} 1 2\n" for i in range(20)) + "c 3\n", "line 22 has 1 number"),
    ):
        (tmp_path / "a.txt").write_text(text, encoding="utf-8")
        with pytest.raises(FormatError, match=message):
            KeyedVectors.load(tmp_path / "a.txt", format="glove")


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def lying_npz() -> bytes:
    """An array whose header claims 10^15 rows."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("keys", "vectors"):
            header = io.BytesIO()
            claim = {"descr": "<f4", "fortran_order": False, "shape": (10**15, 4)}
            np.lib.format.write_array_header_1_0(header, claim)
            archive.writestr(f"{name}.npy", header.getvalue() + bytes(16))
    return file.getvalue()


def claiming_npz(**claims: Any) -> bytes:
    """Arrays whose headers claim a type and a shape, and their bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, (dtype, shape, data) in claims.items():
            header = io.BytesIO()
            np.lib.format.write_array_header_1_0(header, {"descr": dtype, "fortran_order": False, "shape": shape})
            archive.writestr(f"{name}.npy", header.getvalue() + data)
    return file.getvalue()


def repeated_npz() -> bytes:
    file = io.BytesIO(npz(keys=np.array(["a"]), vectors=np.ones((1, 2))))
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("keys.npy", archive.read("keys.npy"))
    return file.getvalue()


ROW = ("<f4", (1, 2), bytes(8))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (claiming_npz(keys=("<U1", (True,), b"a\0\0\0"), vectors=ROW), r"keys.npy is <U1 \(True,\), which its"),
        (claiming_npz(keys=("<i8", (1,), bytes(8)), vectors=("<f4", (True, 2), bytes(8))), r"\(True, 2\), which its"),
        (claiming_npz(keys=("<i8", (1,), bytes(8)), vectors=("<f4", (-1, -2), bytes(8))), r"\(-1, -2\), which its"),
        (claiming_npz(keys=("<U1", (1,), b"\0\0\x11\0"), vectors=ROW), "row 0: the key is not Unicode"),
        (claiming_npz(keys=(">U1", (1,), b"\0\x11\0\0"), vectors=ROW), "row 0: the key is not Unicode"),
        (claiming_npz(keys=("<U1", (1,), b"\0\xd8\0\0"), vectors=ROW), r"row 0: the key '\\ud800' is not UTF-8"),
        (npz(keys=np.array(["a"]), vectors=np.array([["x", "y"]], dtype=object)), "again as an array of numbers"),
        (npz(keys=np.array([2**63], np.uint64), vectors=np.ones((1, 2))), "a key is 9223372036854775808, which 64"),
        (npz(keys=np.array(["a"]), vectors=np.ones((1, 2)), counts=np.array([2**63], np.uint64)), "a count is 92233"),
        (npz(keys=np.array(["a"]), vectors=np.ones((1, 2)), counts=np.array([-1])), "a count is -1"),
        (npz(keys=np.array([1.5]), vectors=np.ones((1, 2))), "keys are float64 and vectors float64, not text"),
        (repeated_npz(), "holds keys.npy twice"),
        (lying_npz(), r"\(1000000000000000, 4\), which its 144 bytes are not"),
        (npz(a=np.ones(3)), "zip archive without arrays"),
        (npz(keys=np.array(["a"]), vectors=np.ones((2, 2))), "needs arrays"),
        (npz(keys=np.array(["a"], dtype=object), vectors=np.ones((1, 2))), "keys.npy holds Python objects, a pickle"),
        (npz(keys=np.array(["a"]), vectors=np.ones((1, 2), dtype=int)), "vectors int64, not"),
        (npz(keys=np.array(["a", "a"]), vectors=np.ones((2, 2))), "row 1: the key 'a' appears twice"),
        (npz(keys=np.array([1, 1]), vectors=np.ones((2, 2))), r"1 appears twice \(rows 0 and 1\)"),
        (npz(keys=np.array(["a"]), vectors=np.full((1, 2), np.nan)), "'a' holds NaN"),
        (npz(keys=np.array(["a"]), vectors=np.ones((1, 2)), counts=np.ones(1)), "counts are float64"),
        (npz(keys=np.array(["a"]), vectors=np.ones((1, 2)))[:-30], "not a whole .npz file"),
    ],
)
def test_npz_refuses(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        KeyedVectors.load(tmp_path / "a.npz")


def test_npz_of_others(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", keys=np.array([3, 3, 4], dtype="i2"), vectors=np.asfortranarray(np.eye(3)))
    kv = KeyedVectors.load(tmp_path / "a.npz", duplicates="first")
    np.savez(tmp_path / "swapped.npz", keys=np.array(["ж", "b"], dtype=">U3"), vectors=np.eye(2, dtype=">f4"))
    assert KeyedVectors.load(tmp_path / "swapped.npz").keys == ["ж", "b"]
    np.savez(tmp_path / "unsigned.npz", keys=np.array([3, 4], np.uint64), vectors=np.eye(2))
    assert list(KeyedVectors.load(tmp_path / "unsigned.npz")) == [3, 4]
    assert list(kv) == [3, 4]
    np.testing.assert_array_equal(kv.vectors, [[1, 0, 0], [0, 0, 1]])
    with pytest.raises(OutputError, match="ends with NUL"):
        KeyedVectors(["a\0"], np.ones((1, 2))).save(tmp_path / "b.npz")


def test_arrow_tables_of_others(tmp_path: Path) -> None:
    table = pa.table(
        {
            "vector": pa.array([[1, 2], [3, 4], [5, 6]], type=pa.list_(pa.float64())),
            "more": [1, 2, 3],
            "key": pa.array(["a", "b", "a"]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    kv = KeyedVectors.load(tmp_path / "a.parquet", duplicates="first")
    assert kv.keys == ["a", "b"]
    np.testing.assert_array_equal(kv.vectors, [[1, 2], [3, 4]])
    for keys, lists in ((pa.string_view(), pa.list_view), (pa.large_string(), pa.large_list_view)):  # as Polars writes
        rows = pa.array([[1, 2], [3, 4]], type=lists(pa.float32()))
        table = pa.table({"key": pa.array(["a", "a longer key than is kept in a view"], keys), "vector": rows})
        with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        kv = KeyedVectors.load(tmp_path / "a.arrow")
        assert kv.keys == ["a", "a longer key than is kept in a view"]
        np.testing.assert_array_equal(kv.vectors, [[1, 2], [3, 4]])


TEXT = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
LISTS = [pa.list_, pa.large_list, pa.list_view, pa.large_list_view, lambda value: pa.list_(value, 2)]


@pytest.mark.parametrize("text", TEXT, ids=str)
@pytest.mark.parametrize("lists", LISTS)
def test_every_type_of_text_and_of_lists(tmp_path: Path, text: Any, lists: Any) -> None:
    table = pa.table(
        {
            "key": pa.array(["a", "b", "c"], type=text),
            "vector": pa.array([[1, 2], [3, 4], [5, 6]], type=lists(pa.float32())),
        }
    )
    path = tmp_path / "a.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.slice(1))
        writer.write_table(table.slice(0, 0))
        writer.write_table(table.slice(0, 1))
    kv = KeyedVectors.load(path)
    assert kv.index_to_key == ["b", "c", "a"]
    np.testing.assert_array_equal(kv.vectors, [[3, 4], [5, 6], [1, 2]])


@pytest.mark.parametrize("text", [pl.String, pl.Categorical, pl.Enum(["a", "b"])], ids=str)
@pytest.mark.parametrize("lists", [pl.List(pl.Float32), pl.Array(pl.Float64, 2)], ids=str)
def test_files_written_by_polars(tmp_path: Path, text: Any, lists: Any) -> None:
    columns = [pl.Series("key", ["a", "b"], dtype=text), pl.Series("vector", [[1, 2], [3, 4]], dtype=lists)]
    frame = pl.DataFrame([*columns, pl.Series("count", [7, 5])])
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ipc(tmp_path / "a.arrow")
    for name in ("a.parquet", "a.arrow"):
        kv = KeyedVectors.load(tmp_path / name)
        assert kv.index_to_key == ["a", "b"]
        assert kv.counts is not None
        assert kv.counts.tolist() == [7, 5]
        np.testing.assert_array_equal(kv.vectors, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"word": ["a"], "vector": [[1.0]]}, "no column 'key' among"),
        ({"key": ["a", None], "vector": [[1.0], [2.0]]}, "'key' holds string with 1 empty"),
        ({"key": [1.5], "vector": [[1.0]]}, "'key' holds double"),
        ({"key": pa.array([2**63], pa.uint64()), "vector": [[1.0]]}, "9223372036854775808 not in range"),
        (
            {"key": ["a"], "vector": [[1.0]], "count": pa.array([2**63], pa.uint64())},
            "9223372036854775808 not in range",
        ),
        ({"key": ["a", "b"], "vector": [[1.0], [2.0, 3.0]]}, "all of one length"),
        ({"key": ["a", "b"], "vector": [[1.0], None]}, "'vector' holds list"),
        ({"key": ["a"], "vector": [["x"]]}, "lists of floats"),
        ({"key": ["a"], "vector": [1.0]}, "not lists"),
        ({"key": ["a"], "vector": [[float("nan")]]}, "holds NaN"),
        ({"key": [], "vector": []}, "holds no vectors|holds null"),
    ],
)
def test_arrow_refuses(tmp_path: Path, columns: Any, message: str) -> None:
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, pa.table(columns).schema) as writer:
        writer.write_table(pa.table(columns))
    for name in ("a.parquet", "a.arrow"):
        with pytest.raises(FormatError, match=message):
            KeyedVectors.load(tmp_path / name)


def fifu(*chunks: tuple[int, bytes]) -> bytes:
    head = b"FiFu" + struct.pack(f"<II{len(chunks)}I", 0, len(chunks), *(kind for kind, _ in chunks))
    return head + b"".join([struct.pack("<IQ", kind, len(data)) + data for kind, data in chunks])


ONE_KEY = (1, struct.pack("<QI", 1, 1) + b"a")
ONE_ROW = (2, struct.pack("<QII", 1, 2, 10) + np.array([3, 4], "<f4").tobytes())


def test_finalfusion_without_norms(tmp_path: Path) -> None:
    (tmp_path / "a.fifu").write_bytes(fifu((5, b"[toml]"), ONE_KEY, ONE_ROW))
    np.testing.assert_array_equal(KeyedVectors.load(tmp_path / "a.fifu")["a"], [3, 4])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (fifu(ONE_KEY), "lacks a chunk"),
        (fifu(ONE_KEY, ONE_ROW)[:-1], "chunk 2 at byte .* cut short"),
        (fifu(ONE_KEY, (3, b"")), "subwords in buckets, which is not read"),
        (fifu(ONE_KEY, (4, b"")), "quantised matrix, which is not read"),
        (fifu((1, struct.pack("<Q", 2**60)), ONE_ROW), "claims 1152921504606846976 keys"),
        (fifu(ONE_KEY, (2, struct.pack("<QII", 2**60, 2, 10))), "do not fill a chunk"),
        (fifu((1, struct.pack("<QII", 2, 0, 0)), ONE_ROW), "2 keys but 1 vectors"),
        (fifu((1, struct.pack("<QI", 1, 9) + b"a"), ONE_ROW), "keys do not fill"),
        (b"FiFu\7" + fifu(ONE_KEY)[5:], "version 0"),
        (b"FiFu", "cut short"),
    ],
)
def test_finalfusion_refuses(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.fifu").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        KeyedVectors.load(tmp_path / "a.fifu")


def test_finalfusion_has_text_keys(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="keys are text, those here are integers"):
        KeyedVectors(np.arange(2), np.ones((2, 2))).save(tmp_path / "a.fifu")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x80\x04\x95", "a pickle, which may run any code"),
        (b"SQLite format 3\0", "SQLite"),
        (b"\x89HDF\r\n", "HDF5"),
        (bytes(257) + b"ustar", "tar archive"),
        (json.dumps({"a": 1}).encode(), "give the directory of the model"),
        (b"\x93NUMPY\1\0", "an array without keys"),
        (b"\x40" + bytes(7) + b'{"embeddings":', "a part of a model"),
        (b"\x40" + bytes(7) + b'{"__metadata__":{"format":"wordmill.corpus"', "an encoded corpus: train on it"),
        (b"", "cannot be told"),
    ],
)
def test_foreign_files(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        KeyedVectors.load(tmp_path / "x")


def test_options_of_a_format(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"'npz' takes no space=$"):
        make().save(tmp_path / "a.npz", space="_")
    with pytest.raises(ParameterError, match="'directory' takes no space=, only settings, training, dtype"):
        make().save(tmp_path / "m", space="_")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1 3\nking 1 2\n", "line 2 has 2 numbers after its key, not 3"),
        ("2 2\nking 1 x\nqueen 1 2\n", "line 2, number 2: 'x' is not a number"),
        ("1 2\nkönig 1\n", "line 2 has 1 number after its key, not 2"),
        ("king 1 2 3\nqueen 1 2\nman 1 2 3\n", "line 2 has 2 numbers after its key, not 3"),
        ("king\nqueen 1 2\nman 1 3\n", "line 1 has 0 numbers after its key, not 2"),
    ],
)
def test_a_bad_row_does_not_change_the_format(tmp_path: Path, content: str, message: str) -> None:
    for encoding in ("utf-8", "latin-1"):
        (tmp_path / "file").write_text(content, encoding=encoding)
        if encoding == "utf-8" or "\nqueen" in content:  # one row of Latin-1 could be anything
            with pytest.raises(FormatError, match=message):
                KeyedVectors.load(tmp_path / "file")


@given(st.integers(2, 5), st.integers(3, 300), st.integers(0, 2**32), st.sampled_from([1e-3, 1.0, 1e3]))
@settings(max_examples=30)
def test_binary_files_are_not_taken_for_text(
    tmp_path_factory: pytest.TempPathFactory, count: int, dimensions: int, seed: int, scale: float
) -> None:
    path = tmp_path_factory.mktemp("binary") / "a.bin"
    rows = np.random.default_rng(seed).standard_normal((count, dimensions)) * scale
    KeyedVectors([f"word{row}" for row in range(count)], rows).save(path)
    assert formats.detect(path) == "word2vec-binary"


@pytest.mark.parametrize("space", [b" ", b"\t", b"\r", b"\v", b"\f"])
def test_binary_numbers_that_begin_like_text_do_not_make_a_file_text(tmp_path: Path, space: bytes) -> None:
    numbers = np.frombuffer(b"9" + space + b"\x9a\xbe" + b"l\xc8\x83\xbf6lw\xbf", np.float32)
    KeyedVectors(["word0", "word1"], np.array([numbers, numbers])).save(tmp_path / "a.bin")
    assert formats.detect(tmp_path / "a.bin") == "word2vec-binary"


def test_finalfusion_holds_what_it_announces(tmp_path: Path) -> None:
    path = tmp_path / "x.fifu"
    KeyedVectors(["a", "b"], np.ones((2, 3), np.float32)).save(path, format="finalfusion")
    content = path.read_bytes()
    for size in range(len(content)):
        path.write_bytes(content[:size])
        with pytest.raises(FormatError):
            KeyedVectors.load(path, format="finalfusion")
    path.write_bytes(content[:-4] + np.float32(-1).tobytes())
    with pytest.raises(FormatError, match="norm of row 1 is negative"):
        KeyedVectors.load(path)


@pytest.mark.parametrize("name", ["key", "count"])
@pytest.mark.parametrize("categories", [False, True])
def test_arrow_columns_of_times_beyond_pythons_are_refused_by_name(tmp_path: Path, name: str, categories: bool) -> None:
    times = pa.array([2**62], pa.duration("s"))
    table = {
        "key": pa.array(["a"]),
        "vector": pa.array([[1.0, 2.0]], pa.list_(pa.float32(), 2)),
        "count": pa.array([1]),
    }
    table[name] = pa.DictionaryArray.from_arrays(pa.array([0]), times) if categories else times
    batch = pa.table(table)
    with pa.OSFile(str(tmp_path / "v.arrow"), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_table(batch)
    with pytest.raises(FormatError, match=f"column '{name}' holds"):
        KeyedVectors.load(tmp_path / "v.arrow", format="arrow")
