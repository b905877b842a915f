"""How well do vectors foretell the next item? Judged on events that were held out, beside two plain baselines."""

from __future__ import annotations

from wordmill.recommendation.judging import Fitted, evaluate_recommendation, fitted_for, judge
from wordmill.recommendation.result import RecommendationResult

__all__ = ["Fitted", "RecommendationResult", "evaluate_recommendation", "fitted_for", "judge"]
