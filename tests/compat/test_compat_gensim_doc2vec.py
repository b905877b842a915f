"""Doc2Vec with gensim's face: documents by their tags, new ones inferred."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compat_gensim_models import real_gensim

import wordmill
from wordmill.compat.gensim import CallbackAny2Vec, KeyedVectors, Word2Vec
from wordmill.compat.gensim.models.doc2vec import Doc2Vec, TaggedDocument, TaggedLineDocument
from wordmill.errors import CorpusError, FormatError, NotFittedError, ParameterError

TOPICS = [["king", "queen", "crown", "throne"], ["cat", "dog", "fur", "paw"], ["red", "blue", "green", "hue"]]
RANDOM = np.random.default_rng(3)
WORDS = [[str(word) for word in RANDOM.choice(TOPICS[number % 3], 12)] for number in range(60)]
DOCUMENTS = [TaggedDocument(words, [number]) for number, words in enumerate(WORDS)]
NAMED = [TaggedDocument(words, [f"doc{number}"]) for number, words in enumerate(WORDS)]
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0, "epochs": 20}
MODES: dict[str, dict[str, Any]] = {
    "dm": {},
    "dbow": {"dm": 0},
    "dbow with words": {"dm": 0, "dbow_words": 1},
    "dm, hs": {"hs": 1, "negative": 0},
    "dbow with words, hs": {"dm": 0, "dbow_words": 1, "hs": 1, "negative": 0},
}


@pytest.fixture(scope="module", params=MODES)
def model(request: pytest.FixtureRequest) -> Doc2Vec:
    return Doc2Vec(DOCUMENTS, alpha=0.1, **{**SMALL, "epochs": 50}, **MODES[request.param])


def share_of_topic(model: Doc2Vec, vector: Any, topic: int) -> float:
    """Return which share of the nearest documents is of a topic; at random a third is."""
    return float(np.mean([tag % 3 == topic for tag, _ in model.dv.most_similar([vector], topn=10)]))


def test_documents_lie_among_their_like_inferred_ones_too(model: Doc2Vec) -> None:
    assert model.dv.vectors.shape == (60, 8)
    assert model.docvecs is model.dv
    np.testing.assert_array_equal(model["king"], model.wv["king"])
    if model.dm:  # words alone know most of so few words
        return
    for vectors in (model.dv, [model.infer_vector(words, epochs=50) for words in WORDS[:9]]):
        assert np.mean([share_of_topic(model, vectors[number], number % 3) for number in range(9)]) > 0.9
    same = model.similarity_unseen_docs(WORDS[0], WORDS[3])
    assert same > model.similarity_unseen_docs(WORDS[0], WORDS[1])


@pytest.mark.parametrize("mode", MODES)
def test_is_wordmills_training_with_gensims_update(mode: str) -> None:
    options = MODES[mode]
    model = Doc2Vec(DOCUMENTS, **SMALL, **options)
    same = wordmill.Doc2Vec(
        mode="dbow" if "dm" in options else "dm",
        train_words="dbow_words" in options or "dm" not in options,
        objective="hierarchical_softmax" if "hs" in options else "negative_sampling",
        cbow_update="word2vec",
        alpha=0.025,
        **SMALL,
    ).fit(WORDS)
    np.testing.assert_array_equal(model.dv.vectors, same.dv.vectors)
    np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)
    np.testing.assert_array_equal(model.infer_vector(WORDS[4]), same.infer([WORDS[4]])[0])
    assert (model.corpus_count, model.corpus_total_words, model.epochs) == (60, 720, 20)


def test_the_same_document_gets_the_same_vector(model: Doc2Vec) -> None:
    first = model.infer_vector(WORDS[0], alpha=0.05, min_alpha=0.001, epochs=7)
    np.testing.assert_array_equal(first, model.infer_vector(tuple(WORDS[0]), 0.05, 0.001, 7))
    assert (first != model.infer_vector(WORDS[0])).any()
    assert first.dtype == np.float32
    assert not model.infer_vector([]).any()
    assert not model.infer_vector(["unknown"]).any()
    outputs = "syn1" if model.hs else "syn1neg"
    before = [model.dv.vectors.copy(), model.wv.vectors.copy(), getattr(model, outputs).copy()]
    model.infer_vector(WORDS[1], epochs=50)
    for left, right in zip(before, (model.dv.vectors, model.wv.vectors, getattr(model, outputs)), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("mode", MODES)
def test_step_by_step_is_the_same_as_at_once(mode: str) -> None:
    at_once = Doc2Vec(NAMED, **SMALL, **MODES[mode])
    counted = Doc2Vec(**SMALL, **MODES[mode])
    counted.build_vocab(NAMED)
    scanned = Doc2Vec(**SMALL, **MODES[mode])
    assert scanned.scan_vocab(NAMED) == (720, 60)
    scanned.prepare_vocab()
    scanned.prepare_weights()
    for steps in (counted, scanned):
        assert len(steps.dv) == 60
        assert steps.train(NAMED, total_examples=steps.corpus_count, epochs=steps.epochs) == (14_400, 14_400)
        np.testing.assert_array_equal(steps.dv.vectors, at_once.dv.vectors)
        np.testing.assert_array_equal(steps.wv.vectors, at_once.wv.vectors)
        assert steps.dv.index_to_key == at_once.dv.index_to_key


def test_files_are_documents_too(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(map(" ".join, WORDS)) + "\n", encoding="utf-8")
    lines = [*TaggedLineDocument(path)]
    assert lines == DOCUMENTS
    assert str(lines[0]) == f"TaggedDocument<{WORDS[0]}, [0]>"
    expected = Doc2Vec(DOCUMENTS, **SMALL)
    with path.open(encoding="utf-8") as opened:
        models = [
            Doc2Vec(corpus_file=str(path), **SMALL),
            Doc2Vec(TaggedLineDocument(str(path)), **SMALL),
            Doc2Vec(TaggedLineDocument(opened), **SMALL),
            Doc2Vec((document for document in DOCUMENTS), **SMALL),
        ]
    for model in models:
        np.testing.assert_array_equal(model.dv.vectors, expected.dv.vectors)


def test_rows_are_those_that_gensim_gives_to_tags() -> None:
    def keys(tags: list[list[Any]]) -> list[Any]:
        documents = [TaggedDocument(WORDS[place], own) for place, own in enumerate(tags)]
        model = Doc2Vec(**SMALL)
        model.build_vocab(documents)
        return model.dv.index_to_key

    assert keys([[2], [0]]) == [0, 1, 2]
    assert keys([["b", "a"], ["c", "a"]]) == ["b", "a", "c"]
    assert keys([[np.int64(1), 1], [0]]) == [0, 1]
    assert keys([["x", 1], [0]]) == ["0", "1", "x"]
    assert keys([[], ["x"]]) == ["x"]
    mixed = Doc2Vec([TaggedDocument(words, [number, words[0]]) for number, words in enumerate(WORDS)], **SMALL)
    np.testing.assert_array_equal(mixed.dv[3], mixed.dv["3"])
    assert mixed.dv["king"].shape == (8,)
    named = Doc2Vec(NAMED, **SMALL)
    np.testing.assert_array_equal(named.dv["doc5"], named.dv[5])
    with pytest.raises(KeyError):
        named.dv["doc60"]


def test_documents_may_share_tags_and_go_on_with_new_ones() -> None:
    model = Doc2Vec([TaggedDocument(words, [f"t{number % 3}"]) for number, words in enumerate(WORDS)], **SMALL)
    assert model.dv.index_to_key == ["t0", "t1", "t2"]
    before = model.dv["t1"].copy()
    model.build_vocab([TaggedDocument(["moon", "star", "king"], ["sky"])], update=True)
    assert model.dv.index_to_key == ["t0", "t1", "t2", "sky"]
    assert "moon" in model.wv
    np.testing.assert_array_equal(model.dv["t1"], before)
    sky = model.dv["sky"].copy()
    model.train([TaggedDocument(["moon", "star"], ["sky", "unheard of"])], total_examples=1, epochs=3)
    assert (model.dv["sky"] != sky).any()
    np.testing.assert_array_equal(model.dv["t1"], before)


def test_locked_vectors_stay() -> None:
    model = Doc2Vec(**SMALL, dm=0, dbow_words=1)
    model.build_vocab(DOCUMENTS)
    model.dv.vectors_lockf = np.ones(60, np.float32)
    model.dv.vectors_lockf[7] = 0
    before = model.dv.vectors.copy()
    model.train(DOCUMENTS, total_examples=60, epochs=2)
    assert [*np.flatnonzero((model.dv.vectors == before).all(axis=1))] == [7]


def test_is_saved_whole_and_goes_on(model: Doc2Vec, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    ours = wordmill.Doc2Vec.load(tmp_path / "m")
    np.testing.assert_array_equal(ours.infer([WORDS[2]])[0], model.infer_vector(WORDS[2]))
    for other in (Doc2Vec.load(str(tmp_path / "m")), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):  # noqa: S301
        assert str(other) == str(model)
        np.testing.assert_array_equal(other.dv.vectors, model.dv.vectors)
        np.testing.assert_array_equal(other.infer_vector(WORDS[2]), model.infer_vector(WORDS[2]))
        other.train(DOCUMENTS, total_examples=60, epochs=1)
        assert (other.dv.vectors != model.dv.vectors).any()
        assert (other.infer_vector(WORDS[2]) != model.infer_vector(WORDS[2])).any()
    with pytest.raises(FormatError, match=r"use Doc2Vec\.load"):
        Word2Vec.load(tmp_path / "m")
    Word2Vec(WORDS, **SMALL).save(tmp_path / "w")
    with pytest.raises(FormatError, match=r"use Word2Vec\.load"):
        Doc2Vec.load(tmp_path / "w")


def test_vectors_of_words_and_tags_go_to_one_file(tmp_path: Path) -> None:
    model = Doc2Vec(NAMED, **SMALL)
    path = tmp_path / "vectors.txt"
    for tags, words, size in ((False, True, 12), (True, True, 72), (True, False, 60)):
        model.save_word2vec_format(path, doctag_vec=tags, word_vec=words, binary=not words)
        assert len(KeyedVectors.load_word2vec_format(path, binary=not words)) == size
    np.testing.assert_allclose(
        KeyedVectors.load_word2vec_format(path, binary=True)["*dt_doc3"], model.dv["doc3"], rtol=1e-6
    )
    with pytest.raises(ParameterError, match="leave nothing to write"):
        model.save_word2vec_format(path, doctag_vec=False, word_vec=False)


def test_callbacks_see_the_documents_in_training() -> None:
    class Watcher(CallbackAny2Vec):
        seen: list[Any]

        def on_epoch_end(self, model: Any) -> None:
            self.seen.append((model.dv.vectors.copy(), model.infer_vector(WORDS[0])))

    watcher = Watcher()
    watcher.seen = []
    model = Doc2Vec(DOCUMENTS, callbacks=[watcher], **{**SMALL, "epochs": 3})
    assert len(watcher.seen) == 3
    assert (watcher.seen[0][0] != watcher.seen[1][0]).any()
    assert (watcher.seen[0][1] != watcher.seen[1][1]).any()
    np.testing.assert_array_equal(watcher.seen[2][1], model.infer_vector(WORDS[0]))


def test_reset_from_takes_words_and_tags() -> None:
    model, other = Doc2Vec(NAMED, **SMALL), Doc2Vec(**SMALL, dm=0)
    other.reset_from(model)
    assert other.dv.index_to_key == model.dv.index_to_key
    assert other.wv.index_to_key == model.wv.index_to_key
    other.train(NAMED, total_examples=60, epochs=2)


def test_memory_grows_with_documents() -> None:
    few, many = Doc2Vec(DOCUMENTS[:30], **SMALL).estimate_memory(), Doc2Vec(DOCUMENTS, **SMALL).estimate_memory()
    assert {"doctag_lookup", "doctag_syn0", "vocab", "vectors", "syn1neg", "total"} == {*few}
    assert many["doctag_syn0"] == 2 * few["doctag_syn0"]
    assert many["total"] == sum(size for name, size in many.items() if name != "total")


def test_top2vecs_settings_run_through() -> None:
    settings: dict[str, Any] = {"vector_size": 300, "window": 15, "sample": 1e-5, "epochs": 40, "min_count": 1}
    asked: dict[str, Any] = {"alpha": 0.025, "min_alpha": 0.01, "epochs": 100}
    objectives: list[dict[str, Any]] = [{"hs": 1, "negative": 0}, {"hs": 0, "negative": 5}]
    for objective in objectives:
        model = Doc2Vec(documents=DOCUMENTS, dm=0, dbow_words=1, workers=2, **settings, **objective)
        vectors = np.array([model.infer_vector(doc_words=words, **asked) for words in WORDS[:3]])
        assert vectors.shape == (3, 300)
        assert model.dv.get_normed_vectors().shape == (60, 300)
        assert model.wv.get_normed_vectors().shape == (12, 300)


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        (WORDS, r"document 0 is .* without words and tags: give TaggedDocument"),
        ([("a b", [0])], "without words and tags"),
        ([TaggedDocument("a b", [0])], "the words of document 0 are 'a b': give a list"),
        ([TaggedDocument(["a", "b"], "t")], "the tags of document 0 are 't': give a list"),
        ([TaggedDocument(["a", "b"], 0)], "the tags of document 0 are 0: give a list"),  # type: ignore[arg-type]
        (
            [TaggedDocument(["a", "b"], [-1])],
            "document 0 has the tag -1, which is neither text nor a number from 0: str.tag. makes",
        ),
        ([TaggedDocument(["a", "b"], [True])], "the tag True, which is neither text nor"),
        ([TaggedDocument(["a", "b"], [10**9])], "would make as many rows"),
        ([TaggedDocument(["a", "b"], ["1", 1])], "as a number and as text"),
        ([TaggedDocument(["a", 1], [0])], "token 1"),  # type: ignore[arg-type]
        ([], "holds no tokens"),
    ],
)
def test_what_is_no_document_is_named(documents: Any, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        Doc2Vec(documents, **SMALL)


def test_what_cannot_be_is_an_error(tmp_path: Path) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"dm_concat": 1}, "it errs in 31 % of reviews"),
        ({"dm_mean": 0}, "dm_mean=0 is not there"),
        ({"hs": 1}, "hs=1 is not there yet"),
        ({"dv": 3}, "dv= is not there"),
    ]
    for options, message in wrong:
        with pytest.raises(ParameterError, match=message):
            Doc2Vec(**options)
    Doc2Vec(dm=0, dm_mean=0)  # where nothing is added up
    with pytest.raises(TypeError, match="size"):
        Doc2Vec(size=5)
    with pytest.raises(TypeError, match="not both or none"):
        Doc2Vec(DOCUMENTS, corpus_file="x")
    with pytest.raises(TypeError, match="one text: give a list of words"):
        Doc2Vec(DOCUMENTS, **SMALL).infer_vector("king queen")
    for source in ({"corpus_file": 3}, {"corpus_iterable": 3}, {}, {"corpus_iterable": DOCUMENTS, "corpus_file": "x"}):
        with pytest.raises(TypeError):
            Doc2Vec(DOCUMENTS, **SMALL).train(**source)
    with pytest.raises(NotFittedError):
        Doc2Vec().train(DOCUMENTS, epochs=1)
    with pytest.raises(FormatError, match="does not exist"):
        Doc2Vec.load(tmp_path / "nothing")


def test_words_alone_are_a_model_without_documents() -> None:
    model = Doc2Vec(**SMALL)
    model.build_vocab_from_freq({"king": 5, "queen": 4, "cat": 3})
    assert (len(model.dv), len(model.wv)) == (0, 3)
    model.train(DOCUMENTS, total_examples=60, epochs=1)
    assert model.infer_vector(["king", "queen"]).any()


@pytest.mark.parametrize("mode", MODES)
def test_it_is_called_as_gensim_calls_it(mode: str) -> None:
    theirs = real_gensim().doc2vec
    options = {**SMALL, **MODES[mode], "window": 3, "epochs": 2}
    documents = [theirs.TaggedDocument(document.words, [*document.tags]) for document in NAMED]
    their_model, model = theirs.Doc2Vec(documents, **options), Doc2Vec(documents, **options)
    assert str(model) == str(their_model)
    assert model.dv.index_to_key == their_model.dv.index_to_key
    for name in (
        "dm",
        "dbow",
        "dbow_words",
        "dm_concat",
        "dm_tag_count",
        "corpus_count",
        "corpus_total_words",
        "epochs",
    ):
        assert bool(getattr(model, name)) == bool(getattr(their_model, name)), name
    assert model.corpus_count == their_model.corpus_count
