"""Queries, changes and files of KeyedVectors: the same answers as gensim's for the same vectors."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compat_gensim_models import WORDS, matrix, ours, theirs

from wordmill.compat.gensim import KeyedVectors
from wordmill.compat.gensim.evaluation import p_value
from wordmill.datasets import questions_words_path

VECTOR = matrix(seed=1)[0]
OTHER = 3 * matrix(seed=1)[1]

QUERIES: dict[str, Any] = {
    "one word": lambda kv: kv.most_similar("king"),
    "several": lambda kv: kv.most_similar(positive=["woman", "king"], negative=["man"], topn=3),
    "row number": lambda kv: kv.most_similar([3, "king"], topn=4),
    "weights": lambda kv: kv.most_similar(positive=[("king", 2.0), "queen"], negative=[("man", 0.5), ("woman", -1.5)]),
    "vectors": lambda kv: kv.most_similar(positive=[VECTOR, "king"], negative=[OTHER]),
    "one vector": lambda kv: kv.most_similar(VECTOR),
    "rows of a matrix": lambda kv: kv.most_similar(np.stack([VECTOR, OTHER])),
    "clipped": lambda kv: kv.most_similar("king", clip_start=5, clip_end=30),
    "restricted": lambda kv: kv.most_similar("king", clip_start=40, restrict_vocab=20),
    "all": lambda kv: kv.most_similar("king", topn=None),
    "all of a part": lambda kv: kv.most_similar("king", topn=None, clip_start=3, clip_end=9),
    "none": lambda kv: kv.most_similar("king", topn=0),
    "by word": lambda kv: kv.similar_by_word("king", 4, 30),
    "by key": lambda kv: kv.similar_by_key("king", topn=2),
    "by vector": lambda kv: kv.similar_by_vector(VECTOR, topn=3),
    "cosmul": lambda kv: kv.most_similar_cosmul(positive=["woman", "king"], negative=["man"]),
    "cosmul of one": lambda kv: kv.most_similar_cosmul("king", "man", topn=3),
    "closer": lambda kv: kv.closer_than("king", "queen"),
    "rank": lambda kv: kv.rank("king", "queen"),
    "similarity": lambda kv: kv.similarity("king", "queen"),
    "distance": lambda kv: kv.distance("king", 7),
    "distances": lambda kv: kv.distances("king"),
    "distances of a vector": lambda kv: kv.distances(VECTOR, ["king", 3]),
    "sets": lambda kv: kv.n_similarity(["king", "unknown"], ["man", "woman"]),
    "given": lambda kv: kv.most_similar_to_given("king", ["queen", "man", "word3"]),
    "centrality": lambda kv: kv.rank_by_centrality(["king", "queen", "unknown", "word3"]),
    "odd one out": lambda kv: kv.doesnt_match(["king", "queen", "unknown", "word3"]),
    "relative": lambda kv: kv.relative_cosine_similarity("king", "queen", topn=5),
    "mean": lambda kv: kv.get_mean_vector(["king", "unknown", VECTOR, 3], weights=[1, 2, -0.5, 1]),
    "raw mean": lambda kv: kv.get_mean_vector(["king", "man"], pre_normalize=False, post_normalize=True),
    "mean of unknown": lambda kv: kv.get_mean_vector(["unknown"]),
    "vector": lambda kv: kv["king"],
    "unit vector": lambda kv: kv.get_vector("king", norm=True),
    "vectors of several": lambda kv: kv[["king", "queen", 0]],
    "normed": lambda kv: kv.get_normed_vectors(),
    "rows": lambda kv: [kv.get_index("king"), kv.get_index("unknown", -5), kv.get_index(3)],
    "contained": lambda kv: ["king" in kv, "no" in kv, 3 in kv, 300 in kv],
    "attributes": lambda kv: [len(kv), kv.vector_size, kv.index_to_key, dict(kv.key_to_index), str(kv)],
    "cosines": lambda kv: kv.cosine_similarities(VECTOR, matrix(seed=2)),
    "some": lambda kv: kv.vectors_for_all(["queen", "unknown", "king", "queen"]).vectors,
}  # fmt: skip


def assert_same(got: Any, wanted: Any) -> None:
    """The same numbers to single precision, in the same kinds of containers."""
    if isinstance(wanted, np.ndarray):
        assert isinstance(got, np.ndarray)
        np.testing.assert_allclose(got, wanted, atol=2e-6)
    elif isinstance(wanted, list | tuple):
        assert type(got) is type(wanted)
        assert len(got) == len(wanted)
        for ours_, theirs_ in zip(got, wanted, strict=True):
            assert_same(ours_, theirs_)
    elif isinstance(wanted, float | np.floating):
        assert isinstance(got, float | np.floating)
        assert got == pytest.approx(wanted, abs=2e-6)
    else:
        assert got == wanted


@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")  # gensim calls its own old names
@pytest.mark.parametrize("name", QUERIES)
def test_same_answer_as_gensim(name: str) -> None:
    query = QUERIES[name]
    assert_same(query(ours()), query(theirs()))


@pytest.mark.parametrize(
    "query",
    [
        lambda kv: kv["unknown"],
        lambda kv: kv[len(WORDS)],
        lambda kv: kv.get_index("unknown"),
        lambda kv: kv.most_similar("unknown"),
        lambda kv: kv.most_similar(),
        lambda kv: kv.get_mean_vector([]),
        lambda kv: kv.get_mean_vector(["king"], weights=[1, 2]),
        lambda kv: kv.get_mean_vector(["unknown"], ignore_missing=False),
        lambda kv: kv.doesnt_match(["unknown"]),
        lambda kv: kv.n_similarity([], ["king"]),
        lambda kv: kv.get_vecattr("king", "nothing"),
        lambda kv: kv.evaluate_word_pairs(__file__),
    ],
)
def test_errors_are_of_gensims_kinds(query: Any) -> None:
    with pytest.raises(Exception) as wanted:  # noqa: PT011
        query(theirs())
    with pytest.raises(type(wanted.value)):
        query(ours())


def test_changes_swap_the_wrapped_object_and_leave_the_old_one() -> None:
    kv = ours()
    before = kv.wrapped
    kv["king"] = VECTOR
    kv[["queen", "new"]] = np.stack([VECTOR, OTHER])
    np.testing.assert_array_equal(kv["king"], VECTOR)
    np.testing.assert_array_equal(kv[["queen", "new"]], [VECTOR, OTHER])
    assert "new" not in before
    np.testing.assert_array_equal(before["king"], matrix()[WORDS.index("king")])
    assert kv.add_vector("newer", VECTOR) == len(WORDS) + 1
    kv.add_vectors(["newer", "newest"], [OTHER, OTHER])  # as in gensim, what is there stays
    np.testing.assert_array_equal(kv[["newer", "newest"]], [VECTOR, OTHER])
    kv.add_vectors("newer", OTHER, replace=True)
    np.testing.assert_array_equal(kv["newer"], OTHER)


def test_vectors_are_changed_as_a_whole_only() -> None:
    kv = ours()
    with pytest.raises(ValueError, match="read-only"):
        kv.vectors[0] = 0
    kv.vectors = 2 * kv.vectors
    np.testing.assert_array_equal(kv.vectors, 2 * matrix())
    kv.unit_normalize_all()
    np.testing.assert_allclose(kv.norms, 1, rtol=1e-6)


def test_an_empty_one() -> None:
    kv = KeyedVectors(4, count=7)
    assert (len(kv), kv.index_to_key, dict(kv.key_to_index), kv.vectors.shape, "a" in kv) == (0, [], {}, (0, 4), False)
    with pytest.raises(KeyError, match="no vectors yet"):
        kv["a"]
    with pytest.raises(ValueError, match="3 dimensions"):
        kv.add_vector("a", [1, 2, 3])
    kv["a"] = np.ones(4)
    assert kv.index_to_key == ["a"]
    assert kv.vectors.dtype == np.float32
    assert KeyedVectors(4, dtype=np.float64).vectors.dtype == np.float64
    with pytest.raises(ValueError, match="float16"):
        KeyedVectors(4, dtype=np.float16)


def test_counts_are_the_one_attribute() -> None:
    kv = ours()
    with pytest.raises(KeyError, match="without counts"):
        kv.get_vecattr("king", "count")
    kv.set_vecattr("king", "count", 7)
    assert kv.get_vecattr("king", "count") == 7
    assert kv.expandos["count"].sum() == 7
    assert kv.vectors_for_all(["king"], copy_vecattrs=True).get_vecattr("king", "count") == 7
    assert not kv.vectors_for_all(["king"]).expandos
    with pytest.raises(ValueError, match="sample_int"):
        kv.set_vecattr("king", "sample_int", 7)


def test_copies_and_pickles_of_live_objects() -> None:
    kv = ours()
    for other in (copy.deepcopy(kv), pickle.loads(pickle.dumps(kv))):  # noqa: S301
        other["king"] = VECTOR
        assert not np.array_equal(kv["king"], VECTOR)


@pytest.mark.parametrize("binary", [False, True])
def test_word2vec_files_go_both_ways(binary: bool, tmp_path: Path) -> None:
    from_us, from_them = str(tmp_path / "ours"), str(tmp_path / "theirs")
    gensim_kv = theirs()
    ours().save_word2vec_format(from_us, binary=binary)
    gensim_kv.save_word2vec_format(from_them, binary=binary)
    for read in (
        type(gensim_kv).load_word2vec_format(from_us, binary=binary),
        KeyedVectors.load_word2vec_format(from_them, binary=binary),
        KeyedVectors.load(from_them),
    ):
        assert read.index_to_key == WORDS
        np.testing.assert_array_equal(read.vectors, matrix())
    few = KeyedVectors.load_word2vec_format(from_them, binary=binary, limit=3, datatype=np.float32)
    assert few.index_to_key == WORDS[:3]


def test_word2vec_text_without_a_header_and_with_counts(tmp_path: Path) -> None:
    kv, vectors, vocabulary = ours(), str(tmp_path / "vectors"), str(tmp_path / "vocabulary")
    with pytest.raises(ValueError, match="counts"):
        kv.save_word2vec_format(vectors, fvocab=vocabulary)
    kv.set_vecattr("king", "count", 9)
    kv.save_word2vec_format(vectors, fvocab=vocabulary, write_header=False)
    read = KeyedVectors.load_word2vec_format(vectors, fvocab=vocabulary, no_header=True)
    np.testing.assert_array_equal(read.vectors, kv.vectors)
    np.testing.assert_array_equal(read.expandos["count"], kv.expandos["count"])
    for line in ("king\n", f"king {10**20}\n"):  # no count, and one beyond 64 bits
        Path(vocabulary).write_text(line, encoding="utf-8")
        with pytest.raises(ValueError, match="king"):
            KeyedVectors.load_word2vec_format(vectors, fvocab=vocabulary, no_header=True)


@pytest.mark.parametrize("binary", [False, True])
def test_files_in_another_encoding(binary: bool, tmp_path: Path) -> None:
    numbers = np.array([1, 2], "<f4").tobytes() if binary else b"1 2\n"
    (tmp_path / "vectors").write_bytes(b"1 2\n" + "çà ".encode("latin-1") + numbers)
    (tmp_path / "counts").write_bytes("çà 7\n".encode("latin-1"))
    kv = KeyedVectors.load_word2vec_format(tmp_path / "vectors", tmp_path / "counts", binary=binary, encoding="latin-1")
    assert kv.index_to_key == ["çà"]
    assert kv.get_vecattr("çà", "count") == 7
    (tmp_path / "counts").write_text("\ufeffçà 9\n", encoding="utf-8")
    kv.save_word2vec_format(tmp_path / "vectors")
    assert KeyedVectors.load_word2vec_format(tmp_path / "vectors", tmp_path / "counts").get_vecattr("çà", "count") == 9


@pytest.mark.parametrize(("errors", "word"), [("replace", "ab\ufffd"), ("ignore", "ab")])
def test_counts_are_found_by_words_as_they_are_read(errors: Any, word: str, tmp_path: Path) -> None:
    vectors, counts = tmp_path / "vectors", tmp_path / "counts"
    vectors.write_bytes(b"1 2\nab\xff 1 2\n")
    counts.write_bytes(b"ab\xff 7\n")
    kv = KeyedVectors.load_word2vec_format(vectors, counts, unicode_errors=errors)
    assert kv.get_vecattr(word, "count") == 7
    vectors.write_bytes(b"1 2\nab 1 2\n")
    with pytest.raises(ValueError, match="is not UTF-8: give its encoding=, or read with unicode_errors='replace'"):
        KeyedVectors.load_word2vec_format(vectors, counts)


def test_file_options_that_are_not_there_are_errors(tmp_path: Path) -> None:
    kv, path = ours(), tmp_path / "vectors"
    writing: list[dict[str, Any]] = [{"prefix": "*"}, {"append": True}, {"total_vec": 3}, {"sort_attr": "x"}]
    for options in writing:
        with pytest.raises(ValueError, match=next(iter(options))):
            kv.save_word2vec_format(path, **options)
    kv.save_word2vec_format(path)
    reading: list[dict[str, Any]] = [{"encoding": "latin-one"}, {"datatype": np.float16}]
    for options in reading:
        with pytest.raises(ValueError, match=next(iter(options))):
            KeyedVectors.load_word2vec_format(path, **options)


def test_files_with_content_stay(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="is a file"):
        ours().save(tmp_path / "notes")
    assert (tmp_path / "notes").read_text(encoding="utf-8") == "x"


def test_directory_and_gensims_pickle(tmp_path: Path) -> None:
    kv = ours()
    kv.save(tmp_path / "model")
    np.testing.assert_array_equal(KeyedVectors.load(tmp_path / "model", mmap="r").vectors, kv.vectors)
    theirs().save(str(tmp_path / "pickle.kv"))
    with pytest.raises(ValueError, match="a pickle, which"):
        KeyedVectors.load(tmp_path / "pickle.kv")


def test_intersection(tmp_path: Path) -> None:
    kv, other = ours(), KeyedVectors(12)
    other.add_vectors(["queen", "unknown", "king"], [VECTOR, VECTOR, OTHER])
    other.save_word2vec_format(tmp_path / "other")
    with pytest.raises(ValueError, match="lockf"):
        copy.deepcopy(kv).intersect_word2vec_format(tmp_path / "other", lockf=0.5)
    kv.intersect_word2vec_format(tmp_path / "other", lockf=1.0)
    assert len(kv) == len(WORDS)
    np.testing.assert_array_equal(kv[["queen", "king"]], [VECTOR, OTHER])


# -- evaluation -------------------------------------------------------------------------------------------------------


def planted(kv: Any) -> Any:
    """Vectors in which capitals are countries moved by one vector, nearly."""
    lines = [line.split() for line in questions_words_path().read_text(encoding="utf-8").splitlines() if line[0] != ":"]
    words = sorted({word.lower() for line in lines[:500] for word in line})
    random = np.random.default_rng(5)
    rows = {word: random.normal(size=12) for word in words}
    for a, b, *_ in lines[:500]:
        rows[b.lower()] = rows[a.lower()] + 1 + 0.3 * random.normal(size=12)
    kv.add_vectors(list(rows), np.stack(list(rows.values())).astype(np.float32))
    return kv


@pytest.mark.parametrize("dummy4unknown", [False, True])
def test_analogies_are_scored_as_gensim_scores_them(dummy4unknown: bool, tmp_path: Path) -> None:
    questions = tmp_path / "questions.txt"
    text = questions_words_path().read_text(encoding="utf-8").splitlines()[:700]
    questions.write_text("\n".join([*text, ": second", *text[1:50]]) + "\n", encoding="utf-8")
    got = planted(KeyedVectors(12)).evaluate_word_analogies(questions, dummy4unknown=dummy4unknown)
    kv = planted(type(theirs())(12))
    wanted = kv.evaluate_word_analogies(str(questions), dummy4unknown=dummy4unknown)
    assert 0.1 < got[0] < 0.99
    assert got == wanted


def test_pairs_are_scored_as_gensim_scores_them(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    random = np.random.default_rng(3)
    rows = [(*random.choice(WORDS, 2), random.random()) for _ in range(80)] + [("king", "unknown", 0.5)]
    pairs.write_text("\n".join(f"{a}\t{b}\t{score:.3f}" for a, b, score in rows) + "\n", encoding="utf-8")
    got, wanted = ours().evaluate_word_pairs(pairs), theirs().evaluate_word_pairs(str(pairs))
    for part in (0, 1):
        np.testing.assert_allclose(got[part], tuple(wanted[part]), rtol=1e-5)
    assert got[2] == pytest.approx(wanted[2])
    absent: list[dict[str, Any]] = [{"dummy4unknown": True}, {"delimiter": ";"}, {"encoding": "latin1"}]
    for options in absent:
        with pytest.raises(ValueError, match=next(iter(options))):
            ours().evaluate_word_pairs(pairs, **options)


def test_similarity_function_is_a_method_or_an_error() -> None:
    kv = planted(KeyedVectors(12))
    added, multiplied = (kv.evaluate_word_analogies(questions_words_path(), similarity_function=f)[0]
                         for f in ("most_similar", "most_similar_cosmul"))  # fmt: skip
    assert added != multiplied
    with pytest.raises(ValueError, match="similarity_function"):
        kv.evaluate_word_analogies(questions_words_path(), similarity_function="euclid")


@pytest.mark.parametrize("n", [3, 4, 7, 50, 353, 3000])
@pytest.mark.parametrize("r", [-1.0, -0.999, -0.5, -0.01, 0.0, 0.2, 0.7, 1.0])
def test_p_value_is_students(r: float, n: int) -> None:
    from scipy.stats import beta

    exact = 2 * beta.sf(abs(r), n / 2 - 1, n / 2 - 1, loc=-1, scale=2)
    assert p_value(r, n) == pytest.approx(exact, rel=1e-9, abs=1e-280)


def test_p_value_needs_three_pairs() -> None:
    assert np.isnan(p_value(1.0, 2))
