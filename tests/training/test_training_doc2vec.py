"""`Doc2Vec`: vectors of documents, in all that training does, and inference of new ones."""

from __future__ import annotations

import copy
import pickle
from collections import namedtuple
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from wordmill import Checkpoint, Doc2Vec, KeyedVectors, Word2Vec, read_documents
from wordmill.corpus import EncodedCorpus, Tags, find_phrases
from wordmill.errors import CorpusError, FormatError, NotFittedError, OutputError, ParameterError
from wordmill.training import Callback, EarlyStopping, Run

SMALL: dict[str, Any] = {"vector_size": 16, "min_count": 1, "epochs": 12, "workers": 1, "sample": 0.0}
Mode = Literal["dbow", "dm"]
MODELS: dict[str, dict[str, Any]] = {
    "dbow": {},
    "dbow alone": {"train_words": False},
    "dm": {"mode": "dm"},
    "dbow by hierarchical softmax": {"objective": "hierarchical_softmax"},
    "dm by hierarchical softmax": {"mode": "dm", "objective": "hierarchical_softmax"},
    "dbow with subwords": {"subwords": (2, 3), "buckets": 500},
    "dm with subwords": {"mode": "dm", "subwords": (2, 3), "buckets": 500},
}
every_model = pytest.mark.parametrize("model", MODELS)
TOPICS = 4


def documents(count: int = 160, seed: int = 0) -> list[tuple[str, str]]:
    """Make documents of four topics, each with words of its own beside common ones."""
    rng = np.random.default_rng(seed)
    common = [f"common{i}" for i in range(15)]
    words = [[f"topic{t}word{i}" for i in range(20)] for t in range(TOPICS)]
    return [(f"d{i}", " ".join(rng.choice(words[i % TOPICS] + common, size=40))) for i in range(count)]


@pytest.fixture(scope="module")
def tagged() -> list[tuple[str, str]]:
    return documents()


@pytest.fixture(scope="module")
def texts(tagged: list[tuple[str, str]]) -> list[str]:
    return [text for _, text in tagged]


@pytest.fixture(scope="module")
def corpus(tagged: list[tuple[str, str]]) -> EncodedCorpus:
    return read_documents(tagged, min_count=1)


def small(**params: Any) -> Doc2Vec:
    return Doc2Vec(**{**SMALL, **params})


def cosines(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray((one * other).sum(axis=1) / norms)


class Interrupt(Callback):
    def on_epoch_end(self, run: Run) -> None:
        if len(run.history) == 5:
            raise KeyboardInterrupt


# Vectors


@every_model
def test_documents_of_a_topic_are_near_and_inferred_vectors_like_trained_ones(
    tagged: list[tuple[str, str]], texts: list[str], model: str
) -> None:
    fitted = small(**{**MODELS[model], "epochs": 20}).fit(tagged)
    assert list(fitted.dv) == [tag for tag, _ in tagged]
    assert fitted.dv.vectors.shape == (len(tagged), 16)
    assert fitted.history[-1]["loss"] < 0.95 * fitted.history[0]["loss"]
    nearest = [fitted.dv.most_similar(tag, topn=1)[0].key for tag, _ in tagged]
    same = [int(str(tag)[1:]) % TOPICS == i % TOPICS for i, tag in enumerate(nearest)]
    assert np.mean(same) > 0.95
    inferred = fitted.infer(texts)
    assert inferred.shape == fitted.dv.vectors.shape
    assert np.median(cosines(inferred, fitted.dv.vectors)) > 0.6


def test_documents_and_words_lie_in_one_space(tagged: list[tuple[str, str]]) -> None:
    model = small(epochs=30).fit(tagged)
    near = model.dv.similar_by_vector(model.wv["topic2word3"], topn=10)
    assert sum(int(str(neighbor.key)[1:]) % TOPICS == 2 for neighbor in near) >= 9


def test_words_learn_beside_documents_or_not(corpus: EncodedCorpus) -> None:
    begun = Word2Vec(**{**SMALL, "epochs": 1, "alpha": 1e-30, "min_alpha": 0.0}).fit(corpus)
    alone = small(train_words=False).fit(corpus)
    with pytest.raises(ParameterError, match="train_words=True"):
        alone.with_outputs()
    np.testing.assert_array_equal(alone.wv.vectors, begun.wv.vectors)
    assert (small().fit(corpus).wv.vectors != begun.wv.vectors).any(axis=1).all()


def test_tags_shared_by_documents_learn_from_all_of_them(texts: list[str]) -> None:
    tags = [[f"d{i}", f"topic{i % TOPICS}"] for i in range(len(texts))]
    model = small().fit(texts, tags=tags)
    assert len(model.dv) == len(texts) + TOPICS
    assert model.dv.counts is not None
    assert model.dv.counts[model.dv.get_index("topic1")] == len(texts) // TOPICS
    near = [neighbor.key for neighbor in model.dv.most_similar("topic1", topn=10)]
    assert sum(str(key).startswith("topic") or int(str(key)[1:]) % TOPICS == 1 for key in near) == 10


# What is taken


Tagged = namedtuple("Tagged", ["words", "tags"])
FORMS: dict[str, Callable[[list[tuple[str, str]]], dict[str, Any]]] = {
    "pairs": lambda pairs: {"X": pairs},
    "pairs of tokens": lambda pairs: {"X": [(tag, text.split()) for tag, text in pairs]},
    "words and tags": lambda pairs: {"X": [Tagged(text.split(), [tag]) for tag, text in pairs]},
    "a function": lambda pairs: {"X": lambda: iter(pairs)},
    "tags apart": lambda pairs: {"X": [text for _, text in pairs], "tags": [tag for tag, _ in pairs]},
    "tags of NumPy": lambda pairs: {"X": [text for _, text in pairs], "tags": np.array([tag for tag, _ in pairs])},
    "pandas": lambda pairs: {"X": pd.DataFrame(pairs, columns=["tag", "body"]), "tags": "tag", "text": "body"},
    "Polars": lambda pairs: {
        "X": pl.DataFrame(pairs, schema=["tag", "body"], orient="row"),
        "tags": "tag",
        "text": "body",
    },
    "lists of Polars": lambda pairs: {
        "X": [text for _, text in pairs],
        "tags": pl.Series([[tag] for tag, _ in pairs]),
    },
    "Arrow": lambda pairs: {"X": pa.table(dict(zip(("tag", "body"), zip(*pairs, strict=True), strict=True))),
                            "tags": "tag", "text": "body"},
    "an encoded corpus": lambda pairs: {"X": read_documents(pairs, min_count=1)},
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_documents_come_in_many_forms(tagged: list[tuple[str, str]], corpus: EncodedCorpus, form: str) -> None:
    expected = small(epochs=1).fit(corpus)
    model = small(epochs=1).fit(**FORMS[form](tagged))
    assert list(model.dv) == list(expected.dv)
    np.testing.assert_array_equal(model.dv.vectors, expected.dv.vectors)


TABLES: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    "d.jsonl": lambda frame, path: frame.write_ndjson(path),
    "d.csv": lambda frame, path: frame.write_csv(path),
    "d.tsv": lambda frame, path: frame.write_csv(path, separator="\t"),
    "d.parquet": lambda frame, path: frame.write_parquet(path),
    "d.arrow": lambda frame, path: frame.write_ipc(path),
}


@pytest.mark.parametrize("name", TABLES)
def test_documents_come_in_files_of_tables(
    tagged: list[tuple[str, str]], corpus: EncodedCorpus, tmp_path: Path, name: str
) -> None:
    frame = pl.DataFrame(tagged, schema=["tag", "body"], orient="row")
    TABLES[name](frame, tmp_path / name)
    model = small(epochs=1).fit(tmp_path / name, tags="tag", text="body")
    np.testing.assert_array_equal(model.dv.vectors, small(epochs=1).fit(corpus).dv.vectors)
    with pytest.raises(CorpusError, match=r"has no column 'bod': did you mean 'body'\?"):
        small().fit(tmp_path / name, text="bod")


@pytest.mark.parametrize("content", [b"", b"{not json\n", b"PAR1 but no more", b"ARROW1 but no more", b'a,b\n"c\n'])
def test_a_damaged_table_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "d").write_bytes(content)
    with pytest.raises(CorpusError, match=r"d is no table that can be read|d, line 1 is not JSON"):
        small().fit(tmp_path / "d", text="a")
    with pytest.raises(CorpusError, match="'nowhere' names no file"):
        small().fit("nowhere", text="a")


def test_documents_without_tags_are_numbered(texts: list[str], tmp_path: Path) -> None:
    file = tmp_path / "documents.txt"
    file.write_text("\n".join(["", *texts]) + "\n", encoding="utf-8")
    model = small(epochs=1).fit(file)
    assert model.dv.keys.tolist() == list(range(len(texts) + 1))  # type: ignore[union-attr]
    assert not model.dv[0].any()  # an empty line is a document, too
    assert model.dv[1].any()


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (["a", "b", 3], "tags are of two kinds, text such as 'a' and integers such as 3"),
        (["a", None, "c"], "document 1 has no tag"),
        (["a", float("nan"), "c"], "document 1 has no tag"),
        (["a", "b", ("c", 1.5)], "document 2 has a tag of type float .1.5.: .*; str.tag. makes one of it"),
        ([date(2020, 1, 1)] * 3, "document 0 has a tag of type date .*; tag.isoformat.. makes one of it"),
        ([["a"], [("a", 1)], ["b"]], "document 1 has a tag of type tuple .*; '/'.join.map.str, tag.. makes one of it"),
        (["a", "b", ["c", "c"]], "document 2 has a tag twice"),
        (["a", "b"], "there are tags for 2 documents, and 3 documents"),
        ([2**70, 1, 2], "beyond 64 bits"),
        (["a", pd.NA, "c"], "document 1 has no tag"),
        (["a", "", "c"], "document 1 has no tag"),
        ([["a"], [], ["\ud800"]], "document 2 has the tag .* half a surrogate pair"),
        ([["a"], {"b", "c"}, ["d"]], "document 1 has a tag of type set .* in a list"),
        ([[], [], []], "no document has a tag"),
        ("abc", "is one text"),
        (7, "give a tag, or a list of tags, for each document"),
        ({"a", "b", "c"}, "give a tag, or a list of tags, for each document"),
        ({"a": 1, "b": 2, "c": 3}, "give a tag, or a list of tags, for each document"),
    ],
)
def test_bad_tags_are_named(tags: Any, message: str) -> None:
    with pytest.raises((CorpusError, ParameterError), match=message):
        small().fit(["a b", "b c", "a c"], tags=tags)


def test_bad_tags_are_named_before_documents_are_read(texts: list[str]) -> None:
    read = []

    def tagged(tags: list[Any]) -> Iterator[tuple[Any, str]]:
        for tag, text in zip(tags, texts, strict=False):
            read.append(tag)
            yield tag, text

    def untagged() -> Iterator[str]:
        return (text for _, text in tagged([0]))

    with pytest.raises(CorpusError, match=r"document 1 has a tag of type bytes .*; tag.decode.. makes one of it"):
        small().fit(lambda: tagged(["a", b"b", "c", "d"]))
    assert read == ["a", b"b"]
    with pytest.raises(CorpusError, match="document 1 has a tag of type bytes"):
        small().fit(untagged, tags=["a", b"b"])
    assert read == ["a", b"b"]


def test_documents_to_infer_may_have_any_tags(texts: list[str]) -> None:
    model = small(epochs=1).fit(texts)
    np.testing.assert_array_equal(model.infer([(None, texts[0]), (1.5, texts[1])]), model.infer(texts[:2]))


def test_training_makes_no_dictionary_of_numbers(texts: list[str]) -> None:
    corpus = read_documents(texts, min_count=1)
    small(epochs=1).fit(corpus)
    assert "key_to_index" not in vars(corpus.tags)


@pytest.mark.parametrize("keys", [np.array([4, 4]), ["a", "a"]], ids=["int", "str"])
def test_keys_that_come_twice_are_refused(keys: Any) -> None:
    with pytest.raises(CorpusError, match="a tag is there twice"):
        Tags.without_documents(keys)


def test_tags_twice_over_or_in_part_are_refused(tagged: list[tuple[str, str]], texts: list[str]) -> None:
    with pytest.raises(ParameterError, match="leave one out"):
        small().fit(tagged, tags=range(len(tagged)))
    with pytest.raises(CorpusError, match="document 2 comes with no tag, and others have one"):
        small().fit([*tagged[:2], texts[2]])
    with pytest.raises(CorpusError, match="the table has no column 'nowhere': it has tag, body"):
        small().fit(pd.DataFrame(tagged, columns=["tag", "body"]), text="nowhere")


def test_bad_parameters_are_named(texts: list[str]) -> None:
    with pytest.raises(ParameterError, match="mode decides it"):
        Doc2Vec(architecture="cbow")
    with pytest.raises(ParameterError, match="mode='pv' is not allowed: it must be 'dbow' or 'dm'"):
        small(mode="pv").fit(texts)
    with pytest.raises(ParameterError, match="unknown parameter dm"):
        Doc2Vec(dm=1)
    model = small(epochs=1).fit(texts)
    with pytest.raises(ParameterError, match="epochs=0"):
        model.infer(texts, epochs=0)
    with pytest.raises(ParameterError, match="alpha"):
        model.infer(texts, alpha=-1.0)


# Inference


@every_model
def test_a_document_has_one_vector_wherever_it_is_inferred(tagged: list[tuple[str, str]], model: str) -> None:
    fitted = small(**{**MODELS[model], "epochs": 2, "workers": 2}).fit(tagged[:60])
    together = fitted.infer([text for _, text in tagged])
    for i in (0, 7, 159):
        np.testing.assert_array_equal(fitted.infer(tagged[i][1]), together[i])
        np.testing.assert_array_equal(fitted.infer([tagged[i][1].split()] * 2)[1], together[i])
    np.testing.assert_array_equal(fitted.transform([text.split() for _, text in tagged]), together)
    assert not fitted.infer(["", "unknown words"]).any()
    assert fitted.infer([]).shape == (0, 16)


def test_fitting_and_inferring_at_once(tagged: list[tuple[str, str]], texts: list[str]) -> None:
    model = small(epochs=2)
    inferred = model.fit_transform(texts, tags=[tag for tag, _ in tagged])
    assert list(model.dv) == [tag for tag, _ in tagged]
    np.testing.assert_array_equal(inferred, model.infer(texts))
    np.testing.assert_array_equal(small(epochs=2).fit_transform(tagged), inferred)


def test_inference_changes_nothing_and_survives_copies(tagged: list[tuple[str, str]], texts: list[str]) -> None:
    model = small(mode="dm").fit(tagged)
    before = model.wv.vectors.copy(), model.output_vectors.copy(), model.dv.vectors.copy()
    inferred = model.infer(texts)
    for now, then in zip((model.wv.vectors, model.output_vectors, model.dv.vectors), before, strict=True):
        np.testing.assert_array_equal(now, then)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):  # noqa: S301
        np.testing.assert_array_equal(other.infer(texts), inferred)
    again = model.fit(tagged).infer(texts)
    np.testing.assert_array_equal(again, inferred)


def test_more_epochs_of_inference_come_nearer_to_what_is_asked(tagged: list[tuple[str, str]]) -> None:
    model = small().fit(tagged)
    few, many = (model.infer([text for _, text in tagged], epochs=epochs) for epochs in (1, 40))
    assert np.linalg.norm(many, axis=1).mean() > np.linalg.norm(few, axis=1).mean()


def test_the_reference_backend_infers_alike(tagged: list[tuple[str, str]]) -> None:
    native, defined = (small(epochs=2, backend=backend).fit(tagged[:20]) for backend in ("native", "reference"))
    np.testing.assert_allclose(defined.dv.vectors, native.dv.vectors, atol=2e-6)
    unseen = [text for _, text in tagged[20:25]]
    np.testing.assert_allclose(defined.infer(unseen), native.infer(unseen), atol=2e-6)


def test_score_prefers_documents_like_those_that_were_learnt(tagged: list[tuple[str, str]], texts: list[str]) -> None:
    model = small().fit(tagged)
    shuffled = np.random.default_rng(3).permutation(" ".join(texts).split()).reshape(len(texts), -1)
    assert model.score(texts) > model.score([" ".join(words) for words in shuffled])
    assert model.score(texts) == model.score([text.split() for text in texts])


# Runs


@every_model
def test_a_resumed_run_gives_the_same_bits(corpus: EncodedCorpus, tmp_path: Path, model: str) -> None:
    whole = small(**MODELS[model]).fit(corpus)
    checkpoint = Checkpoint(tmp_path / "c", epochs=1, seconds=None)
    with pytest.raises(KeyboardInterrupt):
        small(**MODELS[model]).fit(corpus, callbacks=[checkpoint, Interrupt()])
    resumed = small(**MODELS[model]).fit(corpus, callbacks=[checkpoint], resume=tmp_path / "c")
    np.testing.assert_array_equal(resumed.dv.vectors, whole.dv.vectors)
    np.testing.assert_array_equal(resumed.wv.vectors, whole.wv.vectors)


def test_a_checkpoint_of_other_tags_is_refused(corpus: EncodedCorpus, texts: list[str], tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "c", epochs=1, seconds=None)
    with pytest.raises(KeyboardInterrupt):
        small().fit(corpus, callbacks=[checkpoint, Interrupt()])
    with pytest.raises(ParameterError, match="another corpus"):
        small().fit(texts, resume=tmp_path / "c")


@every_model
def test_deterministic_training_has_the_same_bits_on_any_number_of_threads(corpus: EncodedCorpus, model: str) -> None:
    settings = {**MODELS[model], "epochs": 2, "deterministic": True}
    one, three = (small(**{**settings, "workers": workers}).fit(corpus) for workers in (1, 3))
    np.testing.assert_array_equal(one.dv.vectors, three.dv.vectors)
    np.testing.assert_array_equal(one.output_vectors, three.output_vectors)


def test_validation_holds_out_second_halves(corpus: EncodedCorpus) -> None:
    model = small(train_words=False, epochs=8).fit(corpus, validation=0.2)
    losses = [entry["validation_loss"] for entry in model.history]
    assert losses[-1] < 0.95 * losses[0]  # a document that is held out whole would teach nothing
    assert sum(entry["tokens"] for entry in model.history) / 8 == pytest.approx(0.8 * len(corpus.ids), rel=0.02)
    assert len(model.dv) == len(corpus)


def test_validation_by_other_documents_of_known_tags(tagged: list[tuple[str, str]], texts: list[str]) -> None:
    other = [(f"d{i}", " ".join(text.split()[:20])) for i, text in enumerate(texts[:40])]
    model = small().fit(tagged, validation=other, callbacks=[EarlyStopping(2)])
    assert model.history[-1]["validation_loss"] < model.history[0]["validation_loss"]


@pytest.mark.parametrize("tags", [None, "unknown"])
def test_validation_by_documents_that_are_not_trained_is_refused(texts: list[str], tags: str | None) -> None:
    """Nor is a document without a tag taken for the one of the same number."""
    validation = texts[:3] if tags is None else [(0, texts[0]), (1_000, texts[1])]
    number = 0 if tags is None else 1
    with pytest.raises(CorpusError, match=f"document {number} of validation has no tag that is trained"):
        small(epochs=1).fit(texts, validation=validation)


def test_more_documents_are_learnt_beside_those_there(tagged: list[tuple[str, str]]) -> None:
    first = [(tag, text) for tag, text in tagged[:80]]
    model = small().fit(first)
    before = model.dv["d3"].copy()
    model.partial_fit([*tagged[78:], ("new", "topic1word1 brandnewword " * 20)], extend_vocab=True)
    assert list(model.dv) == [*(tag for tag, _ in tagged), "new"]
    np.testing.assert_array_equal(model.dv["d3"], before)  # no document of this corpus
    assert "brandnewword" in model.wv
    assert model.dv["new"].any()
    assert model.dv.counts is not None
    assert model.dv.counts.tolist() == [1] * 78 + [2] * 2 + [1] * (len(tagged) - 79)


@pytest.mark.parametrize("saved", [False, True])
def test_an_empty_document_is_zeros_where_it_is_new(
    texts: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture, saved: bool
) -> None:
    model = small(epochs=1).fit(texts[:5])
    if saved:
        model.save(tmp_path / "m")
        model = Doc2Vec.load(tmp_path / "m")
    before = model.dv[3].copy()
    caplog.clear()
    model.partial_fit(["", "", texts[5]], tags=[3, 5, 6])
    np.testing.assert_array_equal(model.dv[3], before)
    assert not model.dv[5].any()
    assert model.dv[6].any()
    assert [record.message for record in caplog.records if "zeros" in record.message] == [
        "zeros for 1 document without any word of the vocabulary, such as 5"
    ]


def test_documents_without_tags_are_numbered_on(texts: list[str]) -> None:
    model = small(epochs=1).fit(texts[:50])
    model.partial_fit(texts[50:60])
    assert model.dv.keys.tolist() == list(range(60))  # type: ignore[union-attr]
    named = small(epochs=1).fit(texts[:3], tags=["a", "b", "c"])
    with pytest.raises(CorpusError, match="without tags, and those of the model have text, such as 'a': give each"):
        named.partial_fit(texts[3:6])
    with pytest.raises(CorpusError, match="the tags of the documents are int, those of the model str"):
        named.partial_fit(texts[3:6], tags=[3, 4, 5])


def test_frozen_words_stay_and_documents_learn(corpus: EncodedCorpus) -> None:
    words = Word2Vec(**SMALL).fit(corpus).wv
    model = small(mode="dm").fit(corpus, init_from=words, freeze=words)
    np.testing.assert_array_equal(model.wv.vectors, words.vectors)
    assert model.dv.vectors.any(axis=1).all()


def test_phrases_are_joined_in_documents(texts: list[str]) -> None:
    doubled = [text.replace("common3", "common3 indeed") for text in texts]
    phrases = find_phrases(doubled, min_count=5, threshold=1.0)
    model = small(epochs=1, phrases=phrases).fit(doubled)
    assert model.dv.keys.tolist() == list(range(len(doubled)))  # type: ignore[union-attr]
    assert any("common3_indeed" in str(key) for key in model.wv)
    joined = model.infer(doubled[:5])
    np.testing.assert_array_equal(model.infer([text.split() for text in doubled[:5]]), joined)


# Files


@every_model
def test_a_saved_model_goes_on(tagged: list[tuple[str, str]], texts: list[str], tmp_path: Path, model: str) -> None:
    fitted = small(**{**MODELS[model], "epochs": 2}).fit(tagged)
    fitted.save(tmp_path / "m")
    loaded = Doc2Vec.load(tmp_path / "m")
    assert loaded.get_params() == fitted.get_params()
    np.testing.assert_array_equal(loaded.infer(texts), fitted.infer(texts))
    alone = KeyedVectors.load(tmp_path / "m" / "documents")
    np.testing.assert_array_equal(alone["d5"], fitted.dv["d5"])
    for one in (fitted, loaded):
        one.partial_fit(tagged[:30])
    np.testing.assert_array_equal(loaded.dv.vectors, fitted.dv.vectors)
    loaded.save(tmp_path / "m")  # in its own place


def test_models_of_words_and_of_documents_are_not_mixed_up(tagged: list[tuple[str, str]], tmp_path: Path) -> None:
    small(epochs=1).fit(tagged).save(tmp_path / "documents")
    Word2Vec(**SMALL).fit([text for _, text in tagged]).save(tmp_path / "words")
    with pytest.raises(FormatError, match=r"a model of documents: read it with Doc2Vec\.load"):
        Word2Vec.load(tmp_path / "documents")
    with pytest.raises(FormatError, match=r"a model of words alone: read it with Word2Vec\.load"):
        Doc2Vec.load(tmp_path / "words")


def test_damage_to_the_vectors_of_documents_is_noticed(tagged: list[tuple[str, str]], tmp_path: Path) -> None:
    model = small(epochs=1).fit(tagged)
    model.save(tmp_path / "m")
    file = tmp_path / "m" / "documents" / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(content)
    with pytest.raises(FormatError, match="documents"):
        Doc2Vec.load(tmp_path / "m")
    (tmp_path / "m" / "documents" / "mine.txt").write_text("keep me")
    with pytest.raises(OutputError, match="documents holds files that are not of a saved model"):
        model.save(tmp_path / "m")


def test_the_documents_of_a_model_are_not_replaced_alone(tagged: list[tuple[str, str]], tmp_path: Path) -> None:
    model = small(epochs=1).fit(tagged)
    model.save(tmp_path / "m")
    (tmp_path / "link").symlink_to("m/documents")
    for target in (tmp_path / "m" / "documents", tmp_path / "link"):
        with pytest.raises(OutputError, match=r"is a part of the model .*: choose another directory"):
            model.dv.save(target)
    model.save(tmp_path / "m")
    model.dv.save(tmp_path / "documents")  # which is no model's
    assert len(Doc2Vec.load(tmp_path / "m").dv) == len(tagged)


def test_what_was_not_fitted_says_so(tagged: list[tuple[str, str]], tmp_path: Path) -> None:
    with pytest.raises(NotFittedError):
        _ = small().dv
    model = small(epochs=1).fit(tagged)
    model.save(tmp_path / "m")
    (tmp_path / "m" / "training.safetensors").unlink()
    loaded = Doc2Vec.load(tmp_path / "m")
    assert loaded.dv["d1"].any()
    with pytest.raises(NotFittedError, match="without its output vectors"):
        loaded.infer("topic1word1")


def test_an_encoded_corpus_keeps_its_tags(corpus: EncodedCorpus, tmp_path: Path) -> None:
    corpus.save(tmp_path / "c.wm")
    loaded = EncodedCorpus.load(tmp_path / "c.wm")
    assert loaded.tags is not None
    assert corpus.tags is not None
    assert loaded.tags.keys == corpus.tags.keys
    assert loaded.fingerprint() == corpus.fingerprint()
    one, other = (small(epochs=1).fit(source) for source in (corpus, tmp_path / "c.wm"))
    np.testing.assert_array_equal(one.dv.vectors, other.dv.vectors)
