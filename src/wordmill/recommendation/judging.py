"""evaluate_recommendation: a model, events, and what the one foretells of the other."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from wordmill.corpus import EventCorpus
from wordmill.corpus.event_corpus import Split
from wordmill.corpus.events import HeldOut, as_events
from wordmill.errors import CorpusError, ParameterError
from wordmill.evaluation.vectors import Vectors
from wordmill.foreign import quoted
from wordmill.hints import helpful_arguments
from wordmill.recommendation.methods import By, ByOutputs, ByVectors, Context, CoOccurrence, Method, Popularity
from wordmill.recommendation.ranking import chosen_cases, rank_answers, without_repeats
from wordmill.recommendation.result import RecommendationResult
from wordmill.training.estimator import Estimator

__all__ = ["Fitted", "evaluate_recommendation", "fitted_for", "judge"]

log = logging.getLogger(__name__)


@helpful_arguments
def evaluate_recommendation(
    model: Estimator | Vectors,
    events: Any,
    split: Split = "time",
    *,
    share: float = 0.1,
    k: Sequence[int] = (10, 20),
    context: Context = "last",
    by: By = "similarity",
    exclude_seen: bool = False,
    baselines: bool = True,
    cases: int | None = 10_000,
    seed: int = 0,
) -> RecommendationResult:
    """Judge how well a model foretells the next item of events that were held out.

    Each case is an event that was held out: what came before it in its sequence is known, and all items are ranked,
    exactly, by their cosine with the last item or with the mean of all. An item or a context that the vectors do not
    know is a miss.

    Parameters
    ----------
    model
        A `Word2Vec`, or vectors, `model.wv`. Of a model that is not fitted, or was fitted on all these events, a copy
        is trained on those that are not held out: nothing that is asked was seen. One that was fitted on other events,
        and vectors, are taken as they are, and the result says so.
    events : EventCorpus
        What `read_events` returns. With split="last" anything else that `fit` takes, too.
    split : "time" or "last"
        What is held out: the latest events, by one moment for all; or the last event of each sequence, while others'
        later events are trained on. See `EventCorpus.hold_out`.
    share
        By "time", the share of events that are held out.
    k
        Cut-offs of hit rate, MRR, NDCG and coverage.
    context : "last" or "mean"
        Foretell from the last item, or from the mean of all items seen.
    by : "similarity" or "outputs"
        Rank by cosine, or by how probable the output vectors of the model say that an item is. The latter needs a model
        trained with negative sampling; which one is better differs from data to data.
    exclude_seen
        Whether items that were seen are never foretold; cases in which one comes again are left out.
    baselines
        Whether to judge, beside the vectors, popularity and how often items stand together; needs SciPy.
    cases, seed
        At most so many cases, drawn by this seed; None: all.

    Raises
    ------
    CorpusError
        There is nothing to train on, or to foretell; or the keys of vectors and events are of two kinds.
    """
    if context not in get_args(Context):
        raise ParameterError(f"context={quoted(context)} is not allowed: it must be 'last' or 'mean'")
    if by not in get_args(By):
        raise ParameterError(f"by={quoted(by)} is not allowed: it must be 'similarity' or 'outputs'")
    cuts = _cuts(k)
    known = as_events(events)
    held = known.hold_out(split, share, most=cases, seed=seed)
    fitted = fitted_for(model, known, held)
    return judge(fitted, known, held, cuts, context, by=by, exclude_seen=exclude_seen, baselines=baselines)


@dataclass(frozen=True)
class Fitted:
    """Vectors to judge, what is known of how they were trained, and the model that they are of, where it is known."""

    vectors: Vectors
    trained: str
    model: Estimator | None = None


def fitted_for(model: Estimator | Vectors, events: EventCorpus, held: HeldOut) -> Fitted:
    """Return the vectors of a model; where it would have seen what is held out, of a copy that has not."""
    if not isinstance(model, Estimator):
        if not all(hasattr(model, name) for name in ("index_to_key", "key_to_index", "vectors")):
            raise ParameterError(f"{quoted(model)} is neither a model nor vectors: give a Word2Vec, or model.wv")
        return Fitted(model, "elsewhere, on what is not known here")
    params = model.get_params()
    limits = params["min_count"], params["max_final_vocab"]
    before = held.train.thinned(*limits)
    if model.corpus_fingerprint == before.fingerprint():
        return Fitted(model.wv, "on these events, without those held out", model)
    if model.corpus_fingerprint not in (None, events.thinned(*limits).fingerprint()):
        return Fitted(model.wv, "on another corpus: whether that holds what is asked here is not known", model)
    if model.corpus_fingerprint is not None:
        log.info("the model was fitted on the events that are held out, too: a copy is trained without them")
    anew = type(model)(**params).fit(before)
    return Fitted(anew.wv, "anew, on these events without those held out", anew)


def judge(
    fitted: Fitted,
    events: EventCorpus,
    held: HeldOut,
    k: tuple[int, ...],
    context: Context = "last",
    *,
    by: By = "similarity",
    exclude_seen: bool = False,
    baselines: bool = True,
    source: str = "events",
) -> RecommendationResult:
    """Rank the answers of the cases by each method."""
    asked, repeats = held.cases, 0
    if exclude_seen:
        new = without_repeats(asked)
        asked, repeats = chosen_cases(asked, new), len(asked) - len(new)
    if not len(asked):
        raise CorpusError("no event that was held out comes after another one of its sequence: nothing is foretold")
    methods: dict[str, Method] = {"vectors": _method(fitted, events, context, by)}
    _check_kinds(methods["vectors"], fitted.vectors, events)
    if baselines:
        methods["co-occurrence"] = CoOccurrence(held.train, events.vocab, context)
        methods["popularity"] = Popularity(held.train, events.vocab)
    rankings = {name: rank_answers(method, asked, k, exclude_seen=exclude_seen) for name, method in methods.items()}
    items = len(held.train.vocab)
    return RecommendationResult(
        source, held.split, context, k, fitted.trained, items, repeats, rankings, asked.sequences, by
    )


def _method(fitted: Fitted, events: EventCorpus, context: Context, by: By) -> Method:
    if by == "similarity":
        return ByVectors(fitted.vectors, events.vocab, context)
    params = {} if fitted.model is None else fitted.model.get_params()
    counts = getattr(fitted.vectors, "counts", None)
    if fitted.model is None or counts is None or params["objective"] != "negative_sampling":
        raise ParameterError(
            "by='outputs' needs the output vectors and counts of a model trained with negative sampling: give the "
            "model, or by='similarity'"
        )
    outputs = fitted.model.output_vectors
    return ByOutputs(fitted.vectors, outputs, counts, params["ns_exponent"], events.vocab, context)


def _check_kinds(method: Method, vectors: Vectors, events: EventCorpus) -> None:
    if (method.row_of >= 0).any() or not len(vectors.index_to_key):
        return
    key, item = vectors.index_to_key[0], next(iter(events.vocab))
    raise CorpusError(
        f"none of the items has a vector: items are {type(item).__name__} such as {quoted(item)}, keys of the vectors "
        f"{type(key).__name__} such as {quoted(key)}"
    )


def _cuts(k: object) -> tuple[int, ...]:
    cuts = (k,) if isinstance(k, int) else tuple(k) if isinstance(k, Sequence) and not isinstance(k, str) else ()
    if not cuts or not all(isinstance(each, int) and not isinstance(each, bool) and each >= 1 for each in cuts):
        raise ParameterError(f"k={quoted(k)} is not allowed: give cut-offs from 1, (10, 20) say")
    return cuts
