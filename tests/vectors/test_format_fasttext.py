from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fasttext_files import BUCKETS, MATRIX, WORDS, model
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.errors import FormatError
from wordmill.vectors import KeyedVectors, formats
from wordmill.vectors.formats.fasttext import read_fasttext_model
from wordmill.vectors.subwords import Ngrams, Subwords


def rows_by_the_letter(word: str, shortest: int, longest: int) -> list[int]:
    """Rows of a word's n-grams, after fastText's `Dictionary::computeSubwords` and `hash`."""
    marked, rows = f"<{word}>", []
    for begin in range(len(marked)):
        for end in range(begin + 1, min(begin + longest, len(marked)) + 1):
            if end - begin < shortest or (end - begin == 1 and (begin == 0 or end == len(marked))):
                continue
            value = 2_166_136_261
            for byte in marked[begin:end].encode():
                value ^= byte if byte < 128 else byte | 0xFFFFFF00
                value = value * 16_777_619 % 2**32
            rows.append(len(WORDS) + value % BUCKETS)
    return rows


def load(tmp_path: Path, content: bytes, **options: Any) -> KeyedVectors:
    (tmp_path / "m.bin").write_bytes(content)
    return KeyedVectors.load(tmp_path / "m.bin", **options)


@pytest.mark.parametrize("version", [0, 11, 12])
@pytest.mark.parametrize(("shortest", "longest"), [(2, 4), (1, 1), (1, 3), (3, 6), (0, 0), (5, 3)])
def test_words(tmp_path: Path, version: int, shortest: int, longest: int) -> None:
    kv = load(tmp_path, model(version=version, shortest=shortest, longest=longest))
    assert kv.keys == WORDS
    np.testing.assert_array_equal(kv.counts, [100, 99, 98, 97, 96, 95])
    for row, word in enumerate(WORDS):
        rows = [row] + (rows_by_the_letter(word, shortest, longest) if word != "</s>" or not version else [])
        np.testing.assert_allclose(kv[word], MATRIX[rows].mean(axis=0), atol=1e-6)
    assert formats.detect(tmp_path / "m.bin") == "fasttext"
    assert load(tmp_path, model(), limit=2).keys == WORDS[:2]


def test_unseen_words(tmp_path: Path) -> None:
    load(tmp_path, model())
    subwords = read_fasttext_model(tmp_path / "m.bin").subwords
    for word in ("unseen", "日", "the"):
        vector = subwords.vector(word)
        assert vector is not None
        np.testing.assert_allclose(vector, MATRIX[rows_by_the_letter(word, 2, 4)].mean(axis=0), atol=1e-6)
    assert Subwords(Ngrams(2, 4, 0), MATRIX[:0]).vector("x") is None


@given(st.lists(st.text(max_size=8), max_size=8), st.integers(0, 4), st.integers(0, 6))
@settings(max_examples=50, deadline=None)
def test_ngrams(words: list[str], shortest: int, longest: int) -> None:
    buckets, owners = Ngrams(shortest, longest, len(MATRIX) - len(WORDS)).buckets_of([word.encode() for word in words])
    rows = len(WORDS) + buckets
    for index, word in enumerate(words):
        assert sorted(rows[owners == index].tolist()) == sorted(rows_by_the_letter(word, shortest, longest))


def test_labels_are_passed_over_and_old_classifiers_have_no_ngrams(tmp_path: Path) -> None:
    changes = {"labels": [b"__label__x"], "architecture": 3}
    kv = load(tmp_path, model(version=11, **changes))  # type: ignore[arg-type]
    assert kv.keys == WORDS
    np.testing.assert_array_equal(kv.vectors, MATRIX[: len(WORDS)])
    kv = load(tmp_path, model(version=12, **changes))  # type: ignore[arg-type]
    np.testing.assert_allclose(kv["the"], MATRIX[[1, *rows_by_the_letter("the", 2, 4)]].mean(axis=0), atol=1e-6)


def test_words_that_are_not_utf8(tmp_path: Path) -> None:
    words = [b"ab", b"caf\xe9", b"c", b"d", b"e", b"f"]
    with pytest.raises(FormatError, match=r"word 1: the key b'caf\\xe9' is not UTF-8"):
        load(tmp_path, model(words=words))
    assert load(tmp_path, model(words=words), errors="replace").keys[1] == "caf\ufffd"


DICTIONARY = 8 + 56  # where the sizes are in a file with a version
SHAPE = len(model()) - MATRIX.nbytes - 16


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (model()[:-1], "claims 56 rows of 4 numbers, but 895 bytes follow"),
        (model()[: DICTIONARY + 40], "word|cut short"),
        (model()[:30], "cut short|cannot be told"),
        (model(version=13), "version 13 of fastText's format is not known"),
        (model(changes=[(8, struct.pack("<i", -4))]), "not a fastText model: its settings"),
        (model(changes=[(DICTIONARY, struct.pack("<2i", 2**30, 2**30))]), "claims 1073741824 entries"),
        (model(changes=[(DICTIONARY + 20, struct.pack("<q", 5))]), "pruned n-grams, as quantised models do"),
        (model(changes=[(SHAPE - 1, b"\1")]), r"quantised \(.ftz\)"),
        (model(changes=[(SHAPE, struct.pack("<q", 2**60))]), "claims 1152921504606846976 rows"),
        (model(changes=[(SHAPE + 8, struct.pack("<q", 5))]), "the settings say 4"),
        (model(changes=[(8 + 32, struct.pack("<i", 49))]), "56 rows for 6 words and 49 buckets"),
        (model(words=[b"a", b"a", b"b", b"c", b"d", b"e"]), "word 1: the key 'a' appears twice"),
        (model(changes=[(DICTIONARY + 28 + 13, b"\1")]), "entry 0 .* is of kind 1"),
    ],
)
def test_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        load(tmp_path, content)


def test_compressed_and_absent(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="compressed: unpack it first"):
        load(tmp_path, gzip.compress(model()), format="fasttext")
    with pytest.raises(FormatError, match="cannot be read"):
        KeyedVectors.load(tmp_path / "absent.bin", format="fasttext")
