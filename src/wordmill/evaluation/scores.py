"""The one number of a result that models are compared by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from wordmill.evaluation.intervals import Interval

__all__ = ["Score", "json_number"]


@dataclass(frozen=True)
class Score:
    """A result in points, 0 to 100 (a correlation -100 to 100).

    Attributes
    ----------
    points : NaN where nothing of the set is known
    interval : its bootstrap interval (95 %), in points; None where the measure has none
    coverage : share of the set whose words are known, 0..1
    """

    points: float
    interval: Interval | None
    coverage: float

    def __str__(self) -> str:
        if math.isnan(self.points):
            return f"undefined ({self.coverage:.0%})"
        between = "" if self.interval is None else f" [{self.interval[0]:.1f}, {self.interval[1]:.1f}]"
        return f"{self.points:.1f}{between} ({self.coverage:.0%})"

    def to_dict(self) -> dict[str, Any]:
        """JSON-able: undefined numbers are None."""
        interval = None if self.interval is None else [json_number(end) for end in self.interval]
        return {"points": json_number(self.points), "interval": interval, "coverage": json_number(self.coverage)}


def json_number(value: float) -> float | None:
    """`value` for JSON, which has no NaN."""
    return None if math.isnan(value) else value
