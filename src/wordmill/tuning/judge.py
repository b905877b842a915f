"""What judges a setting: by a part that is set apart to choose by, and by another one that decides nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod

from wordmill.corpus import EncodedCorpus, EventCorpus
from wordmill.graphs import Walks
from wordmill.training.estimator import Estimator

__all__ = ["Judge", "signed"]


class Judge(ABC):
    """Scores models that were trained on `corpus`, a part of what the user gave; higher is better.

    Attributes
    ----------
    corpus
        What is trained on.
    name : str
        Of the measure.
    """

    corpus: EventCorpus | EncodedCorpus | Walks
    name: str

    @abstractmethod
    def score(self, model: Estimator) -> float:
        """Score a model on the part that settings are chosen by."""

    @abstractmethod
    def verdict(self, best: Estimator, default: Estimator) -> tuple[float, float, str, bool]:
        """Score both on the part that decided nothing.

        Returns
        -------
        best, default, sentence, worse
            Both scores, the verdict in words, and whether the best is surely worse than the default.
        """


def signed(gain: float, interval: tuple[float, float]) -> str:
    """Write a difference with its interval."""
    return f"{gain:+.3f} [{interval[0]:+.3f}, {interval[1]:+.3f}]"
