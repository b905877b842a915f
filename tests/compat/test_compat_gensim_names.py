"""Names, parameters and defaults are gensim's; what is missing is known and says so."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from compat_gensim_models import real_gensim

from wordmill.compat import gensim
from wordmill.compat.gensim.absent import (
    DOC2VEC,
    FASTTEXT,
    FASTTEXT_VECTORS,
    KEYED_VECTORS,
    MODELS,
    MODULES,
    PARTS,
    UTILS,
    WORD2VEC,
)

CLASSES = {
    "Word2Vec": WORD2VEC,
    "KeyedVectors": KEYED_VECTORS,
    "Doc2Vec": DOC2VEC,
    "TaggedDocument": {},
    "TaggedLineDocument": {},
    "FastText": FASTTEXT,
    "FastTextKeyedVectors": FASTTEXT_VECTORS,
    "LineSentence": {},
    "PathLineSentences": {},
    "Text8Corpus": {},
    "CallbackAny2Vec": {},
}
# save and load take whatever gensim's pickling takes, here a path; the others are old names of methods
FREE = {"save", "load", "word_vec", "words_closer_than"}


def real(name: str) -> Any:
    models = real_gensim()
    for module in (models.word2vec, models.keyedvectors, models.fasttext, models.doc2vec, models.callbacks):
        if hasattr(module, name):
            return getattr(module, name)
    raise LookupError(name)


def ours(name: str) -> Any:
    places = (gensim, gensim.models.fasttext, gensim.models.doc2vec)
    return next(getattr(place, name) for place in places if name in place.__all__)


def public(cls: type) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_") or name in ("__init__", "__setitem__")}


def parameters(function: Any) -> list[tuple[str, Any]]:
    found = inspect.signature(function).parameters.values()
    return [(p.name, p.default) for p in found if p.kind is not inspect.Parameter.VAR_KEYWORD and p.name != "self"]


@pytest.mark.parametrize("name", CLASSES)
def test_every_name_of_gensim_is_here_or_known_to_be_absent(name: str) -> None:
    here = public(ours(name))
    absent = set(CLASSES[name])
    assert public(real(name)) - here <= absent
    assert not here & absent


@pytest.mark.parametrize("name", CLASSES)
def test_parameters_and_defaults_are_gensims(name: str) -> None:
    cls, original = ours(name), real(name)
    for method in sorted(public(cls) & public(original)):
        if callable(getattr(original, method)) and method not in FREE:
            if method == "__init__" and cls.__init__ is object.__init__:
                continue
            assert parameters(getattr(cls, method)) == parameters(getattr(original, method)), method


def test_constructors_set_the_attributes_that_gensims_set_or_say_why_not() -> None:
    for name, arguments in (
        ("Word2Vec", ()), ("KeyedVectors", (3,)), ("FastText", ()), ("FastTextKeyedVectors", (3, 3, 6, 100)),
        ("Doc2Vec", ()),
    ):  # fmt: skip
        made = ours(name)(*arguments)
        missing = {attribute for attribute in vars(real(name)(*arguments)) if not hasattr(made, attribute)}
        assert missing - {"load"} <= set(CLASSES[name])  # load of an object is an error, gensim's too


def test_names_are_where_gensim_has_them() -> None:
    assert gensim.models.word2vec.LineSentence is gensim.LineSentence
    assert gensim.models.KeyedVectors is gensim.models.keyedvectors.KeyedVectors is gensim.KeyedVectors
    assert gensim.models.callbacks.CallbackAny2Vec is gensim.CallbackAny2Vec


@pytest.mark.parametrize("text", ["The Cat's 2 MATS, naïve_ _x and a verylongwordverylong", "ÉTÉ été 3D a1b"])
@pytest.mark.parametrize("deacc", [False, True])
def test_simple_preprocess_splits_as_gensim_does(text: str, deacc: bool) -> None:
    real_gensim()
    from gensim.utils import simple_preprocess

    assert gensim.utils.simple_preprocess(text, deacc) == simple_preprocess(text, deacc)


@pytest.mark.parametrize("name", WORD2VEC)
def test_absent_of_word2vec_says_so(name: str) -> None:
    with pytest.raises(AttributeError, match=f"Word2Vec.{name} is not in wordmill.compat.gensim: ."):
        getattr(gensim.Word2Vec(), name)


@pytest.mark.parametrize("name", KEYED_VECTORS)
def test_absent_of_keyed_vectors_says_so(name: str) -> None:
    with pytest.raises(AttributeError, match=f"KeyedVectors.{name} is not in wordmill.compat.gensim: ."):
        getattr(gensim.KeyedVectors(3), name)


@pytest.mark.parametrize("name", FASTTEXT)
def test_absent_of_fasttext_says_so(name: str) -> None:
    with pytest.raises(AttributeError, match=f"FastText.{name} is not in wordmill.compat.gensim: ."):
        getattr(gensim.FastText(), name)


@pytest.mark.parametrize("name", DOC2VEC)
def test_absent_of_doc2vec_says_so(name: str) -> None:
    with pytest.raises(AttributeError, match=f"Doc2Vec.{name} is not in wordmill.compat.gensim: ."):
        getattr(gensim.Doc2Vec(), name)


@pytest.mark.parametrize("name", FASTTEXT_VECTORS)
def test_absent_of_fasttexts_vectors_says_so(name: str) -> None:
    with pytest.raises(AttributeError, match=f"FastTextKeyedVectors.{name} is not in wordmill.compat.gensim: ."):
        getattr(gensim.FastText().wv, name)


@pytest.mark.parametrize("module", ["fasttext", "doc2vec"])
def test_every_function_of_a_module_is_here_or_known_to_be_absent(module: str) -> None:
    theirs, here = getattr(real_gensim(), module), getattr(gensim.models, module)
    for name, what in vars(theirs).items():
        if getattr(what, "__module__", "") == f"gensim.models.{module}" and not name.startswith("_"):
            if name in MODULES:
                with pytest.raises(ImportError, match=r"is not in wordmill\.compat\.gensim"):
                    getattr(here, name)
            else:
                found = getattr(here, name)
                assert inspect.isclass(found) or parameters(found) == parameters(what)


@pytest.mark.parametrize(
    ("module", "names"),
    [(gensim, PARTS), (gensim.models, MODELS), (gensim.utils, UTILS)],
    ids=["gensim", "models", "utils"],
)
def test_absent_names_of_modules_say_so_when_they_are_imported(module: Any, names: dict[str, str]) -> None:
    for name in names:
        with pytest.raises(ImportError, match=f"gensim's {name} is not in wordmill.compat.gensim.*: ."):
            getattr(module, name)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        module.nothing  # noqa: B018
    with pytest.raises(ImportError, match="only gensim's vectors of words and documents are here"):
        from wordmill.compat.gensim.models import LdaModel  # noqa: F401


def test_what_gensim_3_had_on_the_model_is_on_its_vectors() -> None:
    with pytest.raises(
        AttributeError, match=r"no attribute 'most_similar', but its vectors have: model\.wv\.most_similar"
    ):
        gensim.Word2Vec().most_similar  # noqa: B018


@pytest.mark.parametrize(
    "options",
    [
        {"hs": 1},
        {"negative": 0},
        {"cbow_mean": 0},
        {"null_word": 1},
        {"sorted_vocab": 0},
        {"sample": 50},
        {"workers": 0},
    ],
)
def test_options_that_are_not_there_are_errors(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        gensim.Word2Vec(**options)


def test_cbow_mean_does_not_matter_to_skip_gram() -> None:
    assert gensim.Word2Vec(sg=1, cbow_mean=0).cbow_mean == 0


def test_unknown_options_are_errors() -> None:
    with pytest.raises(TypeError, match="size"):
        gensim.Word2Vec(size=100)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="lots"):
        gensim.Word2Vec().build_vocab([["a", "b"]], lots=1)
    with pytest.raises(ValueError, match="word_count"):
        gensim.Word2Vec().train([["a"]], epochs=1, word_count=3)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("from wordmill.compat.gensim.models.tfidfmodel import TfidfModel", "only gensim's vectors of words and"),
        ("from wordmill.compat.gensim.models.fasttext import FastTextVocab", "gensim 4 has it no more"),
        ("from wordmill.compat.gensim.corpora import Dictionary", "only gensim's vectors of words and"),
        (
            "from wordmill.compat.gensim.scripts.glove2word2vec import glove2word2vec",
            "is not in wordmill.compat.gensim",
        ),
        ("import wordmill.compat.gensim.downloader as api", "nothing is downloaded here"),
        ("import wordmill.compat.gensim.models.ldamodel", "only gensim's vectors of words and"),
        ("from wordmill.compat.gensim.models.word2vec import Word2VecVocab", "gensim 4 has it no more"),
        ("from wordmill.compat.gensim.models.keyedvectors import EuclideanKeyedVectors", "has KeyedVectors alone"),
    ],
)
def test_modules_and_names_that_are_absent_say_so_when_imported(program: str, reason: str) -> None:
    with pytest.raises(ImportError) as caught:
        exec(program)  # noqa: S102 (as a program has it)
    assert reason in str(caught.value)


def test_rows_by_key_are_a_plain_dictionary() -> None:
    model = gensim.Word2Vec([["a", "b"]] * 20, vector_size=4, min_count=1)
    rows = model.wv.key_to_index
    assert type(rows) is dict
    assert rows == {"a": 0, "b": 1}
    assert rows is model.wv.key_to_index
    rows.clear()
    assert "a" in model.wv
    assert model.wv.get_index("b") == 1
    model.wv.add_vector("c", [0.0] * 4)
    assert model.wv.key_to_index == {"a": 0, "b": 1, "c": 2}
