"""find_phrases: any corpus -> Phrases."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.phrases.joining import connector_flags, join_table, words_of
from wordmill.corpus.phrases.phrases import Phrases, as_corpus
from wordmill.corpus.resources import Resources
from wordmill.hints import helpful_arguments
from wordmill.phrases.rules import Choice, PhraseRules
from wordmill.phrases.scoring import FORMULAS, PairStatistics, Scoring
from wordmill.phrases.table import PhraseTable

__all__ = ["find_by_rules", "find_phrases"]

log = logging.getLogger(__name__)


@helpful_arguments
def find_phrases(
    corpus: Any,
    *,
    min_count: int = 5,
    threshold: float | None = None,
    top: int | float | None = None,
    scoring: Scoring = "default",
    connectors: Iterable[str] | Literal["english"] = (),
    passes: int = 1,
    choose: Choice = "greedy",
    delimiter: str = "_",
    resources: Resources | None = None,
) -> Phrases:
    """Find words that belong together, "new york", by how often they stand side by side.

    Pairs are counted exactly and scored by what their words' counts would make of them. Words that `read_corpus` has
    left out stand between no others: read a corpus for phrases with `min_count=1`.

    Parameters
    ----------
    corpus
        An `EncodedCorpus`, or what `read_corpus` takes, which is then read with `min_count=1`.
    min_count : int
        Pairs that occur less often are no phrases.
    threshold : float, optional
        Phrases score above it. Left out: 10 (default), 0.5 (npmi), 100 (word2phrase).
    top : int or float, optional
        In its place: so many phrases of the highest scores, or, below 1, that share of the pairs that could be some.
    scoring : "default", "npmi" or "word2phrase"
        For a pair that occurs n times, of words that occur a and b times, in N tokens: (n - min_count) / (a b) times
        the number of distinct words and pairs, as gensim does; normalized pointwise mutual information, from -1 to 1;
        or (n - min_count) / (a b) times N, as word2phrase does.
    connectors : iterable of str or "english"
        Words that may stand inside a phrase, "state of the art", but neither begin nor end one.
    passes : int
        How often phrases are found and joined: of 2 words, then of up to 4, of 8...
    choose : "greedy" or "best"
        Of phrases that overlap, the first one, or those whose scores add up to most in their sequence.
    delimiter : str
        What joins the words.
    resources : Resources, optional
        Threads and memory to use: pairs beyond `memory_bytes` are counted in several readings of the ids.

    Raises
    ------
    ParameterError
        A parameter is out of bounds.
    CorpusError
        The keys of the corpus are integers.
    """
    rules = PhraseRules(
        min_count=min_count,
        threshold=threshold,
        top=top,
        scoring=scoring,
        connectors=connectors,
        passes=passes,
        choose=choose,
        delimiter=delimiter,
    )
    resources = resources or Resources()
    return find_by_rules(as_corpus(corpus, resources), rules, resources)[0]


def find_by_rules(corpus: EncodedCorpus, rules: PhraseRules, resources: Resources) -> tuple[Phrases, EncodedCorpus]:
    """Find phrases; returned too is the corpus in which all are joined but those of the last pass."""
    start = time.perf_counter()
    tables: list[PhraseTable] = []
    while len(tables) < rules.passes:
        if tables:
            corpus = join_table(corpus, tables[-1], rules, resources)
        tables.append(_found(corpus, rules, resources))
        if not len(tables[-1]):  # nor would another pass find any
            break
    phrases = Phrases(tuple(tables), rules)
    log.info("found %s phrases in %.1f s", f"{len(phrases):,}", time.perf_counter() - start)
    return phrases, corpus


def _found(corpus: EncodedCorpus, rules: PhraseRules, resources: Resources) -> PhraseTable:
    """Find phrases of words, in one pass."""
    corpus.check_file()
    words = words_of(corpus)
    flags = connector_flags(words, rules.connectors)
    # A thread counts in an array of the vocabulary's size.
    threads = max(1, min(resources.threads, resources.memory_bytes // (16 * max(1, len(words)))))
    counts = core.count_ids(corpus.ids, len(words), threads)
    parts, ends, both, distinct = core.count_pairs(
        corpus.ids,
        corpus.offsets,
        flags,
        counts,
        least=rules.min_count,
        memory_bytes=resources.memory_bytes,
        threads=threads,
    )
    begins = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    occurring = counts > 0 if not len(flags) else (counts > 0) & (flags == 0)
    statistics = PairStatistics(
        first=counts[parts[begins]],
        second=counts[parts[ends - 1]],
        both=both,
        distinct=int(occurring.sum()) + distinct,
        tokens=len(corpus.ids),
        min_count=rules.min_count,
    )
    scores = FORMULAS[rules.scoring].scores(statistics)
    chosen = _chosen(scores, both, rules)
    spelled = (parts[begins[row] : ends[row]].tolist() for row in chosen.tolist())
    return PhraseTable(tuple(tuple(words[part] for part in parts) for parts in spelled), scores[chosen], both[chosen])


def _chosen(scores: NDArray[np.float64], counts: NDArray[np.int64], rules: PhraseRules) -> NDArray[np.int64]:
    """Return the rows that pass, by falling score (ties: by falling count, then as they came)."""
    least = FORMULAS[rules.scoring].floor if rules.threshold is None else rules.threshold
    (passing,) = np.nonzero(scores > least)
    order: NDArray[np.int64] = passing[np.lexsort((-counts[passing], -scores[passing]))]
    if rules.top is None:
        return order
    return order[: rules.top if isinstance(rules.top, int) else round(rules.top * len(order))]
