"""An EncodedCorpus is checked when it is made, and a mapped one is watched while it is in use."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordmill import Word2Vec
from wordmill.corpus import EncodedCorpus, Vocab, read_corpus
from wordmill.corpus.recode import recode
from wordmill.errors import CorpusError, FormatError, VocabularyError

VOCAB = Vocab(["a", "b", "c"], np.array([3, 2, 1]))
IDS, OFFSETS = [0, 1, 0, 2, 1, 0], [0, 3, 3, 6]


@pytest.mark.parametrize(
    ("ids", "offsets", "message"),
    [
        ([0, 1, 3], [0, 3], "token 2 has id 3, but the vocabulary has 3 keys"),
        ([0, -1], [0, 2], "token 1 has id -1"),
        ([0, 2**31 - 1], [0, 2], "token 1 has id 2147483647"),
        ([0, 2**32], [0, 2], "ids holds numbers from 0 to 4294967296, beyond int32"),
        (np.array([2**64 - 1, 0], np.uint64), [0, 2], "beyond int32"),
        ([0.0, 1.0], [0, 2], "ids of type float64"),
        ([True, False], [0, 2], "ids of type bool"),
        (np.ma.masked_array([0, 1], [False, True]), [0, 2], "ids holds masked items"),
        ([0] * 7, [0, 7], "tokens_read is 6, less than the number of ids, 7"),
        ([[0], [1]], [0, 2], r"shape \(2, 1\)"),
        (["a"], [0, 1], "ids of type <U1"),
        (IDS, [0, 4, 3, 6], "offsets fall from 4 to 3 at sequence 1"),
        (IDS, [0, -1, 6], "offsets fall from 0 to -1"),
        (IDS, [0, 3], "offsets run from 0 to 3: they must run from 0 to the number of ids, 6"),
        (IDS, [0, 7], "offsets run from 0 to 7"),
        (IDS, [1, 6], "offsets run from 1 to 6"),
        (IDS, [], "offsets run to nothing"),
        (IDS, 6, "offsets of type int64 and shape"),
        (IDS, None, "offsets of type object"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(ids: Any, offsets: Any, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        EncodedCorpus(VOCAB, ids, offsets, 6)


@given(
    ids=st.lists(st.one_of(st.integers(0, 2), st.integers(-(2**40), 2**40)), max_size=6),
    offsets=st.lists(st.one_of(st.integers(0, 6), st.integers(-(2**62), 2**62)), max_size=4),
)
def test_whatever_is_accepted_can_be_read_and_trained(ids: list[int], offsets: list[int]) -> None:
    try:
        corpus = EncodedCorpus(VOCAB, np.array(ids, np.int64), np.array(offsets, np.int64), 6)
    except CorpusError:
        return
    assert [int(token) for sequence in corpus for token in sequence] == ids
    if ids:
        Word2Vec(vector_size=2, epochs=1, sample=0).fit(corpus)


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int32", "int64", ">i4", "uint64"])
def test_integers_of_any_width_will_do(dtype: str) -> None:
    corpus = EncodedCorpus(VOCAB, np.array(IDS, dtype), np.array(OFFSETS, dtype), 6)
    assert (corpus.ids.dtype.str, corpus.offsets.dtype.str) == ("<i4", "<i8")
    assert corpus.ids.tolist() == IDS
    every_second = np.repeat(np.array(IDS, dtype), 2)[::2]
    assert EncodedCorpus(VOCAB, every_second, np.array(OFFSETS), 6).ids.tolist() == IDS


def test_the_callers_arrays_stay_the_callers() -> None:
    ids, offsets = np.array(IDS, np.int32), np.array(OFFSETS, np.int64)
    corpus = EncodedCorpus(VOCAB, ids, offsets, 6)
    assert ids.flags.writeable
    assert offsets.flags.writeable
    assert not corpus.ids.flags.writeable
    assert not corpus.offsets.flags.writeable
    assert np.shares_memory(corpus.ids, ids)  # no copy


def test_a_pickle_is_checked_too() -> None:
    corpus = EncodedCorpus(VOCAB, np.array(IDS, np.int32), np.array(OFFSETS, np.int64), 6)
    for same in (pickle.loads(pickle.dumps(corpus)), copy.copy(corpus), copy.deepcopy(corpus)):  # noqa: S301 (our own)
        assert same.ids.tolist() == IDS
        assert not same.ids.flags.writeable
    with pytest.raises(CorpusError, match="has id 9"):
        corpus.__setstate__({**corpus.__getstate__(), "ids": np.array([9] * 6, np.int32)})


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["a", "a"], "key 'a' appears twice"),
        (np.array([7, 7]), "key .*7.* appears twice"),
        (["a", 1], "a key is of type int"),
        (["a", None], "a key is of type NoneType"),
        (np.array([1.0, 2.0]), r"keys of shape \(2,\) and type float64"),
        (np.array([2**63, 1], np.uint64), "integer keys go up to"),
        ("ab", "keys is one string"),
    ],
    ids=str,
)
def test_keys_of_a_vocabulary(keys: Any, message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        Vocab(keys, np.array([2, 1]))


@pytest.mark.parametrize("counts", [[2.5, 1.0], [1, -1], np.array([2**63, 1], np.uint64), [True, False], ["2", "1"]])
def test_counts_of_a_vocabulary(counts: Any) -> None:
    with pytest.raises(VocabularyError, match=r"counts of type .*: integers from 0 are needed"):
        Vocab(["a", "b"], counts)


# -- memory that changes while it is in use ----------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    read_corpus([["a", "b", "c", "d"] * 50] * 40, min_count=1).save(tmp_path / "corpus.encoded")
    return tmp_path / "corpus.encoded"


@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize("backend", ["native", "reference"])
@pytest.mark.parametrize("bad", [9, -1, 2**31 - 1])
def test_ids_that_change_under_a_training(deterministic: bool, backend: Any, bad: int) -> None:
    ids = np.tile(np.array([0, 1, 2], np.int32), 200)
    corpus = EncodedCorpus(VOCAB, ids, np.array([0, 300, 600]), 600)
    ids[450] = bad  # through the caller's own array
    model = Word2Vec(vector_size=4, epochs=1, workers=2, deterministic=deterministic, backend=backend, sample=0)
    with pytest.raises(CorpusError, match=f"changed while in use: .*token.* has id {bad} in a vocabulary of 3"):
        model.fit(corpus)
    ids[:] = bad
    with pytest.raises(CorpusError, match=f"changed while in use: .*token.* has id {bad} in a vocabulary of 3"):
        model.fit(corpus, validation=0.5)


@pytest.mark.parametrize("bounds", [[0, 700, 600], [0, -5, 600], [0, 2**62, 600], [5, 300, 600], [0, 300, 500]])
def test_offsets_that_change_under_a_training(bounds: list[int]) -> None:
    offsets = np.array([0, 300, 600])
    corpus = EncodedCorpus(VOCAB, np.tile(np.array([0, 1, 2], np.int32), 200), offsets, 600)
    offsets[:] = bounds
    with pytest.raises(CorpusError, match=r"in no sequence|bounds that cannot be|must run from 0"):
        Word2Vec(vector_size=4, epochs=1).fit(corpus)


def test_a_file_that_was_written_to_in_place_is_refused_by_name(saved: Path) -> None:
    corpus = EncodedCorpus.load(saved)
    corpus.check_file()
    model = Word2Vec(vector_size=4, epochs=1).fit(corpus)
    with saved.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x07")
    os.utime(saved, ns=(1, 1))  # a clock too coarse to tell would not do
    for use in (
        lambda: Word2Vec().fit(corpus),
        lambda: model.partial_fit(corpus),
        lambda: model.score(corpus),
        lambda: recode(corpus, corpus.vocab),
        lambda: corpus[0],
        lambda: list(corpus),
        corpus.fingerprint,
        lambda: corpus.save(saved.with_name("other")),
    ):
        with pytest.raises(FormatError, match=r"corpus\.encoded was written to while it is in use"):
            use()


def test_a_file_that_grows_during_training_ends_it(saved: Path) -> None:
    from wordmill.training import Callback, Run

    class Grow(Callback):
        def on_epoch_end(self, run: Run) -> None:
            with saved.open("ab") as file:
                file.write(b"more")

    with pytest.raises(FormatError, match="was written to while it is in use"):
        Word2Vec(vector_size=4, epochs=3).fit(EncodedCorpus.load(saved), callbacks=[Grow()])


def test_a_file_that_is_replaced_or_removed_stays_as_it_was(saved: Path) -> None:
    corpus = EncodedCorpus.load(saved)
    read_corpus([["x", "y"]] * 9, min_count=1).save(saved)  # as our own writers replace
    before = corpus.ids.tolist()
    saved.unlink()
    assert corpus.ids.tolist() == before
    assert len(list(corpus)) == 40
