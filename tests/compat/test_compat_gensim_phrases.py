"""gensim's Phrases: the same names, phrases, scores and sentences."""

from __future__ import annotations

import copy
import inspect
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compat_gensim_models import real_gensim

from wordmill.compat.gensim.absent import PHRASES
from wordmill.compat.gensim.models import Phrases as SameClass
from wordmill.compat.gensim.models import Word2Vec, phrases
from wordmill.compat.gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases
from wordmill.errors import CorpusError, FormatError, ParameterError

SENTENCES = [
    ["new", "york", "is", "big"],
    ["he", "saw", "new", "york"],
    ["the", "bank", "of", "america", "in", "new", "york"],
    ["bank", "of", "america"],
    [],
    ["the"],
] * 3


def by_itself(
    worda_count: int, wordb_count: int, bigram_count: int, len_vocab: int, min_count: int, corpus_word_count: int
) -> float:
    return bigram_count / max(worda_count, wordb_count)


OPTIONS: list[dict[str, Any]] = [
    {"min_count": 1, "threshold": 0.5},
    {"min_count": 2, "threshold": 0.1, "connector_words": ENGLISH_CONNECTOR_WORDS},
    {"min_count": 1, "threshold": 0.3, "scoring": "npmi", "delimiter": " "},
    {"min_count": 1, "threshold": 0.4, "scoring": by_itself, "connector_words": ["of"]},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_everything_is_gensims(options: dict[str, Any]) -> None:
    real_gensim()
    from gensim.models.phrases import Phrases as Theirs

    ours, theirs = Phrases(SENTENCES, **options), Theirs(SENTENCES, **options)
    for _ in range(2):
        assert ours.vocab == theirs.vocab
        assert ours.corpus_word_count == theirs.corpus_word_count
        assert ours.export_phrases() == theirs.export_phrases()
        assert ours.freeze().phrasegrams == theirs.freeze().phrasegrams
        assert ours.find_phrases(SENTENCES) == theirs.find_phrases(SENTENCES)
        for mine, real in ((ours, theirs), (ours.freeze(), theirs.freeze())):
            assert str(mine) == str(real)
            assert [*mine[SENTENCES]] == [*real[SENTENCES]]
            assert [*mine[iter(SENTENCES)]] == [*real[iter(SENTENCES)]]
            assert mine[SENTENCES[2]] == mine[iter(SENTENCES[2])] == real[SENTENCES[2]]
            assert mine[[]] == real[[]] == []
            assert [*mine.analyze_sentence(SENTENCES[2])] == [*real.analyze_sentence(SENTENCES[2])]
            assert mine.score_candidate("new", "york", []) == real.score_candidate("new", "york", [])
            assert mine.score_candidate("york", "new", []) == real.score_candidate("york", "new", []) == (None, None)
        for model in (ours, theirs):
            model.add_vocab([["new", "york", "city"], ["bank", "of", "new", "zealand"]] * 4)


@pytest.mark.parametrize("name", ["Phrases", "FrozenPhrases"])
def test_names_parameters_and_defaults_are_gensims(name: str) -> None:
    real = getattr(real_gensim().phrases, name)
    cls = getattr(phrases, name)
    public = {method for method in dir(real) if not method.startswith("_")}
    assert public - set(dir(cls)) <= set(PHRASES)
    for method in (*public & set(dir(cls)) - {"save", "load"}, "__init__"):
        found = [
            [(p.name, p.default) for p in inspect.signature(getattr(owner, method)).parameters.values()]
            for owner in (cls, real)
        ]
        assert found[0] == found[1], method
    assert phrases.ENGLISH_CONNECTOR_WORDS == real_gensim().phrases.ENGLISH_CONNECTOR_WORDS
    assert SameClass is Phrases
    assert Phraser is FrozenPhrases


def test_a_joined_corpus_trains_a_model() -> None:
    bigrams = Phrases(SENTENCES, min_count=1, threshold=0.5).freeze()
    joined = bigrams[SENTENCES]
    assert len(joined) == len(SENTENCES)
    model = Word2Vec(joined, vector_size=8, min_count=1, epochs=2)
    assert "new_york" in model.wv
    trigrams = Phrases(bigrams[SENTENCES], min_count=1, threshold=0.1)
    assert all(isinstance(token, str) for sentence in trigrams[bigrams[SENTENCES]] for token in sentence)


def test_delimiters_inside_words_are_no_pairs() -> None:
    found = Phrases([["a_b", "c"]] * 5 + [["a", "b_c"]], min_count=2, threshold=0.1)
    assert found.export_phrases().keys() == {"a_b_c"}
    assert found[["a", "b_c"]] == ["a", "b_c"]


@pytest.mark.parametrize("options", OPTIONS[:3])
def test_saved_phrases_are_the_same(tmp_path: Path, options: dict[str, Any]) -> None:
    ours = Phrases(SENTENCES, **options)
    for model in (ours, ours.freeze()):
        path = tmp_path / "phrases.pkl"
        model.save(path)
        for again in (type(model).load(path), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):  # noqa: S301
            assert [*again[SENTENCES]] == [*model[SENTENCES]]
            assert str(again) == str(model)
        other = Phrases if model is not ours else FrozenPhrases
        with pytest.raises(FormatError, match=f"holds no {other.__name__}"):
            other.load(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(FormatError, match=r"phrases\.pkl"):
            type(model).load(path)


def test_what_cannot_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "theirs.pkl").write_bytes(pickle.dumps({"vocab": {}}))
    with pytest.raises(FormatError, match="is a pickle, as gensim saves"):
        Phrases.load(tmp_path / "theirs.pkl")
    with pytest.raises(FormatError, match="is no file"):
        Phrases.load(tmp_path / "nothing")
    with pytest.raises(ParameterError, match="of your own cannot be saved"):
        Phrases(SENTENCES, scoring=by_itself).save(tmp_path / "p")
    with pytest.raises(TypeError, match="save has no parameter 'apart'"):
        Phrases(SENTENCES).save(tmp_path / "p", apart=[])
    wrong: list[dict[str, Any]] = [{"min_count": 0}, {"threshold": 0}, {"threshold": 2, "scoring": "npmi"}]
    wrong += [{"scoring": "pmi"}, {"threshold": math.nan}, {"min_count": math.nan}, {"connector_words": "of"}]
    for options in [*wrong, {"threshold": math.nan, "scoring": by_itself}]:
        with pytest.raises(ParameterError, match=next(iter(options))):
            Phrases(**options)
    with pytest.raises(ParameterError, match="must take worda_count"):
        Phrases(scoring=lambda count: count)
    with pytest.raises(CorpusError, match="letters gensim would take for words"):
        Phrases(["new york"])
    with pytest.raises(ParameterError, match="letters gensim would take for words"):
        Phrases(SENTENCES)["new york"]
    with pytest.raises(CorpusError, match="token"):
        Phrases([["a", 3]])
    with pytest.raises(AttributeError, match="connector_words"):
        Phrases().common_terms  # noqa: B018
    np.testing.assert_equal(len(Phrases([]).vocab), 0)
