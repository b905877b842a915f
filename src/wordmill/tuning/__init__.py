"""The search for settings: many trainings, short ones first, judged on what none of them has seen."""

from __future__ import annotations

from wordmill.tuning.result import Tuned
from wordmill.tuning.search import tune

__all__ = ["Tuned", "tune"]
