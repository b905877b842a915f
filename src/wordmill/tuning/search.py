"""tune: trials by Optuna, successive halving over epochs and sample, within a budget of time."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from os import PathLike
from time import monotonic
from typing import Any

import numpy as np

from wordmill.config import TrainConfig, knobs
from wordmill.corpus.event_corpus import Split
from wordmill.durations import duration_seconds
from wordmill.errors import CorpusError, DivergenceError, ParameterError, VocabularyError
from wordmill.extras import import_extra
from wordmill.foreign import quoted
from wordmill.graphs import Walks
from wordmill.hints import helpful_arguments
from wordmill.paths import checked_path
from wordmill.presets import PRESETS
from wordmill.recommendation.methods import By, Context
from wordmill.training import Callback, Run, Word2Vec
from wordmill.training.estimator import Estimator
from wordmill.tuning.journal import Journal, Rung, State, Trial
from wordmill.tuning.judge import Judge
from wordmill.tuning.judges import WORD_METRICS, Metric, judge_for
from wordmill.tuning.result import Tuned
from wordmill.tuning.space import Space, checked_space, distributions

__all__ = ["tune"]

log = logging.getLogger(__name__)

_SHARES = (1 / 9, 1 / 3, 1.0)  # of what a trial's settings ask for: the best third goes on
_FACTOR = 3
_HELD_BACK = 0.05  # of the budget
_VERDICT = 10  # times what a score takes: two models on more cases, baselines, intervals
_MOST = 0.2  # of the budget, that one training may take
_TOO_LONG = "it would take too long"


@helpful_arguments
def tune(
    corpus: Any,
    metric: Metric | None = None,
    budget: str | float | timedelta = "10m",
    space: str | Space | None = None,
    *,
    model: Estimator | None = None,
    split: Split | None = None,
    share: float = 0.1,
    context: Context = "last",
    by: By = "similarity",
    exclude_seen: bool = False,
    labels: Any = None,
    start: Sequence[dict[str, Any]] | None = None,
    trials: int | None = None,
    log: str | PathLike[str] | None = None,
    seed: int = 0,
) -> Tuned:
    """Search for settings that do better than the defaults on a corpus, within a budget of time.

    The defaults are tried first, then settings that Optuna proposes from those before (TPE). Each is trained by a ninth
    of its epochs, or where these are few by one epoch on a part of the sequences; the best third goes on to a third,
    and the best of these to all. Settings are chosen by a part of the corpus that is not trained on, and the verdict is
    by another one that nothing was chosen by. Needs the extra `tune`.

    Parameters
    ----------
    corpus
        For items, `EventCorpus` or what else holds sequences; for words, what `fit` takes; walks on a graph.
    metric : str or function
        "hr@10", "mrr@20", "ndcg@10": next items (see `evaluate_recommendation`); "analogies", "pairs": the bundled
        questions, half of them each; "f1", "macro-f1": labels of nodes, half of the nodes each; or a function from a
        model to a number, the higher the better. Left out: hr@10, with labels f1.
    budget : str, float or timedelta
        "10m", "2h", or seconds. It is kept: what would not be done in time is not begun, or is stopped.
    space : str or dict
        "items", "words", "graph", or parameters with their values: a list of choices, a range (low, high), or (low,
        high, "log"). Left out: what goes with the metric.
    model
        Its parameters are the defaults, and stay where `space` does not name them; left out: `Word2Vec()`.
    split, share, context, by, exclude_seen
        For next items, as in `evaluate_recommendation`; left out, the split is by time where there are times.
    labels
        For walks on a graph, labels of nodes, as `evaluate_nodes` takes them.
    start : sequence of dict, optional
        Settings to try right after the defaults; left out, with space="items", those of `Word2Vec.for_items` and
        `for_logs`.
    trials : int, optional
        Stop after so many, too.
    log : path, optional
        A line of JSON for each trial. With the log of an earlier search for the same it goes on there.
    seed
        Of the proposals.

    Returns
    -------
    Tuned
        `params` and `config`, the table of trials, the verdict, `plot`. Where the best settings are surely worse than
        the defaults by the verdict, the defaults are returned, and the message says so.

    Raises
    ------
    ParameterError
        A parameter is not allowed, or the budget is too small for the defaults.
    """
    begun = monotonic()
    seconds = _seconds(budget)
    base = Word2Vec() if model is None else model
    if not isinstance(base, Estimator):
        raise ParameterError(f"model={quoted(model)} is no model: give a Word2Vec, whose parameters are the defaults")
    if space is None:
        space = "graph" if isinstance(corpus, Walks) else "words" if metric in WORD_METRICS else "items"
    chosen = checked_space(space)
    if trials is not None and trials < 1:
        raise ParameterError(f"trials={quoted(trials)} is not allowed: it must be an integer from 1")
    import_extra("optuna", "searches for settings")
    judge = judge_for(corpus, metric, base, split, share, context, by=by, exclude_seen=exclude_seen, labels=labels)
    told = {
        "corpus": judge.corpus.fingerprint(),
        "metric": judge.name,
        "asked": [context, by, exclude_seen],
        "space": {name: list(values) for name, values in chosen.items()},
        "defaults": {name: value for name, value in base.get_params().items() if _plain(value)},
        "seed": seed,
    }
    journal = Journal(None if log is None else checked_path(log), told)
    search = _Search(judge, base, chosen, journal, begun + seconds, seed)
    if start is None:
        start = [PRESETS["items"], PRESETS["logs"]] if space == "items" else []
    search.run(start, trials)
    return search.verdict(seconds)


class _SettingsError(ParameterError):
    """Settings of a trial do not go together."""


class _TooLongError(Exception):
    """A training does not fit into what is left of the budget."""


@dataclass(frozen=True)
class _Live:
    """A trial that is going on: Optuna's, and its settings."""

    asked: Any
    params: dict[str, Any]

    def goes_on(self, rungs: Sequence[Rung]) -> bool:
        """Report the last training; whether the trial is among the best third so far."""
        self.asked.report(rungs[-1].score, _FACTOR ** (len(rungs) - 1))
        return not self.asked.should_prune()


class _Search:
    """A search that is going on."""

    def __init__(
        self, judge: Judge, base: Estimator, space: Space, journal: Journal, deadline: float, seed: int
    ) -> None:
        optuna = import_extra("optuna", "searches for settings")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._optuna, self._judge, self._base, self._journal = optuna, judge, base, journal
        self._deadline, self._begun = deadline, monotonic()
        self._space = distributions(space)
        self._study = optuna.create_study(
            direction="maximize",
            sampler=optuna.samplers.TPESampler(seed=seed + len(journal.trials), n_startup_trials=8),
            pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=_FACTOR),
        )
        self._scoring = 0.0  # seconds that a score takes
        self._models: dict[int, Estimator] = {}  # the defaults', and the best that were trained whole
        for trial in journal.trials:
            self._again(trial)

    # Trials

    def run(self, start: Sequence[dict[str, Any]], trials: int | None) -> None:
        """Try settings until the time is spent, the defaults first."""
        if not self._journal.trials:
            self._first()
        waiting = [dict(params) for params in start][max(0, len(self._journal.trials) - 1) :]
        while (trials is None or len(self._journal.trials) < trials) and self._usable() > self._least():
            self._tried(self._opened(waiting.pop(0) if waiting else None))

    def _first(self) -> None:
        """Train the defaults whole: all else is compared with them."""
        try:
            self._tried(self._opened({}), first=True)
        except _TooLongError:
            raise ParameterError(
                "the budget is too small: it is spent before the defaults are trained; give more, or a smaller corpus"
            ) from None
        if self._journal.trials[0].state == "failed":
            raise CorpusError(f"the defaults cannot be trained on this corpus: {self._journal.trials[0].reason}")

    def _opened(self, params: dict[str, Any] | None) -> _Live:
        """Begin a trial of given settings, or of those that Optuna proposes.

        Optuna is told of given ones as far as they lie in the space.
        """
        if params is None:
            asked = self._study.ask(self._space)
            return _Live(asked, dict(asked.params))
        every = self._base.get_params() | params
        held = {name: every[name] for name in self._space if self._holds(name, every[name])}
        self._study.enqueue_trial(held)
        return _Live(self._study.ask({name: self._space[name] for name in held}), params)

    def _tried(self, live: _Live, *, first: bool = False) -> None:
        """Train by rising shares as long as it is among the best, and the time suffices."""
        rungs: list[Rung] = []
        state: State = "whole"
        reason = ""
        try:
            self._check(live.params)
            for share in _SHARES:
                rungs.append(self._rung(live.params, share, rungs, first=first))
                if not live.goes_on(rungs) and not first and share < 1:
                    state = "stopped"
                    break
        except _TooLongError as error:
            if first:
                raise
            state, reason = "stopped" if rungs else "failed", str(error)
        except (_SettingsError, DivergenceError, VocabularyError, CorpusError) as error:
            state, reason = "failed", str(error)
        trial = Trial(len(self._journal.trials), live.params, tuple(rungs), state, reason)
        self._journal.add(trial)
        self._tell(live, trial)

    def _check(self, params: dict[str, Any]) -> None:
        """Raise `_SettingsError` where settings do not go together."""
        every = self._base.get_params() | params
        try:
            TrainConfig.from_params({name: every[name] for name, _ in knobs() if name in every})
        except ParameterError as error:
            raise _SettingsError(str(error)) from None

    def _tell(self, live: _Live, trial: Trial) -> None:
        states = self._optuna.trial.TrialState
        state = states.COMPLETE if trial.state == "whole" else states.PRUNED
        self._study.tell(live.asked, trial.score if trial.state == "whole" else None, state=state)

    def _again(self, trial: Trial) -> None:
        """Tell Optuna of a trial of an earlier run of the search."""
        live = self._opened(trial.params)
        for count in range(1, len(trial.rungs) + 1):
            live.goes_on(list(trial.rungs[:count]))
        self._tell(live, trial)

    def _rung(self, params: dict[str, Any], share: float, before: list[Rung], *, first: bool) -> Rung:
        """Train by a share and score."""
        begun = monotonic()
        allowed = self._usable() if first else min(self._usable(), _MOST * (self._deadline - self._begun))
        if before and allowed < before[-1].seconds * share / before[-1].share:
            raise _TooLongError(_TOO_LONG)
        model, epochs, sequences = self._shortened(params, share)
        watch = _Deadline(begun + allowed)
        with _quiet():
            model.fit(_part(self._judge.corpus, sequences), callbacks=[watch], scratch=False)
        if watch.stopped:
            raise _TooLongError(_TOO_LONG)
        scoring = monotonic()
        score = self._judge.score(model)
        self._scoring = monotonic() - scoring
        if share == 1:
            self._keep(len(self._journal.trials), model, score)
        return Rung(share, epochs, sequences, monotonic() - begun, score)

    def _shortened(self, params: dict[str, Any], share: float) -> tuple[Estimator, int, float]:
        """Return a model with a share of the epochs, and the share of sequences that makes up for whole epochs."""
        every = self._base.get_params() | params
        asked = every["epochs"] * share
        epochs = max(1, round(asked))
        return type(self._base)(**every | {"epochs": epochs}), epochs, min(1.0, asked / epochs)

    def _holds(self, name: str, value: Any) -> bool:
        """Whether a value of a parameter lies in the space."""
        kind = self._space[name]
        if hasattr(kind, "choices"):
            return value in kind.choices
        return isinstance(value, int | float) and kind.low <= value <= kind.high

    # Time

    def _usable(self) -> float:
        """Return the seconds that are left for trials."""
        return self._deadline - monotonic() - self._kept_back()

    def _least(self) -> float:
        """Return the seconds that the shortest training has taken."""
        return min(trial.rungs[0].seconds for trial in self._journal.trials if trial.rungs)

    def _kept_back(self) -> float:
        """Return the seconds that the verdict will take: its scores, and trainings of what is not in memory."""
        whole = [trial for trial in self._journal.trials if trial.state == "whole"]
        again = sum(trial.rungs[-1].seconds for trial in whole[:1] if trial.number not in self._models)
        again += max((trial.rungs[-1].seconds for trial in whole if trial.number not in self._models), default=0.0)
        return _HELD_BACK * (self._deadline - self._begun) + _VERDICT * self._scoring + again

    def _keep(self, number: int, model: Estimator, score: float) -> None:
        """Keep the model of the defaults, and the best one."""
        best = max((n for n in self._models if n), key=self._score_of, default=None)
        if number and best is not None:
            if self._score_of(best) >= score:
                return
            del self._models[best]
        self._models[number] = model

    def _score_of(self, number: int) -> float:
        score = self._journal.trials[number].score if number < len(self._journal.trials) else None
        return -math.inf if score is None else score

    # The end

    def verdict(self, budget: float) -> Tuned:
        """Compare the best settings with the defaults on what decided nothing."""
        trials = self._journal.trials
        whole = [trial for trial in trials if trial.state == "whole"]
        best = max(whole, key=lambda trial: (trial.score or 0.0, -trial.number))
        models = [self._models.get(trial.number) or self._trained(trial) for trial in (best, trials[0])]
        ours, theirs, sentence, worse = self._judge.verdict(*models)
        chosen = trials[0] if worse else best
        message = f"{self._judge.name}: {sentence}"
        if best.number == 0:
            message = (
                f"{self._judge.name}: no settings did better than the defaults in {len(trials):,} trials; {sentence}"
            )
        elif worse:
            message += "; the best settings of the search are worse there: the defaults are kept"
        params = self._base.get_params() | chosen.params
        changed = {name: params[name] for name in chosen.params if params[name] != self._base.get_params()[name]}
        seconds = monotonic() - self._begun
        return Tuned(
            type(self._base),
            params,
            changed,
            self._judge.name,
            ours,
            theirs,
            message,
            tuple(trials),
            seconds,
            budget,
            self._mattered(),
        )

    def _trained(self, trial: Trial) -> Estimator:
        """Train anew what an earlier run of the search has found."""
        model, _, _ = self._shortened(trial.params, 1.0)
        model.fit(self._judge.corpus, scratch=False)
        return model

    def _mattered(self) -> dict[str, float]:
        """Return how much of the difference between trials each parameter explains, by their shortest trainings."""
        optuna = self._optuna
        study = optuna.create_study(direction="maximize")
        for trial in self._study.get_trials(deepcopy=False):
            if trial.intermediate_values and trial.params.keys() == self._space.keys():
                value = trial.intermediate_values[1]
                study.add_trial(
                    optuna.trial.create_trial(value=value, params=trial.params, distributions=trial.distributions)
                )
        scores = {trial.value for trial in study.get_trials(deepcopy=False)}
        if len(scores) < 4:
            return {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # of versions before 5
            evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        found = optuna.importance.get_param_importances(study, evaluator=evaluator)
        return {name: float(value) for name, value in found.items()}


class _Deadline(Callback):
    """Ends a training whose time is over."""

    def __init__(self, until: float) -> None:
        self.stopped, self._until = False, until

    def on_interval(self, run: Run) -> None:
        """Look at the clock."""
        if monotonic() > self._until:
            self.stopped = True
            run.stop()


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what is said of single trainings: that a trial is hardly trained is no news."""
    told = logging.getLogger("wordmill.training.estimator")
    told.addFilter(_nothing)
    try:
        yield
    finally:
        told.removeFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:  # noqa: ARG001
    return False


def _part(corpus: Any, share: float) -> Any:
    """Return a share of the sequences, drawn at random but always the same; of walks, which are, the first ones."""
    if share >= 1:
        return corpus
    if isinstance(corpus, Walks):
        return corpus.beginning(round(share * corpus.positions))
    rows = np.sort(np.random.default_rng(0).permutation(len(corpus))[: max(1, round(share * len(corpus)))])
    return corpus.sequences(rows)


def _plain(value: object) -> bool:
    """Whether JSON holds it."""
    return isinstance(value, str | int | float | bool | tuple | list | None)


def _seconds(budget: object) -> float:
    seconds = duration_seconds(budget, units="smhd") or 0.0
    if isinstance(budget, int | float) and not isinstance(budget, bool):
        seconds = float(budget)
    if not 0 < seconds < math.inf:
        raise ParameterError(f"budget={quoted(budget)} is not allowed: write 90s, 10m or 2h, or seconds")
    return seconds
