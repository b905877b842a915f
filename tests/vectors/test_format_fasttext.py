from __future__ import annotations

import gzip
import struct
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fasttext_files import BUCKETS, MATRIX, OUTPUT, SIZE, WORDS, dense, model, quantised
from test_subwords import buckets_by_the_letter

from wordmill.errors import FormatError, OutputError
from wordmill.vectors import KeyedVectors, formats
from wordmill.vectors.formats.fasttext import (
    Architecture,
    FastTextModel,
    FastTextSettings,
    Loss,
    matrices,
    read_fasttext_model,
    write_fasttext_model,
)
from wordmill.vectors.subword_parts import fewer_buckets
from wordmill.vectors.subwords import Ngrams, Subwords, ngrams_by_definition


def rows_of(word: str, shortest: int, longest: int) -> list[int]:
    return [len(WORDS) + bucket for bucket in buckets_by_the_letter(word, shortest, longest, BUCKETS)]


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
        if word != "</s>" or version:
            rows = [row, *rows_of(word, shortest, longest)]
            np.testing.assert_allclose(kv[word], MATRIX[rows].mean(axis=0), atol=1e-6)
    assert formats.detect(tmp_path / "m.bin") == "fasttext"
    assert load(tmp_path, model(), limit=2).keys == WORDS[:2]


def test_the_end_of_a_sentence_is_its_own_row_but_in_the_oldest_files(tmp_path: Path) -> None:
    np.testing.assert_array_equal(load(tmp_path, model())["</s>"], MATRIX[0])
    _, buckets = ngrams_by_definition(Ngrams(2, 4, BUCKETS), [b"</s>"], whole=())
    assert len(buckets) == 12
    oldest = np.vstack([MATRIX[:1], MATRIX[len(WORDS) + buckets]]).mean(axis=0)
    np.testing.assert_allclose(load(tmp_path, model(version=0))["</s>"], oldest, atol=1e-6)


def test_unseen_words(tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(model())
    subwords = read_fasttext_model(tmp_path / "m.bin").subwords
    for word in ("unseen", "日", "the"):
        made = subwords.vector(word)
        assert made is not None
        np.testing.assert_allclose(made, MATRIX[rows_of(word, 2, 4)].mean(axis=0), atol=1e-6)


def test_labels_are_passed_over_and_old_classifiers_have_no_ngrams(tmp_path: Path) -> None:
    changes = {"labels": [b"__label__x"], "architecture": 3}
    kv = load(tmp_path, model(version=11, **changes))  # type: ignore[arg-type]
    assert kv.keys == WORDS
    np.testing.assert_array_equal(kv.vectors, MATRIX[: len(WORDS)])
    kv = load(tmp_path, model(version=12, **changes))  # type: ignore[arg-type]
    np.testing.assert_allclose(kv["the"], MATRIX[[1, *rows_of("the", 2, 4)]].mean(axis=0), atol=1e-6)


PRUNED = {7: 2, 0: 0, 49: 1, 12: 3}


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("lengths", [False, True])
@pytest.mark.parametrize("pruned", [None, {}, PRUNED])
def test_quantised(tmp_path: Path, width: int, lengths: bool, pruned: dict[int, int] | None) -> None:
    matrix, rows = quantised(len(WORDS) + (BUCKETS if pruned is None else len(pruned)), width, lengths=lengths)
    kv = load(tmp_path, model(matrix=matrix, pruned=pruned, shortest=1, longest=2))
    places = {bucket: bucket for bucket in range(BUCKETS)} if pruned is None else pruned

    def expected(own: list[int], word: str) -> Any:
        buckets = buckets_by_the_letter(word, 1, 2, BUCKETS)
        used = own + [len(WORDS) + places[bucket] for bucket in buckets if bucket in places]
        return rows[used].mean(axis=0) if used else np.zeros(SIZE)

    for row, word in enumerate(WORDS):
        np.testing.assert_allclose(kv[word], expected([row], word), atol=1e-6)
    whole = read_fasttext_model(tmp_path / "m.bin")
    np.testing.assert_array_equal(whole.word_rows, rows[: len(WORDS)])
    np.testing.assert_array_equal(whole.output, OUTPUT)
    for word in ("unseen", "日", "x"):
        made = whole.subwords.vector(word)
        np.testing.assert_allclose(np.zeros(SIZE) if made is None else made, expected([], word), atol=1e-6)
    if pruned is not None:
        with pytest.raises(OutputError, match="n-grams were taken out of this model, so it cannot be written"):
            write_fasttext_model(tmp_path / "o.bin", whole)


def test_quantised_output(tmp_path: Path) -> None:
    matrix, _ = quantised(len(WORDS) + BUCKETS)
    output, rows = quantised(len(WORDS), 2)
    (tmp_path / "m.ftz").write_bytes(model(matrix=matrix, output=False) + output)
    np.testing.assert_array_equal(read_fasttext_model(tmp_path / "m.ftz").output, rows)


# -- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        model(),
        model(longest=0),
        model(labels=[b"__label__x", b"__label__y"], architecture=3),
        model(words=[b"new york", b"", b"caf\xe9", "\u2028".encode(), b"e", b"f"]),
    ],
)
def test_read_then_written_is_the_same(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.bin").write_bytes(content)
    read = read_fasttext_model(tmp_path / "m.bin", errors="surrogateescape")
    write_fasttext_model(tmp_path / "o.bin", read)
    assert (tmp_path / "o.bin").read_bytes() == content
    write_fasttext_model(tmp_path / "m.bin", read)  # mapped while it is replaced
    assert (tmp_path / "m.bin").read_bytes() == content


def test_older_files_are_written_in_the_version_of_today(tmp_path: Path) -> None:
    for version in (0, 11):
        (tmp_path / "m.bin").write_bytes(model(version=version))
        write_fasttext_model(tmp_path / "o.bin", read_fasttext_model(tmp_path / "m.bin"))
        assert (tmp_path / "o.bin").read_bytes() == model()


NGRAMS = Ngrams(2, 4, BUCKETS)


def parts(**changes: Any) -> FastTextModel:
    settings = FastTextSettings(
        SIZE, 5, 5, 1, 5, 1, Loss.NEGATIVE_SAMPLING, Architecture.SKIPGRAM, BUCKETS, 2, 4, 100, 1e-4
    )
    given = {
        "settings": settings,
        "words": WORDS,
        "counts": np.arange(100, 94, -1),
        "word_rows": MATRIX[: len(WORDS)],
        "subwords": Subwords(NGRAMS, MATRIX[len(WORDS) :]),
        "output": OUTPUT,
        "tokens": 1000,
    }
    return FastTextModel(**{**given, **changes})


def test_made_of_parts(tmp_path: Path) -> None:
    write_fasttext_model(tmp_path / "m.bin", parts())
    assert (tmp_path / "m.bin").read_bytes() == model()
    write_fasttext_model(tmp_path / "m.bin", parts(word_rows=MATRIX[: len(WORDS)].astype(np.float64)))
    assert (tmp_path / "m.bin").read_bytes() == model()


def test_buckets_without_a_row_are_zeros(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrices, "_NUMBERS", 3 * SIZE)  # three rows at once
    numbers = np.array([0, 5, 6, 31, 49])
    subwords = Subwords(NGRAMS, MATRIX[len(WORDS) + numbers], numbers)
    write_fasttext_model(tmp_path / "m.bin", parts(subwords=subwords))
    whole = read_fasttext_model(tmp_path / "m.bin")
    expected = np.zeros((BUCKETS, SIZE), np.float32)
    expected[numbers] = subwords.rows
    np.testing.assert_array_equal(whole.subwords.rows, expected)
    ours, theirs = subwords.vector("unseen"), whole.subwords.vector("unseen")
    known, every = (len(part.rows_of([b"unseen"])[0]) for part in (subwords, whole.subwords))
    assert ours is not None
    assert theirs is not None
    np.testing.assert_allclose(ours * known, theirs * every, atol=1e-6)


def test_millions_of_buckets_are_never_held(tmp_path: Path) -> None:
    settings = replace(parts().settings, bucket=1_000_000)
    used = Subwords(Ngrams(2, 4, 1_000_000), np.ones((1, SIZE), np.float32), np.array([3]))
    tracemalloc.start()
    write_fasttext_model(tmp_path / "m.bin", parts(settings=settings, subwords=used))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "m.bin").stat().st_size > 16_000_000
    assert peak < 6_000_000


def test_output_that_is_left_out_is_zeros(tmp_path: Path) -> None:
    write_fasttext_model(tmp_path / "m.bin", parts(output=None))
    np.testing.assert_array_equal(read_fasttext_model(tmp_path / "m.bin").output, np.zeros_like(OUTPUT))
    tree = replace(parts().settings, loss=Loss.HIERARCHICAL_SOFTMAX)
    write_fasttext_model(tmp_path / "m.bin", parts(settings=tree, output=OUTPUT[:-1]))
    np.testing.assert_array_equal(read_fasttext_model(tmp_path / "m.bin").output, [*OUTPUT[:-1], np.zeros(SIZE)])
    (tmp_path / "m.bin").write_bytes(model(output=False))
    assert read_fasttext_model(tmp_path / "m.bin").output is None


ROWS_NOT_RISING = [[1, 1], [2, 1], [-1, 2], [1, 50], [1]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"words": ["a", "b", "c", "d", "e", "f\0g"]}, "holds a zero, which ends words there"),
        ({"words": ["a", "b", "c", "d", "e", "\ud800"]}, "holds half a character"),
        ({"words": ["a", "b", "c", "d", "e", "a"]}, "a word is there twice"),
        ({"counts": np.arange(5)}, "6 words but 5 counts"),
        ({"counts": np.arange(-1, 5)}, "counts, from 0, are needed"),
        ({"word_rows": MATRIX[:5]}, r"matrices .* do not fit 6 words"),
        ({"subwords": Subwords(NGRAMS, MATRIX[:5])}, "do not fit"),
        ({"subwords": Subwords(Ngrams(2, 4, 49), MATRIX[:49])}, "do not fit"),
        ({"subwords": Subwords(Ngrams(2, 5, BUCKETS), MATRIX[:BUCKETS])}, "do not fit"),
        *(({"subwords": Subwords(NGRAMS, MATRIX[:2], np.array(rows))}, "do not fit") for rows in ROWS_NOT_RISING),
        ({"output": OUTPUT[:-1]}, "do not fit"),
        ({"output": OUTPUT[:, :-1]}, "do not fit"),
    ],
)
def test_what_does_not_fit_is_not_written(tmp_path: Path, changes: Any, message: str) -> None:
    (tmp_path / "m.bin").write_bytes(b"old")
    with pytest.raises(OutputError, match=message):
        write_fasttext_model(tmp_path / "m.bin", parts(**changes))
    assert (tmp_path / "m.bin").read_bytes() == b"old"


# -- vectors with n-grams ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [None, 5])
def test_vectors_are_written_and_read_the_same(tmp_path: Path, most: int | None) -> None:
    """Also those whose n-grams were thinned out, of which fastText counts all."""
    kv = load(tmp_path, model())
    if most is not None:
        smaller, _ = fewer_buckets(kv, most)
        kv = kv.replace(vectors=kv.vectors, subwords=smaller)
    kv.save(tmp_path / "o.bin", format="fasttext")
    again = KeyedVectors.load(tmp_path / "o.bin")
    assert again.keys == kv.keys
    np.testing.assert_allclose(again.vectors, kv.vectors, atol=1e-6)
    np.testing.assert_array_equal(again.counts, kv.counts)
    one, other = again["unseen"], kv["unseen"]
    np.testing.assert_allclose(one / np.linalg.norm(one), other / np.linalg.norm(other), atol=1e-5)


def test_vectors_without_ngrams(tmp_path: Path) -> None:
    kv = KeyedVectors(["a", "new york"], MATRIX[:2])
    kv.save(tmp_path / "o.bin", format="fasttext")
    again = KeyedVectors.load(tmp_path / "o.bin")
    assert again.subwords is None
    np.testing.assert_array_equal(again.vectors, kv.vectors)
    with pytest.raises(OutputError, match="the keys here are integers"):
        KeyedVectors([1, 2], MATRIX[:2]).save(tmp_path / "o.bin", format="fasttext")


def test_unseen_words_of_vectors(tmp_path: Path) -> None:
    kv = load(tmp_path, model())
    np.testing.assert_allclose(kv["unseen"], MATRIX[rows_of("unseen", 2, 4)].mean(axis=0), atol=1e-6)
    assert "unseen" not in kv
    (tmp_path / "m.bin").write_bytes(model())
    with pytest.raises(FormatError, match="was written to while it is in use"):
        kv.vectors  # noqa: B018
    with pytest.raises(FormatError, match="the row of an n-gram holds NaN"):
        load(tmp_path, model(changes=[(SHAPE + 16 + MATRIX[: len(WORDS) + 2].nbytes, struct.pack("<f", np.nan))]))


# -- files that cannot be believed ------------------------------------------------------------------------------------


def test_words_that_are_not_utf8(tmp_path: Path) -> None:
    words = [b"ab", b"caf\xe9", b"c", b"d", b"e", b"f"]
    with pytest.raises(FormatError, match=r"word 1: the key b'caf\\xe9' is not UTF-8"):
        load(tmp_path, model(words=words))
    assert load(tmp_path, model(words=words), errors="replace").keys[1] == "caf\ufffd"
    with pytest.raises(FormatError, match=r"word 1, b'caf\\xe9', is not UTF-8 .*errors='surrogateescape'"):
        read_fasttext_model(tmp_path / "m.bin")


DICTIONARY = 8 + 56  # where the sizes are in a file with a version
SHAPE = len(model(output=False)) - MATRIX.nbytes - 16
CODES = quantised(len(WORDS) + BUCKETS)[0]
QUANTISER = 22 + 2 * (len(WORDS) + BUCKETS)  # where the quantiser is, after flags, shape and codes


def broken(*changes: tuple[int, bytes]) -> bytes:
    """Return a quantised model with changes in its matrix."""
    return model(matrix=quantised(len(WORDS) + BUCKETS, changes=changes)[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (model()[:-1], "claims 6 rows of 4 numbers, but 95 bytes follow"),
        (model(output=False)[:-1], "claims 56 rows of 4 numbers, but 895 bytes follow"),
        (model() + b"x", "1 bytes follow the last matrix"),
        (model(output=False) + b"\0" + dense(OUTPUT[:5]), "5 rows of output, where 6 are asked for"),
        (model(output=False) + b"\2", "must be 0 or 1, not 2"),
        (model()[: DICTIONARY + 40], "word|cut short"),
        (model()[:30], "cut short|cannot be told"),
        (model(version=13), "version 13 of fastText's format is not known"),
        (model(changes=[(8, struct.pack("<i", -4))]), "not a fastText model: its settings"),
        (model(changes=[(DICTIONARY, struct.pack("<2i", 2**30, 2**30))]), "claims 1073741824 entries"),
        (model(pruned=PRUNED), "holds pruned n-grams, but is not quantised"),
        (model(changes=[(DICTIONARY + 20, struct.pack("<q", 2**60))]), "is cut short"),
        (model(changes=[(SHAPE - 1, b"\1")]), "claims|must be 0 or 1"),
        (model(matrix=CODES, pruned=PRUNED), "56 rows for 6 words do not fit its 4 n-grams"),
        (model(matrix=quantised(8)[0], pruned={50: 0, 3: 1}), "do not fit its 2 n-grams"),
        (model(matrix=quantised(8)[0], pruned={4: 0, 3: 2}), "do not fit its 2 n-grams"),
        (model(matrix=quantised(8)[0], pruned={-1: 0, 3: 1}), "do not fit its 2 n-grams"),
        (broken((2, struct.pack("<q", 55))), "112 codes for 55 rows of 2 pieces"),
        (broken((2, struct.pack("<q", 2**60))), "claims 1152921504606846976 rows"),
        (broken((10, struct.pack("<q", 5))), "the settings say 4"),
        (broken((18, struct.pack("<i", -1))), "in -1 codes"),
        (broken((18, struct.pack("<i", 2**31 - 1))), "in 2147483647 codes"),
        (broken((1, b"\7")), "must be 0 or 1, not 7"),
        *((broken((QUANTISER + 4 * place, struct.pack("<i", 7))), "a quantiser cuts") for place in range(4)),
        (broken((QUANTISER + 8, struct.pack("<i", 0))), "a quantiser cuts"),
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
    with pytest.raises(FormatError, match=r"^\S+ does not exist|^\S+ cannot be read"):
        KeyedVectors.load(tmp_path / "absent.bin", format="fasttext")
    with pytest.raises(FormatError, match="cannot be read: it is an empty file"):
        load(tmp_path, b"", format="fasttext")
