"""How much two words belong together, by their counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # parameters say what formulas there are, and the help of a command is not to wait for NumPy
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FORMULAS", "Formula", "PairStatistics", "Scoring"]

Scoring = Literal["default", "npmi", "word2phrase"]


@dataclass(frozen=True)
class PairStatistics:
    """Counts of P pairs and of what they stand in.

    Attributes
    ----------
    first, second, both : (P,) int64
        Occurrences of the first word, of the second one, and of the pair.
    distinct : int
        Distinct words and pairs, connectors left out: the vocabulary that the default formula multiplies by.
    tokens : int
        All tokens.
    min_count : int
        From which a pair counts.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    both: NDArray[np.int64]
    distinct: int
    tokens: int
    min_count: int


def default_scores(pairs: PairStatistics) -> NDArray[np.float64]:
    """(both - min_count) / (first x second) x distinct words and pairs: Mikolov et al. 2013b, section 4, as gensim."""
    product = pairs.first.astype("float64") * pairs.second
    return (pairs.both - pairs.min_count) / product * float(pairs.distinct)


def word2phrase_scores(pairs: PairStatistics) -> NDArray[np.float64]:
    """(both - min_count) / first / second x tokens: word2phrase.c."""
    return (pairs.both - pairs.min_count) / pairs.first / pairs.second * float(pairs.tokens)


def npmi_scores(pairs: PairStatistics) -> NDArray[np.float64]:
    """log(both x tokens / first / second) / -log(both / tokens): normalized mutual information, Bouma 2009."""
    first, second, both = (counts / pairs.tokens for counts in (pairs.first, pairs.second, pairs.both))
    return _log(both / (first * second)) / -_log(both)


def _log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take the C library's logarithm: NumPy's differs in the last bit, and then in what is above a threshold."""
    import numpy as np  # noqa: PLC0415

    return np.fromiter(map(math.log, values.tolist()), np.float64, len(values))


@dataclass(frozen=True)
class Formula:
    """A way to score.

    Attributes
    ----------
    scores
        The function.
    threshold : float
        Where phrases begin, if nothing is said.
    floor : float
        What a phrase scores above in any case.
    bounds : str
        Which thresholds are allowed.
    """

    scores: Callable[[PairStatistics], NDArray[np.float64]]
    threshold: float
    floor: float
    bounds: str

    def admits(self, threshold: float) -> bool:
        """Whether a threshold is allowed."""
        return -1 <= threshold <= 1 if self.floor < 0 else 0 < threshold < math.inf


FORMULAS: dict[Scoring, Formula] = {
    "default": Formula(default_scores, 10.0, 0.0, "a number above 0"),
    "npmi": Formula(npmi_scores, 0.5, -1.0, "a number from -1 to 1"),
    "word2phrase": Formula(word2phrase_scores, 100.0, 0.0, "a number above 0"),
}
