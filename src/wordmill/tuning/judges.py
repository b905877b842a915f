"""What a setting is judged by: on a part that is set apart to choose by, and on another one that decides nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from wordmill.corpus import EncodedCorpus, EventCorpus, read_corpus
from wordmill.corpus.event_corpus import HeldOut, Split
from wordmill.corpus.events import as_events
from wordmill.datasets import questions_words_path, word_pairs_path
from wordmill.errors import ParameterError
from wordmill.evaluation import evaluate_analogies, evaluate_pairs
from wordmill.evaluation.intervals import bootstrap_means
from wordmill.foreign import quoted
from wordmill.graphs import Walks
from wordmill.recommendation import Fitted, RecommendationResult, judge
from wordmill.recommendation.methods import By, Context
from wordmill.recommendation.result import MEASURES, measure_named
from wordmill.training.estimator import Estimator
from wordmill.tuning.judge import Judge, signed
from wordmill.tuning.node_judge import NODE_METRICS, ByLabels

__all__ = ["WORD_METRICS", "Metric", "judge_for"]

_VERDICT_CASES, _CHOOSING_CASES = 6_000, 3_000
Metric = str | Callable[[Any], float]


class ByEvents(Judge):
    """Next items: the latest events are for the verdict, those before them to choose by."""

    def __init__(
        self,
        events: EventCorpus,
        metric: str,
        split: Split,
        share: float,
        context: Context,
        *,
        by: By = "similarity",
        exclude_seen: bool,
    ) -> None:
        self.name, self._cut = metric, measure_named(metric)[1]
        self._events, self._last = events, events.hold_out(split, share, most=_VERDICT_CASES)
        self._choosing = self._last.train.hold_out(split, share, most=_CHOOSING_CASES)
        self.corpus = self._choosing.train
        self._asked: dict[str, Any] = {"context": context, "by": by, "exclude_seen": exclude_seen}

    def score(self, model: Estimator) -> float:
        """Score by the events before the last part."""
        return self._judged(model, self._last.train, self._choosing, baselines=False).estimate(self.name).value

    def verdict(self, best: Estimator, default: Estimator) -> tuple[float, float, str, bool]:
        """Compare on the last part, case by case, and with counting."""
        last = HeldOut(self._choosing.train, self._last.cases, self._last.split, self._last.since)
        ours = self._judged(best, self._events, last, baselines=True)
        theirs = self._judged(default, self._events, last, baselines=False)
        difference = ours.values("vectors", self.name) - theirs.values("vectors", self.name)
        gain, interval = float(difference.mean()), bootstrap_means(difference, ours.sequences)
        counting = ours.above("co-occurrence", self.name)
        sure = "above" if counting.interval[0] > 0 else "below" if counting.interval[1] < 0 else "level with"
        sentence = (
            f"{ours.estimate(self.name)} against {theirs.estimate(self.name)} by the defaults "
            f"({signed(gain, interval)}), {sure} item co-occurrence, {ours.estimate(self.name, 'co-occurrence')}"
        )
        return (
            ours.estimate(self.name).value,
            theirs.estimate(self.name).value,
            sentence,
            interval[1] < 0,
        )

    def _judged(self, model: Estimator, events: EventCorpus, held: HeldOut, *, baselines: bool) -> RecommendationResult:
        fitted = Fitted(model.wv, "on the earlier part", model)
        return judge(fitted, events, held, (), **self._asked, baselines=baselines)


class ByQuestions(Judge):
    """Questions about words: every other one is for the verdict."""

    def __init__(self, corpus: EncodedCorpus, metric: str) -> None:
        self.corpus, self.name = corpus, metric

    def score(self, model: Estimator) -> float:
        """Score by the first half."""
        return self._measured(model, 0)

    def verdict(self, best: Estimator, default: Estimator) -> tuple[float, float, str, bool]:
        """Compare by the other half."""
        ours, theirs = self._measured(best, 1), self._measured(default, 1)
        return ours, theirs, f"{ours:.3f} against {theirs:.3f} by the defaults", ours < theirs

    def _measured(self, model: Estimator, half: int) -> float:
        questions, measure = _SETS[self.name]
        path = questions()
        with tempfile.TemporaryDirectory(prefix="wordmill-tune-") as directory:
            part = Path(directory) / path.name
            part.write_text("\n".join(_half(path, half)) + "\n", encoding="utf-8")
            return measure(model.wv, part)


class ByFunction(Judge):
    """A function of the user's, which holds what it asks: nothing is left for a verdict."""

    def __init__(self, corpus: EncodedCorpus | Walks, function: Callable[[Any], object]) -> None:
        self.corpus, self.name, self._function = corpus, getattr(function, "__name__", "score"), function

    def score(self, model: Estimator) -> float:
        """Ask the function."""
        value = self._function(model)
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise ParameterError(f"metric returned {quoted(value)}: a finite number is needed, the higher the better")
        return float(value)

    def verdict(self, best: Estimator, default: Estimator) -> tuple[float, float, str, bool]:
        """Say that nothing was set apart."""
        ours, theirs = self.score(best), self.score(default)
        sentence = (
            f"{ours:.3f} against {theirs:.3f} by the defaults, on the data that chose them: judge the model on data "
            "that the function has not seen"
        )
        return ours, theirs, sentence, ours < theirs


def judge_for(
    source: Any,
    metric: object,
    model: Estimator,
    split: Split | None,
    share: float,
    context: Context,
    *,
    by: By = "similarity",
    exclude_seen: bool,
    labels: Any = None,
) -> Judge:
    """Find what judges by a metric, and cut the corpus for it; None: hr@10, or with labels f1."""
    if metric is None and labels is None and isinstance(source, Walks):
        raise ParameterError(
            "walks are judged by labels of nodes: give them, labels='labels.txt', or a function as metric"
        )
    if metric is None:
        metric = "hr@10" if labels is None else "f1"
    if callable(metric):
        return ByFunction(source if isinstance(source, Walks) else _words(source, model), metric)
    if metric in NODE_METRICS or labels is not None:
        return _by_labels(source, metric, labels)
    if isinstance(metric, str) and metric in _SETS:
        return ByQuestions(_words(source, model), metric)
    if not isinstance(metric, str) or metric.partition("@")[0] not in MEASURES:
        raise ParameterError(
            f"metric={quoted(metric)} is not allowed: write hr@10, mrr@10, ndcg@10, analogies or pairs, of walks f1 or "
            "macro-f1, or give a function from a model to a number"
        )
    measure_named(metric)
    if isinstance(source, Walks):
        raise ParameterError(
            f"metric={quoted(metric)} foretells items, and walks have no next ones: give labels of nodes, or a function"
        )
    events = as_events(source)
    chosen = split or ("last" if events.times is None else "time")
    return ByEvents(events, metric, chosen, share, context, by=by, exclude_seen=exclude_seen)


def _by_labels(source: Any, metric: object, labels: Any) -> ByLabels:
    if not isinstance(metric, str) or metric not in NODE_METRICS:
        raise ParameterError(f"labels are told by f1 or macro-f1, and metric={quoted(metric)} asks for something else")
    if labels is None:
        raise ParameterError(f"metric={quoted(metric)} tells labels of nodes: give them, labels='labels.txt'")
    if not isinstance(source, Walks):
        raise ParameterError("labels are of nodes, and the corpus is no graph: give random_walks(graph)")
    return ByLabels(source, metric, labels)


def _words(source: Any, model: Estimator) -> EncodedCorpus:
    params = model.get_params()
    reading = ("min_count", "max_final_vocab", "tokenizer", "delimiter", "lowercase", "errors", "phrases")
    return read_corpus(source, **{name: params[name] for name in reading if name in params})


def _accuracy(vectors: Any, path: Path) -> float:
    return float(np.nan_to_num(evaluate_analogies(vectors, path).accuracy))


def _spearman(vectors: Any, path: Path) -> float:
    return float(np.nan_to_num(evaluate_pairs(vectors, path).spearman))


_SETS: dict[str, tuple[Callable[[], Path], Callable[[Any, Path], float]]] = {
    "analogies": (questions_words_path, _accuracy),
    "pairs": (word_pairs_path, _spearman),
}


WORD_METRICS = tuple(_SETS)


def _half(path: Path, half: int) -> Iterator[str]:
    """Yield every other line of questions, and all headings."""
    asked = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith((":", "#")):
            yield line
        else:
            if asked % 2 == half:
                yield line
            asked += 1
