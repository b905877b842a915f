"""The readers on files that other programs wrote; skipped where these are not at hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill.errors import FormatError
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.fasttext import read_fasttext_model, write_fasttext_model

SHARED = Path(os.environ.get("WORDMILL_SHARED", Path(__file__).parents[3] / "shared" / "data"))
FIXTURES = SHARED / "fixtures"

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason=f"no files of other programs in {FIXTURES}")


def load(name: str, **options: Any) -> KeyedVectors:
    return KeyedVectors.load(FIXTURES / name, **options)


def by_hand(name: str, *, header: bool, encoding: str = "utf-8") -> tuple[list[str], Any]:
    """Keys and numbers of a text file, read in the simplest way."""
    lines = (FIXTURES / name).read_text(encoding=encoding).strip("\n").split("\n")[int(header) :]
    rows = [line.rstrip().split(" ") for line in lines]
    return [row[0] for row in rows], np.array([[float(x) for x in row[1:]] for row in rows], dtype=np.float32)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("allennlp/fake_embeddings.5d.txt", False),
        ("bnosac-word2vec/example.txt", True),
        ("finalfusion-python/embeddings.dims.txt", True),
        ("finalfusion-python/embeddings.txt", False),
        ("finalfusion-rust/similarity.txt", True),
        ("finalfusion-rust/similarity.nodims", False),
        ("gensim/EN.1-10.cbow1_wind5_hs0_neg10_size300_smpl1e-05.txt", True),
        ("gensim/IT.1-10.cbow1_wind5_hs0_neg10_size300_smpl1e-05.txt", True),
        ("gensim/crime-and-punishment.vec", True),
        ("gensim/lee_fasttext.vec", True),
        ("gensim/test_glove.txt", False),
        ("gensim/toy-model.vec", True),
        ("gensim/word2vec_pre_kv_c", True),
        ("magnitude/fasttext.vec", True),
        ("magnitude/glove.txt", False),
        ("magnitude/word2vec.txt", True),
        ("node2vec/karate.emb", True),
        ("vecto/text/plain_no_file_header/emb.txt", False),
        ("vecto/text/plain_with_file_header/emb.txt", True),
    ],
)
def test_text(name: str, header: bool) -> None:
    keys, rows = by_hand(name, header=header)
    kv = load(name)
    assert kv.keys == keys
    np.testing.assert_array_equal(kv.vectors, rows)


@pytest.mark.parametrize("suffix", ["bz2", "gz", "xz"])
def test_compressed_text(suffix: str) -> None:
    np.testing.assert_array_equal(
        load(f"allennlp/fake_embeddings.5d.txt.{suffix}").vectors, load("allennlp/fake_embeddings.5d.txt").vectors
    )


@pytest.mark.parametrize("size", [100, 300])
def test_real_glove(size: int) -> None:
    kv = load(f"allennlp/glove.6B.{size}d.sample.txt.gz")
    assert kv.vectors.shape == (100, size)


@pytest.mark.parametrize(
    ("binary", "text", "tolerance"),
    [
        ("finalfusion-rust/similarity.bin", "finalfusion-rust/similarity.txt", 1e-6),
        ("finalfusion-rust/similarity.fifu", "finalfusion-rust/similarity.txt", 1e-5),
        ("finalfusion-python/embeddings.fifu", "finalfusion-python/embeddings.txt", 1e-5),
        ("magnitude/word2vec.bin", "magnitude/word2vec.txt", 1e-6),
        ("gensim/crime-and-punishment.bin", "gensim/crime-and-punishment.vec", 1e-4),
        ("gensim/toy-model.bin", "gensim/toy-model.vec", 1e-4),
        ("gensim/lee_fasttext.bin", "gensim/lee_fasttext.vec", 1e-4),
    ],
)
def test_two_forms_of_one_model(binary: str, text: str, tolerance: float) -> None:
    one, other = load(binary), load(text)
    assert one.keys == other.keys
    np.testing.assert_allclose(one.vectors, other.vectors, rtol=tolerance, atol=tolerance)


def test_more_binaries() -> None:
    one, other = load("bnosac-word2vec/example.bin"), load("bnosac-word2vec/example.txt")  # the text is not scaled
    np.testing.assert_allclose(one.unit_vectors(range(640)), other.unit_vectors(range(640)), atol=1e-5)
    assert load("gensim/high_precision.kv.bin").keys == load("gensim/high_precision.kv.txt").keys
    assert load("finalfusion-rust/analogy.bin").most_similar(["Berlin"], topn=1)[0].similarity > 0.5
    np.testing.assert_allclose(load("finalfusion-python/embeddings.w2v").norms, 1, rtol=1e-5)
    np.testing.assert_allclose(load("finalfusion-python/pq-check.fifu").norms, 1, rtol=1e-5)


def test_float64_digits() -> None:
    kv = load("gensim/high_precision.kv.txt", dtype="float64")
    assert kv["horse.n.01"].tolist() == [-0.0008546282343595379, 0.0007694142576316829]


def test_integer_nodes() -> None:
    kv = load("node2vec/karate.emb", keys="int")
    assert sorted(kv) == list(range(1, 35))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("finalfusion-rust/fasttext.bin", 157),
        ("gensim/lee_fasttext_new.bin", 1763),
        ("gensim/non_ascii_fasttext.bin", 171),
        ("gensim/toy-model-pretrained.bin", 24),
    ],
)
def test_fasttext(name: str, count: int) -> None:
    model = read_fasttext_model(FIXTURES / name)
    assert len(model.words) == len(model.counts) == count
    unheard = model.subwords.vector("unheard-of")
    assert unheard is not None
    assert np.linalg.norm(unheard) > 0


@pytest.mark.parametrize(
    "name",
    [
        "finalfusion-rust/fasttext.bin",
        "gensim/crime-and-punishment.bin",
        "gensim/toy-model-pretrained.bin",
        "gensim/toy-model.bin",
    ],
)
def test_fasttext_is_written_as_it_was(tmp_path: Path, name: str) -> None:
    write_fasttext_model(tmp_path / "m.bin", read_fasttext_model(FIXTURES / name))
    assert (tmp_path / "m.bin").read_bytes() == (FIXTURES / name).read_bytes()


def test_quantised_fasttext() -> None:
    """The identifier of languages: words of one language are near each other."""
    kv, model = load("fasttext-lid/lid.176.ftz"), read_fasttext_model(FIXTURES / "fasttext-lid" / "lid.176.ftz")
    assert kv.keys == model.words
    assert (len(kv), len(model.labels), model.labels[0]) == (7235, 176, "__label__en")
    assert len(model.subwords.rows) == 42_765
    french = [kv.unit_vectors_of([word])[0] for word in ("heureusement", "aujourd'hui")]
    german = kv.unit_vectors_of(["zwischen"])[0]
    assert french[0] @ french[1] > french[0] @ german


def test_fasttext_in_another_encoding() -> None:
    with pytest.raises(FormatError, match="is not UTF-8"):
        load("gensim/cp852_fasttext.bin")
    assert len(load("gensim/cp852_fasttext.bin", errors="replace", duplicates="first")) > 100


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("finalfusion-python/ff_buckets.fifu", "subwords in buckets"),
        ("finalfusion-rust/quantized.fifu", "a quantised matrix"),
        ("finalfusion-rust/utf8-incomplete.bin", "row 2 .* is not UTF-8"),
        ("finalfusion-rust/utf8-incomplete.dims", "line 3: .* is not UTF-8"),
        ("finalfusion-rust/utf8-incomplete.txt", "line 2: .* is not UTF-8"),
        ("gensim/lee_fasttext", "a pickle"),
        ("gensim/pretrained.vec", "claims 3 vectors, but the file ends after 1"),
        ("gensim/w2v_keyedvectors_load_test.modeldata", "line 2: .* is not UTF-8"),
        ("allennlp/fake_embeddings.5d.txt.tar.gz", "tar archive"),
        ("allennlp/fake_embeddings.5d.txt.zip", "zip archive"),
        ("vecto/text/corrupted/emb.txt", "line 2 has 3 numbers after its key, not 4"),
        ("model2vec-rs/test-model-float32/config.json", "give the directory of the model"),
        ("model2vec-rs/test-model-float32", "not a model directory of wordmill"),
        ("model2vec-rs/test-model-float32/model.safetensors", "give the directory of the model"),
    ],
)
def test_refused(name: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        load(name)
