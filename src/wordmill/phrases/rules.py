"""What a phrase is: the parameters of `find_phrases`, checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal, get_args

from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.phrases.scoring import FORMULAS, Scoring

__all__ = ["ENGLISH_CONNECTORS", "MOST_PASSES", "Choice", "PhraseRules", "as_integer"]

Choice = Literal["greedy", "best"]

MOST_PASSES = 16  #: phrases of up to 2^16 words

#: Articles, prepositions and conjunctions that stand inside English phrases: "state of the art".
ENGLISH_CONNECTORS = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "without")
)


@dataclass(frozen=True, kw_only=True)
class PhraseRules:
    """What a phrase is: the parameters of `find_phrases`, validated.

    Attributes
    ----------
    min_count : int
        Pairs that occur less often are no phrases.
    threshold : float, optional
        Phrases score above it. Left out: 10 (default), 0.5 (npmi), 100 (word2phrase); none where `top` is given.
    top : int or float, optional
        In its place: so many phrases of the highest scores, or, below 1, that share of the pairs that could be some.
    scoring : "default", "npmi" or "word2phrase"
        The formula.
    connectors : iterable of str
        Words that may stand inside a phrase, but neither begin nor end one, "english" for those of English; held as a
        frozenset.
    passes : int
        How often phrases are found and joined: of 2 words, then of up to 4, of 8...
    choose : "greedy" or "best"
        Of phrases that overlap, the first one, or those whose scores add up to most in their sequence (a score that is
        not positive adds nothing, and such a phrase is never taken).
    delimiter : str
        What joins the words.
    """

    min_count: int = 5
    threshold: float | None = None
    top: int | float | None = None
    scoring: Scoring = "default"
    connectors: Iterable[str] = frozenset()
    passes: int = 1
    choose: Choice = "greedy"
    delimiter: str = "_"

    def __post_init__(self) -> None:
        """Check all, and turn NumPy's numbers into Python's."""
        _check_one_of("scoring", self.scoring, FORMULAS)
        _check_one_of("choose", self.choose, get_args(Choice))
        for name, most in (("min_count", 2**62), ("passes", MOST_PASSES)):
            object.__setattr__(self, name, _integer(name, getattr(self, name), most))
        object.__setattr__(self, "connectors", _words(self.connectors))
        if not _is_text(self.delimiter):
            raise ParameterError(f"delimiter={quoted(self.delimiter)} is not allowed: it must be text, such as '_'")
        if self.threshold is not None and self.top is not None:
            raise ParameterError(
                f"threshold={quoted(self.threshold)} and top={quoted(self.top)} choose phrases in two ways: give one"
            )
        if self.top is not None:
            object.__setattr__(self, "top", _top(self.top))
        else:
            object.__setattr__(self, "threshold", _threshold(self.threshold, self.scoring))


def _check_one_of(name: str, value: object, allowed: Iterable[str]) -> None:
    if not isinstance(value, str) or value not in allowed:
        raise ParameterError(f"{name}={quoted(value)} is not allowed: it must be {' or '.join(map(repr, allowed))}")


def as_integer(value: Any) -> int | None:
    """Return the value as Python's integer, None where it is not one; a bool is none."""
    if isinstance(value, bool):
        return None
    return int(value) if isinstance(value, Integral) else None


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    return float(value) if isinstance(value, Real) else None


def _integer(name: str, value: Any, most: int) -> int:
    number = as_integer(value)
    if number is None or not 1 <= number <= most:
        raise ParameterError(f"{name}={quoted(value)} is not allowed: it must be an integer from 1 to {most:,}")
    return number


def _threshold(value: Any, scoring: Scoring) -> float:
    formula = FORMULAS[scoring]
    if value is None:
        return formula.threshold
    number = _as_number(value)
    if number is None or not formula.admits(number):
        raise ParameterError(
            f"threshold={quoted(value)} is not allowed: for scoring={quoted(scoring)} it must be {formula.bounds}"
        )
    return number


def _top(value: Any) -> int | float:
    whole, number = as_integer(value), _as_number(value)
    if whole is not None and whole >= 1:
        return whole
    if whole is None and number is not None and 0 < number < 1:
        return number
    raise ParameterError(
        f"top={quoted(value)} is not allowed: it must be a number of phrases from 1, or a share between 0 and 1"
    )


def _words(connectors: Any) -> frozenset[str]:
    if isinstance(connectors, str):
        if connectors == "english":
            return ENGLISH_CONNECTORS
        raise ParameterError(f"connectors={quoted(connectors)} is one text: give a list of words, or 'english'")
    words = [*connectors] if isinstance(connectors, Iterable) else [connectors]
    for word in words:
        if not _is_text(word):
            raise ParameterError(f"connectors holds {quoted(word)}: it must be a list of words")
    return frozenset(words)


def _is_text(value: Any) -> bool:
    """Whether it is text that can be written as UTF-8."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)
