"""Next items foretold: measures by hand, ranks against plain Python, and no look at what is held out."""

from __future__ import annotations

import json
import math
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill import EventCorpus, KeyedVectors, Word2Vec, evaluate_recommendation, read_corpus, read_events
from wordmill.corpus import Vocab
from wordmill.corpus.events import Cases, as_events
from wordmill.errors import CorpusError, ParameterError
from wordmill.recommendation.methods import ByOutputs, ByVectors, CoOccurrence, Method, Popularity
from wordmill.recommendation.ranking import rank_answers

SMALL: dict[str, Any] = {"vector_size": 8, "epochs": 3, "min_count": 1, "workers": 1, "sample": 0}


class Fixed(Method):
    """Scores that are given."""

    def __init__(self, scores: NDArray[np.float64]) -> None:
        super().__init__(np.arange(scores.shape[1]), scores.shape[1])
        self._given, self._at = scores, 0

    def scores(self, seen: list[NDArray[np.int64]]) -> NDArray[np.float64]:
        self._at += len(seen)
        return self._given[self._at - len(seen) : self._at].copy()


def cases_of(*asked: tuple[list[int], int]) -> Cases:
    offsets = np.cumsum([0, *(len(seen) for seen, _ in asked)])
    together = np.array([item for seen, _ in asked for item in seen], np.int32)
    return Cases(together, offsets, np.array([answer for _, answer in asked], np.int32), np.arange(len(asked)))


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_ranks_and_coverage_as_sorting_gives_them(data: st.DataObject) -> None:
    items, count = 7, data.draw(st.integers(1, 6))
    number = st.integers(0, 3)  # many ties
    scores = np.array([[data.draw(number) for _ in range(items)] for _ in range(count)], float)
    item = st.integers(0, items - 1)
    asked = [(data.draw(st.lists(item, min_size=1, max_size=3)), data.draw(item)) for _ in range(count)]
    exclude = data.draw(st.booleans())
    if exclude:
        asked = [(seen, answer) for seen, answer in asked if answer not in seen]
        scores = scores[: len(asked)]
    if not asked:
        return
    found = rank_answers(Fixed(scores), cases_of(*asked), (2, 3), exclude_seen=exclude)
    ranks = []
    for row, (seen, answer) in zip(scores, asked, strict=True):
        order = sorted((i for i in range(items) if not (exclude and i in seen)), key=lambda i: (-row[i], i))
        ranks.append(order.index(answer) + 1)
    assert found.ranks.tolist() == ranks


def test_coverage_of_many_ties_is_of_the_items_that_ranks_put_first() -> None:
    scores = np.zeros((2, 500))
    scores[0, 300] = scores[1, 400] = 1
    found = rank_answers(Fixed(scores), cases_of(([1], 300), ([0], 2)), (3, 500), exclude_seen=True)
    assert found.ranks.tolist() == [1, 3]  # before it stand 400 and 1
    assert found.recommended == {3: len({300, 0, 2} | {400, 1, 2}), 500: 500}


def test_scores_of_each_method_by_hand() -> None:
    train = as_events([["a", "b", "b"], ["a", "c"], ["b", "a"]])
    items = Vocab(["b", "a", "c", "new"], np.array([3, 3, 1, 1]))
    row = {key: train.vocab[key] for key in "abc"}

    def scored(method: Method, *seen: str) -> dict[str, float]:
        scores = method.scores([np.array([row[key] for key in seen])])[0]
        return {key: float(scores[at]) for key, at in row.items()}

    assert Popularity(train, items).row_of.tolist() == [row["b"], row["a"], row["c"], -1]
    assert scored(Popularity(train, items), "a") == {"a": 3, "b": 3, "c": 1}
    assert scored(CoOccurrence(train, items, "last"), "c", "a") == {"a": 3, "b": 2, "c": 1}
    assert scored(CoOccurrence(train, items, "mean"), "c", "a", "a") == {"a": 4, "b": 2, "c": 2}
    wv = KeyedVectors(train.vocab.keys, np.eye(3, 2, dtype=np.float32) + 1)
    units = wv.unit_vectors(range(3))
    both = units[[row["c"], row["a"]]].mean(axis=0)
    assert scored(ByVectors(wv, items, "last"), "c", "a")["b"] == pytest.approx(wv.similarity("a", "b"), abs=1e-6)
    assert scored(ByVectors(wv, items, "mean"), "c", "a")["b"] == pytest.approx(float(both @ units[row["b"]]), abs=1e-6)


def test_measures_by_hand() -> None:
    """Of the last item a, the neighbours are a, b, c, d in this order."""
    angles = np.radians([0, 10, 30, 60])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    wv = KeyedVectors(list("abcd"), vectors)
    sessions = [["a", "b"], ["a", "d"], ["a", "a"], ["a", "x"], ["x", "y", "a"], ["b", "c", "d", "x", "y"]]
    result = evaluate_recommendation(wv, sessions, "last", k=(1, 2, 4))
    ranks = dict(zip([int(s) for s in result.sequences], result.rankings["vectors"].ranks.tolist(), strict=True))
    assert ranks == {0: 2, 1: 4, 2: 1, 3: 0, 4: 0, 5: 0}
    assert result.estimate("hr@2").value == pytest.approx(2 / 6)
    assert result.estimate("mrr@4").value == pytest.approx((1 / 2 + 1 / 4 + 1) / 6)
    assert result.estimate("ndcg@4").value == pytest.approx((1 / math.log2(3) + 1 / math.log2(5) + 1) / 6)
    assert result.known == pytest.approx(3 / 6)
    trained = {"a", "b", "c", "d", "x", "y"}  # without the last of each sequence
    assert result.items == len(trained)
    assert result.coverage(1) == pytest.approx(2 / len(trained))  # the nearest to a is a, to d is d
    low, high = result.estimate("hr@2").interval
    assert 0 <= low < 2 / 6 < high <= 1
    unseen = evaluate_recommendation(wv, sessions, "last", k=(1, 2, 4), exclude_seen=True)
    assert unseen.repeats == 1
    ranks = dict(zip([int(s) for s in unseen.sequences], unseen.rankings["vectors"].ranks.tolist(), strict=True))
    assert ranks == {0: 1, 1: 3, 3: 0, 4: 0, 5: 0}


@pytest.fixture(scope="module")
def clicks() -> EventCorpus:
    """Three shelves of ten items; sessions of a shelf each, one after the other."""
    rng = np.random.default_rng(1)
    sessions = [rng.permutation(10)[:5] + 10 * (i % 3) for i in range(600)]
    table = {"user": np.repeat(np.arange(600), 5), "item": np.concatenate(sessions), "time": np.arange(3000)}
    return read_events(table)


def test_vectors_that_know_shelves_are_above_popularity(clicks: EventCorpus) -> None:
    result = evaluate_recommendation(Word2Vec(window="sequence", **SMALL | {"epochs": 20}), clicks, exclude_seen=True)
    assert result.estimate("hr@10").value > 0.95
    assert result.above("popularity", "hr@10").interval[0] > 0.3
    assert set(result.rankings) == {"vectors", "co-occurrence", "popularity"}
    assert result.coverage(10) == 1.0
    text = str(result)
    assert "vectors are" in text
    assert "item co-occurrence" in text
    assert json.loads(json.dumps(result.to_dict()))["scores"]["vectors"]["hr@10"]["value"] > 0.95


class Seen:
    """What models were fitted on."""

    corpora: ClassVar[list[set[Any]]] = []


class Watched(Word2Vec):
    """A model that tells what it is fitted on."""

    def fit(self, X: Any, y: object = None, **options: Any) -> Watched:
        Seen.corpora.append(set(read_corpus(X, min_count=1).vocab))
        super().fit(X, y, **options)
        return self


@pytest.mark.parametrize("fitted", [False, True])
def test_nothing_that_is_asked_was_seen(clicks: EventCorpus, fitted: bool) -> None:
    """Each event is a key of its own beside the item that it is: so a leak of any one would be seen."""
    times = clicks.times
    assert times is not None
    keys = np.asarray(clicks.vocab.keys)[clicks.ids] * 10_000 + times
    table = {"user": np.repeat(clicks.who, np.diff(clicks.offsets)), "item": keys, "time": times}
    events = read_events(table)
    Seen.corpora.clear()
    model = Watched(**SMALL)
    if fitted:
        model.fit(events)
        assert max(key % 10_000 for key in Seen.corpora.pop()) == 2999
    result = evaluate_recommendation(model, events, "time", share=0.2, baselines=False)
    assert result.trained.startswith("anew")
    assert [max(key % 10_000 for key in corpus) for corpus in Seen.corpora] == [2399]
    assert (model.corpus_fingerprint is not None) is fitted  # the model itself is left as it was


def test_a_model_of_the_earlier_events_is_taken_as_it_is(clicks: EventCorpus) -> None:
    held = clicks.hold_out("time", 0.2)
    model = Word2Vec(**SMALL).fit(held.train)
    before = model.wv.vectors.copy()
    result = evaluate_recommendation(model, clicks, share=0.2, baselines=False)
    assert result.trained == "on these events, without those held out"
    assert np.array_equal(before, model.wv.vectors)
    assert evaluate_recommendation(model, clicks, share=0.3, baselines=False).trained.startswith("on another corpus")
    assert evaluate_recommendation(model.wv, clicks, baselines=False).trained.startswith("elsewhere")


def test_intervals_resample_whole_sequences() -> None:
    from wordmill.evaluation.intervals import bootstrap, bootstrap_means

    values = np.random.default_rng(0).integers(0, 2, 400).astype(float)
    alone = bootstrap_means(values, np.arange(400))
    assert alone == pytest.approx(bootstrap(lambda drawn: float(values[drawn].mean()), 400), abs=0.01)
    low, high = bootstrap_means(np.repeat(values, 4), np.repeat(np.arange(400), 4))
    assert high - low == pytest.approx(alone[1] - alone[0], rel=0.1)  # four of a kind tell no more than one


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "random"}, "split='random' is not allowed"),
        ({"context": "first"}, "context='first' is not allowed: it must be 'last' or 'mean'"),
        ({"k": ()}, r"k=\(\) is not allowed"),
        ({"k": (0,)}, "cut-offs from 1"),
        ({"share": 2}, "above 0 and below 1"),
    ],
)
def test_arguments_that_cannot_be(clicks: EventCorpus, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        evaluate_recommendation(Word2Vec(**SMALL), clicks, **arguments)


def test_what_cannot_be_judged(clicks: EventCorpus) -> None:
    with pytest.raises(ParameterError, match="neither a model nor vectors"):
        evaluate_recommendation("model/", clicks)  # type: ignore[arg-type]
    words = KeyedVectors(["x", "y"], np.eye(2, dtype=np.float32))
    with pytest.raises(CorpusError, match=r"items are int such as .*keys of the vectors str such as 'x'"):
        evaluate_recommendation(words, clicks)
    with pytest.raises(CorpusError, match="no times"):
        evaluate_recommendation(words, [["x", "y"]])
    result = evaluate_recommendation(words, [["x", "y"], ["y", "x", "x"]], "last", baselines=False)
    for measure in ("hits@10", "hr", "hr@0"):
        with pytest.raises(ParameterError, match="is no measure: write hr@10"):
            result.estimate(measure)
    with pytest.raises(ParameterError, match="is no method: there are vectors"):
        result.estimate("hr@10", "popularity")
    with pytest.raises(ParameterError, match="was not asked for"):
        result.coverage(3)


def test_output_vectors_foretell_what_follows() -> None:
    """On circles of seven, what stands beside an item is never most similar to it."""
    chains = [[10 * circle + (begin + step) % 7 for step in range(4)] for begin in range(7) for circle in range(6)] * 9
    model = Word2Vec(vector_size=12, window=1, min_count=1, sample=0, epochs=20, workers=1, seed=1)
    ranked = {
        by: evaluate_recommendation(model, chains, "last", k=(2,), by=by, baselines=False)
        for by in ("similarity", "outputs")
    }
    assert ranked["outputs"].estimate("hr@2").value > 0.9
    assert ranked["similarity"].estimate("hr@2").value < 0.5
    assert ranked["outputs"].by == ranked["outputs"].to_dict()["by"] == "outputs"
    assert "from the last item, by output vectors; vectors trained anew" in str(ranked["outputs"])
    assert "by output vectors" not in str(ranked["similarity"])


def test_scores_by_outputs_are_probabilities_up_to_a_constant() -> None:
    rng = np.random.default_rng(1)
    vectors = KeyedVectors(["a", "b", "c"], rng.normal(size=(3, 4)).astype(np.float32))
    outputs, counts = rng.normal(size=(3, 4)).astype(np.float32), np.array([9, 4, 1])
    items = Vocab(["b", "a", "new"], np.array([3, 2, 1]))
    for context, query in (("last", vectors["c"]), ("mean", (vectors["a"] + vectors["c"]) / 2)):
        method = ByOutputs(vectors, outputs, counts, 0.5, items, context)  # type: ignore[arg-type]
        expected = outputs @ query + np.log(np.sqrt(counts))
        np.testing.assert_allclose(method.scores([np.array([0, 2])])[0], expected, rtol=1e-5)
        assert method.row_of.tolist() == [1, 0, -1]


def test_what_has_no_output_vectors_is_refused() -> None:
    sessions = [["a", "b", "c"], ["b", "c", "a"]] * 20
    with pytest.raises(ParameterError, match="by='outputs' needs the output vectors"):
        evaluate_recommendation(Word2Vec(**SMALL).fit(sessions).wv, sessions, "last", by="outputs")
    with pytest.raises(ParameterError, match="by='outputs' needs the output vectors"):
        evaluate_recommendation(Word2Vec(**SMALL, objective="hierarchical_softmax"), sessions, "last", by="outputs")
    with pytest.raises(ParameterError, match="by='best' is not allowed"):
        evaluate_recommendation(Word2Vec(**SMALL), sessions, "last", by="best")  # type: ignore[arg-type]
