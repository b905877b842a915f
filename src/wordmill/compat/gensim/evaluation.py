"""gensim's evaluations: wordmill's measures in gensim's shapes."""

from __future__ import annotations

import logging
import math
from os import PathLike
from typing import Any, NamedTuple

import wordmill
from wordmill.compat.gensim.files import check_encoding
from wordmill.errors import ParameterError
from wordmill.evaluation import evaluate_pairs, read_analogies
from wordmill.evaluation.analogies import Method, answer_questions
from wordmill.foreign import quoted

__all__ = ["Correlation", "analogies", "p_value", "word_pairs"]

logger = logging.getLogger(__name__)

METHODS: dict[str, Method] = {"most_similar": "3cosadd", "most_similar_cosmul": "3cosmul"}
DELIMITERS = ("\t", ",", " ")
_FRACTION_DEPTH = 200  # converged for millions of pairs


class Correlation(NamedTuple):
    """A correlation, and the chance of one at least as far from 0 where there is none: SciPy's names."""

    statistic: float
    pvalue: float


def analogies(
    vectors: wordmill.KeyedVectors,
    path: str | PathLike[str],
    restrict_vocab: int | None,
    case_insensitive: bool,
    dummy4unknown: bool,
    similarity_function: str,
) -> tuple[float, list[dict[str, Any]]]:
    """Return the share of right answers, and a section each, the last one of all questions."""
    if similarity_function not in METHODS:
        raise ParameterError(f"similarity_function={quoted(similarity_function)}: one of {', '.join(METHODS)}")
    questions = list(read_analogies(path))
    known, correct, *_ = answer_questions(
        vectors,
        questions,
        method=METHODS[similarity_function],
        restrict_vocab=restrict_vocab,
        case="ignore" if case_insensitive else "match",
    )
    total: dict[str, Any] = {"section": "Total accuracy", "correct": [], "incorrect": []}
    sections: dict[str, dict[str, Any]] = {
        q.section: {"section": q.section, "correct": [], "incorrect": []} for q in questions
    }
    for question, is_known, is_correct in zip(questions, known, correct, strict=True):
        if is_known or dummy4unknown:
            words = (question.a, question.b, question.c, question.answers[0])
            for section in (sections[question.section], total):
                section["correct" if is_correct else "incorrect"].append(
                    tuple(word.upper() for word in words) if case_insensitive else words
                )
    logger.info("%s: %d of %d analogies have unknown words", path, len(known) - known.sum(), len(known))
    scored = len(total["correct"]) + len(total["incorrect"])
    return len(total["correct"]) / scored if scored else 0.0, [*sections.values(), total]


def word_pairs(
    vectors: wordmill.KeyedVectors,
    path: str | PathLike[str],
    delimiter: str,
    encoding: str,
    restrict_vocab: int | None,
    case_insensitive: bool,
    dummy4unknown: bool,
) -> tuple[Correlation, Correlation, float]:
    """Return Pearson's and Spearman's correlation, each with its p-value, and the percentage of unknown pairs."""
    if dummy4unknown:
        raise ParameterError("dummy4unknown=True is not there for word pairs: pairs with unknown words are left out")
    if delimiter not in DELIMITERS:
        raise ParameterError(f"delimiter={quoted(delimiter)}: columns are separated by tabs, commas or spaces")
    check_encoding(encoding)
    case = "ignore" if case_insensitive else "match"
    result = evaluate_pairs(vectors, path, restrict_vocab=restrict_vocab, case=case)  # type: ignore[arg-type]
    if not result.known:
        raise ParameterError(f"{path}: none of the {result.pairs} pairs has two known words")
    pearson, spearman = (Correlation(r, p_value(r, result.known)) for r in (result.pearson, result.spearman))
    return pearson, spearman, 100 * (1 - result.coverage)


def p_value(correlation: float, n: int) -> float:
    """Chance of a correlation of n pairs at least this far from 0 where there is none, two-sided, by Student's t.

    It is the regularised incomplete beta function I(1 - r^2; n / 2 - 1, 1 / 2); NaN below three pairs.
    """
    if n < 3 or math.isnan(correlation):
        return math.nan
    return _incomplete_beta(max(0.0, 1 - correlation**2), n / 2 - 1, 0.5)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function by its continued fraction (DLMF 8.17.22), from the inside out."""
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):  # where the fraction of the complement converges faster
        return 1 - _incomplete_beta(1 - x, b, a)
    fraction = 1.0
    for m in range(_FRACTION_DEPTH, -1, -1):
        even = (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        fraction = 1 + odd / (1 + even / fraction)
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta) / (a * fraction)
