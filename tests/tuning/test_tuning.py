"""The search for settings: within its budget, from a log, on data that it is not judged by."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill import EventCorpus, Tuned, Word2Vec, random_walks, read_events, tune
from wordmill.config import TrainConfig
from wordmill.errors import CorpusError, FormatError, MissingDependencyError, ParameterError
from wordmill.graphs import Walks
from wordmill.tuning import search
from wordmill.tuning.judges import ByEvents
from wordmill.tuning.node_judge import ByLabels
from wordmill.tuning.space import SPACES, checked_space

BASE = Word2Vec(vector_size=8, min_count=1, workers=1)
SPACE: dict[str, Any] = {"epochs": (2, 30, "log"), "alpha": (0.01, 0.3, "log"), "window": [1, "sequence"]}


@pytest.fixture(scope="module")
def clicks() -> EventCorpus:
    """Eight shelves of ten items; sessions of a shelf each, one after the other."""
    rng = np.random.default_rng(1)
    sessions = [rng.permutation(10)[:5] + 10 * (i % 8) for i in range(400)]
    return read_events(
        {"user": np.repeat(np.arange(400), 5), "item": np.concatenate(sessions), "time": np.arange(2000)}
    )


def searched(corpus: Any, **options: Any) -> Tuned:
    given: dict[str, Any] = {"space": SPACE, "model": BASE, "budget": "5m", "trials": 12, "exclude_seen": True}
    return tune(corpus, **given | options)


@pytest.fixture(scope="module")
def tuned(clicks: EventCorpus, tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    return searched(clicks, log=tmp_path_factory.mktemp("tune") / "log.jsonl")


def test_settings_are_found_that_do_better(tuned: Tuned) -> None:
    assert tuned.default_score < 0.5
    assert tuned.score > 2 * tuned.default_score
    assert tuned.changed
    assert tuned.config == TrainConfig.from_params(tuned.params)
    assert tuned.model().get_params() == BASE.get_params() | tuned.changed
    assert "by the defaults (+" in tuned.message
    assert "item co-occurrence" in tuned.message
    assert tuned.trials[0].params == {}
    assert len(tuned.trials) == 12


def test_halving_gives_most_trials_a_part_alone(tuned: Tuned) -> None:
    states = [trial.state for trial in tuned.trials]
    assert states[0] == "whole"
    assert 0 < states.count("stopped") < len(states)
    for trial in tuned.trials:
        shares = [rung.share for rung in trial.rungs]
        assert shares == [1 / 9, 1 / 3, 1.0][: len(shares)]
        assert (trial.state == "whole") == (len(shares) == 3)
        asked = trial.params.get("epochs", BASE.get_params()["epochs"])
        for rung in trial.rungs:
            assert rung.epochs * rung.sequences == pytest.approx(asked * rung.share, rel=0.5)
            assert rung.epochs >= 1
            assert 0 < rung.sequences <= 1


def test_what_is_told(tuned: Tuned, tmp_path: Path) -> None:
    rows = tuned.table()
    assert rows[0]["score"] == max(trial.score or 0 for trial in tuned.trials if trial.state == "whole")
    told = json.loads(json.dumps(tuned.to_dict()))
    assert told["score"] == tuned.score
    assert len(told["trials"]) == 12
    assert set(tuned.mattered) <= set(SPACE)
    tuned.plot(tmp_path / "search.png")
    assert (tmp_path / "search.png").stat().st_size > 10_000
    assert f"settings: {next(iter(tuned.changed))}=" in str(tuned)


def test_it_goes_on_from_its_log(clicks: EventCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.jsonl"
    searched(clicks, trials=4, log=path)
    first = path.read_text(encoding="utf-8")
    path.write_text(first + '{"number": 4, "par', encoding="utf-8")  # as a kill leaves it
    fitted = []

    def part(corpus: Any, share: float) -> Any:
        fitted.append(share)
        return corpus

    monkeypatch.setattr(search, "_part", part)
    again = searched(clicks, trials=4, log=path)
    assert path.read_text(encoding="utf-8") == first
    assert not fitted  # all four are there
    more = searched(clicks, trials=6, log=path)
    assert path.read_text(encoding="utf-8").startswith(first)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 7
    assert more.trials[:4] == again.trials


def test_a_log_of_something_else(clicks: EventCorpus, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    searched(clicks, trials=1, log=path)
    with pytest.raises(ParameterError, match="holds a search with another metric, 'hr@10'"):
        searched(clicks, metric="mrr@10", log=path)
    with pytest.raises(ParameterError, match="holds a search with another asked"):
        searched(clicks, by="outputs", log=path)
    with pytest.raises(ParameterError, match="holds a search with another space"):
        searched(clicks, space={"window": [1, 2]}, log=path)
    path.write_text("not a log\n", encoding="utf-8")
    with pytest.raises(FormatError, match="is no log of a search"):
        searched(clicks, log=path)


def test_the_budget_is_kept(clicks: EventCorpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock of the test's own: a training takes what it is told to."""
    now = [0.0]
    monkeypatch.setattr("wordmill.tuning.search.monotonic", lambda: now[0])  # of that module alone: servers run on
    score = ByEvents.score

    def slow(judge: ByEvents, model: Any) -> float:
        now[0] += model.get_params()["epochs"]
        return score(judge, model)

    monkeypatch.setattr(ByEvents, "score", slow)
    tuned = searched(clicks, budget=timedelta(seconds=400), trials=None)
    assert now[0] < 400
    assert len(tuned.trials) > 3
    with pytest.raises(ParameterError, match="the budget is too small: it is spent before the defaults are trained"):
        searched(clicks, budget=0.5)


def test_nothing_is_chosen_or_trained_by_the_last_part(clicks: EventCorpus) -> None:
    judge = ByEvents(clicks, "hr@10", "time", 0.2, "last", exclude_seen=False)
    times = clicks.times
    train = judge.corpus.times  # type: ignore[union-attr]
    assert times is not None
    assert train is not None
    assert train.max() < judge._choosing.since
    assert judge._choosing.since < judge._last.since  # type: ignore[operator]
    assert len(train) == 1280  # of 2,000: 80 % of 80 %


def test_what_is_worse_than_the_defaults_is_not_returned(clicks: EventCorpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores to choose by that say the opposite of the truth."""
    score = ByEvents.score
    monkeypatch.setattr(ByEvents, "score", lambda judge, model: 1 - score(judge, model))
    good = Word2Vec(vector_size=8, min_count=1, workers=1, epochs=20, alpha=0.2)
    tuned = searched(clicks, model=good, space={"alpha": [0.01, 0.2], "epochs": [1, 20]}, trials=8)
    assert tuned.changed == {}
    assert "the best settings of the search are worse there: the defaults are kept" in tuned.message


def test_defaults_that_nothing_beats(clicks: EventCorpus) -> None:
    tuned = searched(clicks, space={"alpha": [2e-4]}, trials=3)
    assert tuned.changed == {}
    assert "no settings did better than the defaults in 3 trials" in tuned.message


def test_a_function_of_ones_own() -> None:
    texts = [["a", "b"], ["c", "d"]] * 50
    tuned = tune(texts, lambda model: float(model.window == 2), "1m", {"window": [2]}, model=BASE, trials=2)
    assert tuned.changed == {"window": 2}
    assert "on the data that chose them" in tuned.message
    with pytest.raises(ParameterError, match="metric returned 'much'"):
        tune(texts, lambda _: "much", "1m", {"window": [2]}, model=BASE)  # type: ignore[arg-type]


def test_words_are_asked_other_questions_than_they_were_chosen_by() -> None:
    words = ["good", "bad", "happy", "sad", "tiger", "jaguar", "king", "queen", "man", "woman"] * 30
    tuned = tune([words], "pairs", "1m", "words", model=Word2Vec(vector_size=4, epochs=1, workers=1), trials=2)
    assert tuned.metric == "pairs"
    assert "against" in tuned.message


@pytest.fixture(scope="module")
def circles() -> tuple[Walks, dict[int, str]]:
    """Four groups of thirty, whose members know each other."""
    rng = np.random.default_rng(2)
    ends = [(a, int(b)) for a in range(120) for b in a // 30 * 30 + rng.integers(30, size=5) if a != b]
    ends += [(a, a + 30) for a in range(0, 90, 3)]
    return random_walks(ends, walk_length=20, walks_per_node=3), {node: f"group {node // 30}" for node in range(120)}


@pytest.mark.parametrize("metric", [None, "macro-f1"])
def test_walks_are_judged_by_labels(circles: tuple[Walks, dict[int, str]], metric: str | None) -> None:
    walks, labels = circles
    model = Word2Vec(vector_size=8, epochs=1, workers=1, sample=0, alpha=0.02)
    tuned = tune(walks, metric, "5m", {"epochs": [10], "alpha": [0.05]}, labels=labels, model=model, trials=2)
    assert tuned.metric == (metric or "f1")
    assert tuned.score > tuned.default_score + 0.2
    assert "by the defaults (+" in tuned.message
    assert [rung.sequences for rung in tuned.trials[0].rungs] == pytest.approx([1 / 9, 1 / 3, 1])


def test_labels_that_choose_are_not_those_of_the_verdict(circles: tuple[Walks, dict[int, str]]) -> None:
    judge = ByLabels(circles[0], "f1", circles[1])
    assert not judge._choosing.keys() & judge._last.keys()
    assert judge._choosing.keys() | judge._last.keys() == circles[1].keys()


def test_what_walks_cannot_be_judged_by(circles: tuple[Walks, dict[int, str]], clicks: EventCorpus) -> None:
    walks, labels = circles
    for corpus, options, message in (
        (walks, {}, "walks are judged by labels of nodes: give them"),
        (walks, {"metric": "hr@10"}, "foretells items, and walks have no next ones"),
        (walks, {"metric": "f1"}, "metric='f1' tells labels of nodes: give them"),
        (walks, {"metric": "hr@10", "labels": labels}, "labels are told by f1 or macro-f1"),
        (walks, {"labels": {**labels, 999: "x", 998: "y"}}, "the node 999 is not among the vectors.*, nor is 1 other"),
        (walks, {"labels": {0: "a", 1: "b"}}, "labels of 2 nodes: 20 are needed"),
        (clicks, {"labels": labels}, "labels are of nodes, and the corpus is no graph"),
    ):
        with pytest.raises(ParameterError, match=message):
            tune(corpus, **{"budget": "1m", **options})  # type: ignore[arg-type]


def test_the_space_goes_with_the_metric(circles: tuple[Walks, dict[int, str]], clicks: EventCorpus) -> None:
    model = Word2Vec(vector_size=4, epochs=1, min_count=1, workers=1)
    by_labels = tune(circles[0], budget="1m", labels=circles[1], model=model, trials=2)
    assert by_labels.trials[1].params.keys() == SPACES["graph"].keys()
    words = tune([["good", "bad"]] * 9, "pairs", "1m", model=model, trials=2)
    assert words.trials[1].params.keys() == SPACES["words"].keys()


def test_settings_that_cannot_be_trained_are_told(clicks: EventCorpus) -> None:
    tuned = searched(clicks, space={"min_count": [10_000]}, trials=2)
    assert tuned.trials[1].state == "failed"
    assert "min_count=10000 leaves 0 keys" in tuned.trials[1].reason
    with pytest.raises(CorpusError, match=r"the defaults cannot be trained on this corpus: min_count=999"):
        searched(clicks, model=Word2Vec(min_count=999))


def test_settings_that_do_not_go_together_are_told(clicks: EventCorpus) -> None:
    model = Word2Vec(vector_size=8, min_count=1, workers=1, min_alpha=0.02)
    tuned = searched(clicks, model=model, space={"alpha": [0.01]}, trials=2)
    assert tuned.trials[1].state == "failed"
    assert "min_alpha=0.02 is above alpha" in tuned.trials[1].reason


def test_given_settings_are_tried_first(clicks: EventCorpus) -> None:
    tuned = searched(clicks, start=[{"epochs": 7}, {"window": 3}], trials=3)
    assert [trial.params for trial in tuned.trials] == [{}, {"epochs": 7}, {"window": 3}]


@pytest.mark.parametrize("name", SPACES)
def test_spaces_hold_what_models_take(name: str) -> None:
    for parameter, values in checked_space(name).items():
        ends = values if isinstance(values, list) else list(values[:2])
        for value in ends:
            TrainConfig.from_params({parameter: value})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"space": "nodes"}, "space='nodes' is unknown: there are items, words, graph"),
        ({"space": {}}, "is no dictionary of parameters"),
        ({"space": {"windw": [1, 2]}}, "window"),
        ({"space": {"window": (5, 2)}}, r"window=\(5, 2\) is no range"),
        ({"space": {"sample": (0.0, 1.0, "log")}}, "above 0"),
        ({"space": {"window": []}}, "neither a range"),
        ({"space": {"window": [0]}}, "window=0 is not allowed"),
        ({"space": {"seed": [1, 2]}}, "seed makes no model better or worse"),
        ({"budget": "soon"}, "budget='soon' is not allowed: write 90s, 10m or 2h"),
        ({"budget": True}, "is not allowed"),
        ({"metric": "accuracy"}, "write hr@10, mrr@10, ndcg@10, analogies or pairs"),
        ({"metric": "hr@0"}, "is no measure"),
        ({"trials": 0}, "an integer from 1"),
        ({"model": "word2vec"}, "is no model"),
        ({"share": 1.5}, "above 0 and below 1"),
    ],
)
def test_arguments_that_cannot_be(clicks: EventCorpus, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        searched(clicks, **options)


def test_without_optuna_the_cure_is_told(clicks: EventCorpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    with pytest.raises(MissingDependencyError, match=r"searches for settings need Optuna: .*'wordmill\[tune\]'"):
        searched(clicks)
