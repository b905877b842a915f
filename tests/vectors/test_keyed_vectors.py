from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.errors import CorpusError, MissingKeyError, ParameterError
from wordmill.vectors import KeyedVectors, Neighbor
from wordmill.vectors.keys import PackedKeys, TextKeys

WORDS = ["the", "king", "queen", "man", "woman", "paris", "london", "zero"]


def make(keys: Any = None, size: Any = 5, dtype: Any = np.float32, **more: Any) -> Any:
    keys = WORDS if keys is None else keys
    vectors = np.random.default_rng(1).standard_normal((len(keys), size)).astype(dtype)
    return KeyedVectors(keys, vectors, **more)


def cosines(kv: Any) -> Any:
    unit = kv.vectors / np.linalg.norm(kv.vectors, axis=1, keepdims=True)
    return unit @ unit.T


def test_rows_and_keys() -> None:
    kv = make(counts=np.arange(8))
    assert len(kv) == 8
    assert kv.vector_size == 5
    assert list(kv) == kv.index_to_key == kv.keys == WORDS
    assert dict(kv.key_to_index) == {word: row for row, word in enumerate(WORDS)}
    assert "king" in kv
    assert "prince" not in kv
    assert 3 not in kv
    np.testing.assert_array_equal(kv["king"], kv.vectors[1])
    np.testing.assert_array_equal(kv[["queen", "the"]], kv.vectors[[2, 0]])
    np.testing.assert_array_equal(kv.get("man"), kv.vectors[3])
    assert kv.get("prince") is None
    assert kv.get("prince", 7) == 7
    np.testing.assert_array_equal(kv.counts, np.arange(8))
    np.testing.assert_allclose(kv.norms, np.linalg.norm(kv.vectors, axis=1), rtol=1e-6)
    assert "8 str keys" in repr(kv)


def test_integer_keys() -> None:
    keys = np.array([7, -3, 2**62, 0])
    kv = make(keys)
    assert list(kv) == [7, -3, 2**62, 0]
    assert kv.get_index(-3) == kv.get_index(np.int32(-3)) == 1
    assert 2**62 in kv
    for missing in (1, 2**63, -(2**70), "7", True, 7.0):
        assert missing not in kv
    np.testing.assert_array_equal(kv[[0, 7]], kv.vectors[[3, 0]])
    np.testing.assert_array_equal(kv[np.array([0, 7], dtype=np.uint8)], kv.vectors[[3, 0]])
    assert {neighbor.key for neighbor in kv.most_similar(7)} == {-3, 2**62, 0}
    assert kv.most_similar([7, -3])[0] == kv.most_similar(np.array([7, -3]))[0]
    with pytest.raises(MissingKeyError, match="no vector for 5: the 4 keys are integers from -3 to"):
        kv[5]


def test_nothing_can_be_written() -> None:
    kv = make(counts=np.ones(8, dtype=np.int64))
    for array in (kv.vectors, kv.norms, kv.counts, kv["king"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(TypeError):
        kv.key_to_index["x"] = 1


def test_pickled_and_copied(tmp_path: Path) -> None:
    make(counts=np.arange(8)).save(tmp_path / "m")
    for kv in (make(counts=np.arange(8)), KeyedVectors.load(tmp_path / "m")):
        for again in (pickle.loads(pickle.dumps(kv)), copy.deepcopy(kv)):  # noqa: S301 (our own)
            assert again.most_similar("king") == kv.most_similar("king")
            assert not again.vectors.flags.writeable
            assert again.counts is not None
            assert not again.counts.flags.writeable


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes(dtype: Any) -> None:
    kv = make(dtype=dtype)
    assert kv.vectors.dtype == (np.float32 if dtype == np.float16 else dtype)
    assert kv.norms.dtype == kv.vectors.dtype


def test_strided_rows_are_not_copied() -> None:
    padded = np.zeros((8, 16), dtype=np.float32)
    padded[:, :5] = make().vectors
    kv = KeyedVectors(WORDS, padded[:, :5])
    assert np.shares_memory(kv.vectors, padded)
    assert kv.most_similar("king")[0].key == make().most_similar("king")[0].key


@pytest.mark.parametrize(
    ("keys", "vectors", "message"),
    [
        (["a", "b", "a"], np.ones((3, 2)), r"'a' appears twice \(rows 0 and 2\)"),
        ([5, 6, 5], np.ones((3, 2)), r"5 appears twice \(rows 0 and 2\)"),
        (["a", 1], np.ones((2, 2)), "key 1 is int"),
        ([1, "a"], np.ones((2, 2)), "integer keys must all be integers"),
        ([1, 2**63], np.ones((2, 2)), "64 signed bits"),
        ("ab", np.ones((2, 2)), "one string"),
        (["a"], np.ones((2, 2)), "1 key but 2 vectors"),
        (["a"], np.ones(2), "shape"),
        (["a"], np.ones((1, 0)), "shape"),
        ([], np.ones((0, 2)), "shape"),
        (["a"], np.ones((1, 2), dtype=int), "floats"),
        (["a", "b"], np.array([[1.0, 1], [np.nan, 1]]), r"'b' \(row 1\) holds NaN"),
        (["a", "\ud800"], np.ones((2, 2)), "key 1 .* is not Unicode"),
    ],
)
def test_refused(keys: Any, vectors: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        KeyedVectors(keys, vectors)


def test_counts_must_fit() -> None:
    size = len(make())
    for counts in (np.ones(3, int), np.ones(size), [-1] * size, [2**70] * size, ["a"] * size, [[1], [1, 2]], 1, None):
        if counts is not None:
            with pytest.raises(ParameterError, match="counts"):
                make(counts=counts)
    assert make(counts=range(size)).counts is not None


def test_masked_vectors_are_no_vectors() -> None:
    masked = np.ma.array(np.ones((2, 2)), mask=[[False, True], [False, False]])
    with pytest.raises(ParameterError, match="masked"):
        KeyedVectors(["a", "b"], masked)
    with pytest.raises(ParameterError, match="different lengths"):
        KeyedVectors(["a", "b"], [[1.0], [1.0, 2.0]])  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="norms must be floats"):
        KeyedVectors(["a"], np.ones((1, 2)), norms=["a"])  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [["king"], 1, [-1], [10**6], [0.5], [[0]]])
def test_rows_are_integers_within(rows: Any) -> None:
    with pytest.raises(ParameterError, match="rows"):
        make().unit_vectors(rows)


@pytest.mark.parametrize(
    ("key", "near"), [("kng", "king"), ("King", "king"), ("PARIS", "paris"), ("londno", "london"), ("womann", "woman")]
)
def test_missing_key_suggests(key: str, near: str) -> None:
    with pytest.raises(KeyError, match=f"no vector for '{key}': did you mean .*'{near}'"):
        make()[key]


def test_missing_key_without_suggestion() -> None:
    with pytest.raises(MissingKeyError, match="not among the 8 keys"):
        make().most_similar("xxxxxxxx")
    with pytest.raises(MissingKeyError, match="keys of this model are strings"):
        make()[3]
    with pytest.raises(MissingKeyError, match="'qeen': did you mean 'queen'"):
        make()[["king", "qeen"]]


def test_most_similar_is_exact_and_leaves_the_query_out() -> None:
    kv = make()
    row = cosines(kv)[1]
    expected = [WORDS[index] for index in np.argsort(-row) if index != 1]
    found = kv.most_similar("king", topn=100)
    assert [neighbor.key for neighbor in found] == expected
    assert isinstance(found[0], Neighbor)
    np.testing.assert_allclose([n.similarity for n in found], np.sort(row)[::-1][1:], rtol=1e-5)
    assert kv.most_similar("king", topn=2) == found[:2]


def test_most_similar_combines_with_weights() -> None:
    kv = make()
    unit = kv.vectors / kv.norms[:, None]
    query = 2 * unit[1] - 0.5 * unit[3]
    found = kv.most_similar([("king", 2.0)], [("man", 0.5)], topn=1)[0]
    others = [row for row in range(8) if row not in (1, 3)]
    scores = unit[others] @ (query / np.linalg.norm(query))
    assert found.key == WORDS[others[int(np.argmax(scores))]]
    assert found.similarity == pytest.approx(scores.max(), rel=1e-5)


def test_vectors_as_queries() -> None:
    kv = make()
    assert kv.most_similar(kv["king"])[0] == ("king", pytest.approx(1.0, abs=1e-6))
    assert kv.most_similar([kv["king"], "king"])[0].key != "king"
    assert kv.most_similar([(kv["king"] * 3, 0.1)])[0].key == "king"
    with pytest.raises(ParameterError, match=r"must be \(n, 5\)"):
        kv.most_similar(np.ones(4))
    with pytest.raises(ParameterError, match="NaN"):
        kv.most_similar(np.full(5, np.nan))


def test_bad_queries() -> None:
    kv = make()
    with pytest.raises(ParameterError, match="at least one"):
        kv.most_similar()
    for topn in (0, -1, 2.5, True, None):
        with pytest.raises(ParameterError, match="topn"):
            kv.most_similar("king", topn=topn)
    with pytest.raises(ParameterError, match="weight"):
        kv.most_similar([("king", "queen")])
    with pytest.raises(ParameterError, match="list"):
        kv.doesnt_match([])


def test_zero_vectors_are_similar_to_nothing() -> None:
    vectors = make().vectors.copy()
    vectors[7] = 0
    kv = KeyedVectors(WORDS, vectors)
    assert kv.similarity("zero", "king") == 0
    assert {n.similarity for n in kv.most_similar("zero")} == {0}
    assert ("zero", 0) in kv.most_similar("king")


def test_analogy_similarity_doesnt_match() -> None:
    kv = make()
    assert kv.analogy("man", "king", "woman") == kv.most_similar(["king", "woman"], ["man"])
    assert kv.similarity("king", "queen") == pytest.approx(cosines(kv)[1, 2], rel=1e-5)
    close = KeyedVectors(["a", "b", "c", "far"], np.array([[1, 0.1], [1, 0], [1, -0.1], [-1, 1]]))
    assert close.doesnt_match(["a", "far", "b", "c"]) == "far"


@given(st.lists(st.text(max_size=5), min_size=1, max_size=30, unique=True))
@settings(max_examples=50, deadline=None)
def test_packed_keys_are_the_same_keys(keys: Any) -> None:
    listed = TextKeys(keys)
    packed = TextKeys(PackedKeys(*listed.packed))
    assert [packed[row] for row in range(len(keys))] == keys
    assert [packed.find(key) for key in keys] == list(range(len(keys)))
    assert packed.find("not among them") == -1
    assert packed.keys == keys
    np.testing.assert_array_equal(packed.find_many([keys[-1], "not among them", 3]), [len(keys) - 1, -1, -1])


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p._replace(offsets=p.offsets[:-1]),
        lambda p: p._replace(offsets=p.offsets[::-1].copy()),
        lambda p: p._replace(order=p.order + 1),
        lambda p: p._replace(blob=p.blob | 0x80),
        lambda p: p._replace(offsets=np.array([0, 1, 3])),
    ],
)
def test_packed_keys_that_do_not_fit(change: Any) -> None:
    packed = TextKeys(["é", "b"]).packed
    with pytest.raises(ParameterError):
        TextKeys(change(packed))


@pytest.mark.parametrize("wrong", [None, 1.5])
@pytest.mark.parametrize(
    "ask",
    [
        lambda kv, what: kv[what],
        lambda kv, what: kv.get_vector(what),
        lambda kv, what: kv.most_similar(what),
        lambda kv, what: kv.most_similar("a", what),
        lambda kv, what: kv.get_mean_vector(what),
        lambda kv, what: kv.similarity("a", what),
    ],
)
def test_what_is_no_key_is_a_missing_key(ask: Any, wrong: Any) -> None:
    kv = KeyedVectors(["a", "b"], np.eye(2))
    with pytest.raises(MissingKeyError, match=f"no vector for {wrong}: the keys of this model are strings"):
        ask(kv, wrong)


@pytest.mark.parametrize("wrong", [None, 1.5, "ab"])
@pytest.mark.parametrize("method", ["nearest", "subset", "doesnt_match", "get_indices"])
def test_what_is_no_list_of_keys_is_an_error(method: str, wrong: Any) -> None:
    kv = KeyedVectors(["a", "b"], np.eye(2))
    with pytest.raises(ParameterError, match="give a list of keys"):
        getattr(kv, method)(wrong)
    with pytest.raises(ParameterError, match="give at least one"):
        kv.most_similar_to_given("a", [])
    with pytest.raises(CorpusError, match="NoneType is no corpus"):
        kv.encode(None)
