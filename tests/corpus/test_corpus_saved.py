"""A saved corpus comes back as it was, or not at all."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_reader import content

import wordmill.corpus.encoded
from wordmill.corpus import EncodedCorpus, Vocab, read_corpus
from wordmill.errors import FormatError, OutputError
from wordmill.safetensors import read_safetensors

WORDS = [["the", "cat", "sat"], [], ["the", "мышь", "sat"], ["the", "fox\n"]]
NUMBERS = [[5, -7, 5], [2**62, 5], []]


@pytest.fixture(params=[WORDS, NUMBERS], ids=["words", "numbers"])
def corpus(request: pytest.FixtureRequest) -> EncodedCorpus:
    return read_corpus(request.param, min_count=1)


def test_comes_back_as_it_was(corpus: EncodedCorpus, tmp_path: Path) -> None:
    path = tmp_path / "corpus.encoded"
    corpus.save(path)
    loaded = EncodedCorpus.load(path)
    assert content(loaded) == content(corpus)
    assert loaded.vocab == corpus.vocab
    assert loaded.vocab.kind == corpus.vocab.kind
    assert loaded.fingerprint() == corpus.fingerprint()
    for fact in ("tokens_read", "tokenizer", "lowercase", "count_error"):
        assert getattr(loaded, fact) == getattr(corpus, fact)
    assert not loaded.ids.flags.writeable
    assert isinstance(loaded.ids.base.base, np.memmap) or isinstance(loaded.ids.base, np.memmap)  # type: ignore[union-attr]


def test_facts_come_back(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("A a B b c", encoding="utf-8")
    for lowercase in (False, True):
        corpus = read_corpus(text, min_count=1, tokenizer="words", lowercase=lowercase)
        corpus.save(tmp_path / "saved")
        loaded = EncodedCorpus.load(tmp_path / "saved")
        assert (loaded.tokenizer, loaded.lowercase, loaded.tokens_read) == ("words", lowercase, 5)
    forgetful = EncodedCorpus(corpus.vocab, corpus.ids, corpus.offsets, tokens_read=9, count_error=3)
    forgetful.save(tmp_path / "saved")
    assert EncodedCorpus.load(tmp_path / "saved").count_error == 3


def test_a_path_to_a_saved_corpus_is_a_source(corpus: EncodedCorpus, tmp_path: Path) -> None:
    path = tmp_path / "saved"
    corpus.save(path)
    assert read_corpus(path).vocab == corpus.vocab
    assert read_corpus(str(path), min_count=99).vocab == corpus.vocab  # its vocabulary stands
    assert read_corpus(corpus) is corpus


def test_is_a_safetensors_file(corpus: EncodedCorpus, tmp_path: Path) -> None:
    """Other tools read it."""
    from safetensors.numpy import load_file

    corpus.save(tmp_path / "saved")
    arrays = load_file(tmp_path / "saved")
    assert arrays["ids"].tolist() == corpus.ids.tolist()
    assert set(arrays) == set(read_safetensors(tmp_path / "saved"))


def test_fingerprint_tells_corpora_apart() -> None:
    def fingerprint(sequences: Any, **thresholds: int) -> str:
        return read_corpus(sequences, **{"min_count": 1, **thresholds}).fingerprint()  # type: ignore[arg-type]

    base = [["a", "b", "c"], ["c", "b", "a"]]
    assert fingerprint(base) == fingerprint([list(sequence) for sequence in base])
    others = [
        [["a", "b", "c"], ["c", "a", "b"]],
        [["a", "b"], ["c", "c", "b", "a"]],
        [["a", "b", "d"], ["d", "b", "a"]],
        [*base, ["a", "b", "c"]],
        [*base, []],
    ]
    assert len({fingerprint(other) for other in [base, *others]}) == 1 + len(others)
    assert fingerprint([[1, 2], [2, 1]]) != fingerprint([["1", "2"], ["2", "1"]])


@cache
def saved_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        read_corpus(WORDS, min_count=1).save(Path(folder) / "saved")
        return (Path(folder) / "saved").read_bytes()


@given(st.data())
def test_no_corrupt_byte_goes_unseen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("saved") / "corpus"
    whole = saved_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.integers(1, 255))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
    try:
        loaded = EncodedCorpus.load(path)
    except FormatError:
        return
    assert whole[place : place + 1].isspace()  # padding of the header
    assert content(loaded) == content(read_corpus(WORDS, min_count=1))


def test_no_cut_goes_unseen(corpus: EncodedCorpus, tmp_path: Path) -> None:
    path = tmp_path / "saved"
    corpus.save(path)
    whole = path.read_bytes()
    for size in {*range(0, len(whole), 9), len(whole) - 1}:
        path.write_bytes(whole[:size])
        with pytest.raises(FormatError):
            EncodedCorpus.load(path)


def test_what_is_no_saved_corpus(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("words\n", encoding="utf-8")
    for path in (text, tmp_path, tmp_path / "missing"):
        with pytest.raises(FormatError, match="not a saved corpus"):
            EncodedCorpus.load(path)


def test_a_failed_save_leaves_what_was_there(
    corpus: EncodedCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "saved"
    path.write_text("precious", encoding="utf-8")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wordmill.corpus.encoded, "write_safetensors", full)
    with pytest.raises(OutputError, match=r"saved.*No space left"):
        corpus.save(path)
    assert path.read_text(encoding="utf-8") == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_sequences_by_number() -> None:
    corpus = read_corpus(WORDS, min_count=1)
    assert len(corpus) == 4
    assert [corpus.vocab.keys[i] for i in corpus[2]] == ["the", "мышь", "sat"]
    assert corpus[-1].tolist() == corpus[3].tolist()
    with pytest.raises(IndexError):
        corpus[4]
    assert "8 tokens in 4 sequences" in repr(corpus)


def test_vocab_is_not_shared_by_mistake() -> None:
    corpus = read_corpus(WORDS, min_count=1)
    with pytest.raises(ValueError, match="read-only"):
        corpus.ids[0] = 3
    with pytest.raises(ValueError, match="read-only"):
        corpus.vocab.counts[0] = 3
    assert corpus.vocab == Vocab(["the", "sat", "cat", "fox\n", "мышь"], np.array([3, 2, 1, 1, 1]))
