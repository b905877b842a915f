"""Byte order marks, UTF-16 where UTF-8 is asked for, and files in other encodings."""

from __future__ import annotations

import gzip
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fasttext_files import model as fasttext_model
from hypothesis import given
from hypothesis import strategies as st

from wordmill.errors import FormatError, ParameterError
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats import detect
from wordmill.vectors.formats.encodings import wide_encoding

MARK = "\ufeff"
TEXTS = {
    "word2vec-text": "2 2\nюля 0.5 -1\nsiège 2 0.25\n",
    "glove": "юля 0.5 -1\nsiège 2 0.25\n",
    "projector": "0.5\t-1\n2\t0.25\n",
}
KEYS, ROWS = ["юля", "siège"], [[0.5, -1], [2, 0.25]]


def write(tmp_path: Path, form: str, encoding: str, mark: str = "", text: str = "", keys: Any = KEYS) -> Path:
    """Write a file of text, and where its format wants one that of the keys."""
    path = tmp_path / ("a.tsv" if form == "projector" else "a")
    path.write_bytes((mark + (text or TEXTS[form])).encode(encoding))
    if form == "projector":
        (tmp_path / "a_metadata.tsv").write_bytes((mark + "\n".join(keys)).encode(encoding))
    return path


def assert_read(kv: KeyedVectors) -> None:
    assert kv.keys == KEYS
    np.testing.assert_array_equal(kv.vectors, np.array(ROWS, np.float32))


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("packed", [False, True])
def test_a_byte_order_mark_is_no_part_of_a_key(tmp_path: Path, form: str, packed: bool) -> None:
    path = write(tmp_path, form, "utf-8", MARK)
    if packed:
        for file in tmp_path.iterdir():
            file.write_bytes(gzip.compress(file.read_bytes()))
    assert detect(path) == form
    assert_read(KeyedVectors.load(path))
    assert_read(KeyedVectors.load(path, format=form))


def test_a_byte_order_mark_before_a_binary_file(tmp_path: Path) -> None:
    KeyedVectors(KEYS, np.array(ROWS)).save(tmp_path / "a.bin")
    (tmp_path / "b.bin").write_bytes(MARK.encode() + (tmp_path / "a.bin").read_bytes())
    assert_read(KeyedVectors.load(tmp_path / "b.bin"))


@pytest.mark.parametrize("form", TEXTS)
def test_a_mark_that_is_a_key_comes_back(tmp_path: Path, form: str) -> None:
    kv = KeyedVectors([MARK + "a", MARK, "b"], np.eye(3))
    kv.save(tmp_path / "a.tsv", format=form)
    assert KeyedVectors.load(tmp_path / "a.tsv", format=form).keys == kv.keys


WIDE = {"utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "utf-32-le": "UTF-32LE", "utf-32-be": "UTF-32BE"}


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize(("encoding", "mark"), [*((name, MARK) for name in WIDE), ("utf-16-le", ""), ("utf-16-be", "")])
def test_utf_16_is_named_with_what_converts_it(tmp_path: Path, form: str, encoding: str, mark: str) -> None:
    path = write(tmp_path, form, encoding, mark)
    for form_given in (None, form):
        with pytest.raises(FormatError, match=f"is {WIDE[encoding]}: read it with encoding=") as caught:
            KeyedVectors.load(path, format=form_given)
    said = re.search(r"encoding='(\S+)', or convert it, (iconv .*) > NEW", str(caught.value))
    assert said is not None
    assert_read(KeyedVectors.load(path, format=form, encoding=said[1]))
    if form == "word2vec-text" and shutil.which("iconv"):
        converted = subprocess.run(shlex.split(said[2]), capture_output=True, check=True).stdout
        (tmp_path / "new").write_bytes(converted)
        assert_read(KeyedVectors.load(tmp_path / "new"))


@given(st.binary(max_size=40))
def test_what_is_not_text_is_not_called_utf_16(head: bytes) -> None:
    if (found := wide_encoding(head)) is not None:
        name = found[1]
        assert head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or head[: len(head) // 2 * 2].decode(name)


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("encoding", ["cp1251", "koi8-u", "gb18030", "utf-16", "utf-7", "iso2022_jp_2", "utf-8-sig"])
def test_other_encodings_of_text(tmp_path: Path, form: str, encoding: str) -> None:
    text, keys = ("siège", ["юля", "siège"]) if encoding == "iso2022_jp_2" else ("ciege", ["юля", "ciege"])
    path = write(tmp_path, form, encoding, text=TEXTS[form].replace("siège", text), keys=keys)
    for form_given in (None, form):
        kv = KeyedVectors.load(path, format=form_given, encoding=encoding)
        assert kv.keys == keys
        np.testing.assert_array_equal(kv.vectors, np.array(ROWS, np.float32))


def test_keys_of_binary_files_in_another_encoding(tmp_path: Path) -> None:
    rows = [key.encode("latin-1") + b" " + np.array([1, 2], "<f4").tobytes() + b"\n" for key in ("garçon", "Ä")]
    (tmp_path / "a.bin").write_bytes(b"2 2\n" + b"".join(rows))
    (tmp_path / "b.bin").write_bytes(fasttext_model(words=[b"ab", b"caf\xe9", b"c", b"d", b"e", b"f"]))
    np.savez(tmp_path / "c.npz", keys=np.array([b"caf\xe9"]), vectors=np.ones((1, 2)))
    for name, key in (("a.bin", "garçon"), ("b.bin", "café"), ("c.npz", "café")):
        assert key in KeyedVectors.load(tmp_path / name, encoding="latin-1")
        with pytest.raises(FormatError, match=r"is not UTF-8 .*: convert the file, give its encoding='latin-1', say"):
            KeyedVectors.load(tmp_path / name)
    with pytest.raises(FormatError, match=r"row 0: the key b'caf\\xe9' is not ascii"):
        KeyedVectors.load(tmp_path / "c.npz", encoding="ascii")


def test_what_is_not_in_the_encoding_is_named_or_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1 2\na\x81b 1 2\n")
    with pytest.raises(FormatError, match="byte 5 is not cp1252"):
        KeyedVectors.load(tmp_path / "a", encoding="cp1252")
    assert KeyedVectors.load(tmp_path / "a", encoding="cp1252", errors="replace").keys == ["a\ufffdb"]
    assert KeyedVectors.load(tmp_path / "a", encoding="cp1252", errors="ignore").keys == ["ab"]


def test_encodings_that_there_are_not(tmp_path: Path) -> None:
    path = write(tmp_path, "glove", "utf-8")
    wrong: list[Any] = ["latin-one", "hex", "rot13", "", "a\0b", 8]
    for name in wrong:
        with pytest.raises(ParameterError, match=r"encoding=.* is no encoding of text that Python knows"):
            KeyedVectors.load(path, encoding=name)
    assert_read(KeyedVectors.load(path, encoding="UTF8"))
    kv = KeyedVectors(KEYS, np.array(ROWS))
    kv.save(tmp_path / "m")
    with pytest.raises(ParameterError, match=r"model directory: errors, .* encoding are for other formats"):
        KeyedVectors.load(tmp_path / "m", encoding="latin-1")
    for name in ("a.parquet", "a.arrow"):
        kv.save(tmp_path / name)
        with pytest.raises(ParameterError, match="is UTF-8 by definition: leave out encoding="):
            KeyedVectors.load(tmp_path / name, encoding="latin-1")
        assert_read(KeyedVectors.load(tmp_path / name))
