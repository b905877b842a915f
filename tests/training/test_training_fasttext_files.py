"""fastText's files: our models written whole and taken up again, vectors and n-grams to begin with."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fasttext_files import MATRIX, OUTPUT, WORDS
from fasttext_files import model as fasttext_model

from wordmill import FastText, KeyedVectors, Word2Vec
from wordmill.errors import FormatError, NotFittedError, OutputError
from wordmill.training import Callback, Run
from wordmill.vectors.formats.fasttext import read_fasttext_model

TEXTS = [["night", "nights", "nightly"], ["cat", "cats", "catty", "cat"], ["red", "reddish", "cat"]] * 20
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 3, "sample": 0.01, "window": 3}
KINDS: list[dict[str, Any]] = [
    {"subwords": (2, 4), "buckets": 3_000},
    {"subwords": (3, 6), "architecture": "cbow", "negative": 3},
    {"subwords": (1, 3), "buckets": 50, "objective": "hierarchical_softmax"},
    {"objective": "hierarchical_softmax", "architecture": "cbow"},
    {},
]


class Begin(Callback):
    def on_train_begin(self, run: Run) -> None:
        self.init_from = run.init_from


every_kind = pytest.mark.parametrize("kind", KINDS)


def fitted(**changes: Any) -> Word2Vec:
    return Word2Vec(**{**SMALL, "cbow_update": "word2vec", "ns_exponent": 0.5, "alpha": 0.05, **changes}).fit(TEXTS)


@every_kind
def test_a_model_comes_back_whole_and_goes_on_as_if_it_had_never_left(kind: dict[str, Any], tmp_path: Path) -> None:
    model = fitted(**kind)
    model.save_fasttext(tmp_path / "m.bin")
    loaded = Word2Vec.load(tmp_path / "m.bin")
    given = {name: value for name, value in model.get_params().items() if name not in ("workers", "buckets")}
    assert {name: value for name, value in loaded.get_params().items() if name in given} == given
    assert loaded.wv.index_to_key == model.wv.index_to_key
    np.testing.assert_allclose(loaded.wv.vectors, model.wv.vectors, atol=1e-6)
    np.testing.assert_array_equal(loaded.output_vectors, model.output_vectors)
    assert loaded.score(TEXTS) == pytest.approx(model.score(TEXTS), abs=1e-5)
    model.save_fasttext(tmp_path / "a.bin")
    loaded.save_fasttext(tmp_path / "b.bin")
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()
    model._trained.history.clear()  # type: ignore[union-attr]  # a file does not say how many epochs there were
    for one in (model, loaded):
        one.set_params(workers=1).partial_fit(TEXTS, epochs=1)
    np.testing.assert_allclose(loaded.wv.vectors, model.wv.vectors, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(loaded.output_vectors, model.output_vectors, rtol=1e-5, atol=1e-6)


def test_a_loaded_model_is_saved_as_a_directory_and_goes_on(tmp_path: Path) -> None:
    fitted(**KINDS[0]).save_fasttext(tmp_path / "m.bin")
    loaded = FastText.load(tmp_path / "m.bin")
    loaded.save(tmp_path / "m")
    again = Word2Vec.load(tmp_path / "m")
    assert again.history == []
    for one in (loaded, again):
        one.set_params(workers=1).partial_fit([["cat", "kitten"]] * 5, extend_vocab=True, epochs=1)
    np.testing.assert_array_equal(again.wv.vectors, loaded.wv.vectors)
    assert "kitten" in again.wv


def test_fasttexts_own_file_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(fasttext_model())
    model = FastText.load(tmp_path / "m.bin")
    assert (model.subwords, model.buckets, model.sample, model.min_count) == ((2, 4), 50, 1e-4, 1)
    np.testing.assert_array_equal(model.output_vectors, OUTPUT)
    model.set_params(sample=0.0, alpha=1e-7, min_alpha=0.0).partial_fit([["the", "naïve", "a"]] * 9, epochs=1)
    order = [WORDS.index(word) for word in model.wv.index_to_key]  # counts have grown, and each row moved with its word
    np.testing.assert_allclose(model.output_vectors, OUTPUT[order], atol=1e-4)
    model.save_fasttext(tmp_path / "again.bin")
    whole = read_fasttext_model(tmp_path / "again.bin")
    assert list(whole.words) == model.wv.index_to_key != WORDS
    np.testing.assert_allclose(whole.word_rows, MATRIX[order], atol=1e-4)
    known = model.wv.subwords
    assert known is not None
    np.testing.assert_allclose(whole.subwords.rows[known.numbers], MATRIX[len(WORDS) :][known.numbers], atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": [b"__label__a"], "architecture": 3}, "it is a classifier"),
        ({"changes": [(8 + 4 * 6, (3).to_bytes(4, "little"))]}, "a softmax over all words"),
        ({"changes": [(8 + 4 * 1, (0).to_bytes(4, "little"))]}, "window=0 is not allowed"),
        ({"changes": [(-16, b"\0\0\xc0\x7f")]}, "NaN"),
    ],
)
def test_models_that_cannot_be_trained_on(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    content = bytearray(fasttext_model(**{**changes, "changes": ()}))
    for offset, piece in changes.get("changes", ()):
        place = offset % len(content)
        content[place : place + len(piece)] = piece
    (tmp_path / "m.bin").write_bytes(content)
    with pytest.raises(FormatError, match=rf"m\.bin cannot be trained on, .*{message}.*: KeyedVectors\.load reads"):
        Word2Vec.load(tmp_path / "m.bin")
    assert len(KeyedVectors.load(tmp_path / "m.bin")) == len(WORDS)


def test_a_file_without_output_says_so_where_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(fasttext_model(output=False))
    model = Word2Vec.load(tmp_path / "m.bin")
    for use in (lambda: model.partial_fit(TEXTS), lambda: model.save_fasttext(tmp_path / "o.bin")):
        with pytest.raises(NotFittedError, match="without its output vectors"):
            use()
    KeyedVectors(["a", "b"], np.eye(2, dtype=np.float32)).save(tmp_path / "v.txt")
    with pytest.raises(FormatError, match=r"holds vectors alone \(word2vec-text\)"):
        Word2Vec.load(tmp_path / "v.txt")


def test_what_cannot_be_written_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(NotFittedError, match="call fit first"):
        Word2Vec().save_fasttext(tmp_path / "m.bin")
    with pytest.raises(OutputError, match="fastText's words are text"):
        Word2Vec(**SMALL).fit([[1, 2], [2, 3]] * 9).save_fasttext(tmp_path / "m.bin")
    with caplog.at_level(logging.WARNING):
        fitted(window="sequence").save_fasttext(tmp_path / "m.bin")
    assert "fastText has no windows of whole sequences" in caplog.text
    assert read_fasttext_model(tmp_path / "m.bin").settings.ws == 5


def test_ngrams_begin_with_the_rows_of_init_from(tmp_path: Path) -> None:
    """With a rate that moves nothing, known words have their vectors, and unseen ones theirs."""
    first = fitted(**KINDS[0])
    first.save_fasttext(tmp_path / "m.bin")
    first.wv.save(tmp_path / "m")
    still = {**SMALL, **KINDS[0], "alpha": 1e-9, "min_alpha": 0.0}
    texts = [[*words, "knight"] for words in TEXTS]
    for start in (first.wv, tmp_path / "m.bin", tmp_path / "m"):
        second = Word2Vec(**still).fit(texts, init_from=start)
        for word in (*first.wv.keys, "nightcat"):
            np.testing.assert_allclose(second.wv[word], first.wv[word], atol=1e-6)
        before, after = first.wv.subwords, second.wv.subwords
        assert before is not None
        assert after is not None
        assert before.numbers is not None
        assert len(after.rows) > len(before.rows)  # knight has n-grams of its own
        begun: Any = after.rows[after.places_of(before.numbers)]
        np.testing.assert_allclose(begun, before.rows, atol=1e-6)
    other = Word2Vec(**{**still, "buckets": 2_999}).fit(texts, init_from=first.wv)
    np.testing.assert_allclose(other.wv["night"], first.wv["night"], atol=1e-6)
    assert not np.allclose(other.wv["nightcat"], first.wv["nightcat"], atol=1e-2)


def test_a_run_from_other_ngrams_is_another_run(tmp_path: Path) -> None:
    """A checkpoint is not taken for that of a run that began with the same words, and other rows of n-grams."""
    first = fitted(**KINDS[0])
    assert first.wv.subwords is not None
    moved = first.wv.replace(
        keys=first.wv.key_table, vectors=first.wv.vectors, counts=first.wv.counts,
        subwords=type(first.wv.subwords)(
            first.wv.subwords.ngrams, first.wv.subwords.rows + 1, first.wv.subwords.numbers
        ),
    )  # fmt: skip
    begun = [Begin(), Begin(), Begin()]
    for start, watch in zip((first.wv, moved, first.wv), begun, strict=True):
        Word2Vec(**{**SMALL, **KINDS[0], "epochs": 1}).fit(TEXTS, init_from=start, callbacks=[watch])
    assert begun[0].init_from == begun[2].init_from != begun[1].init_from
