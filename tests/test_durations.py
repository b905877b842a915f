"""Lengths of time as users write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from wordmill.durations import duration_seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("90s", 90), ("1.5m", 90), ("2 h", 7_200), ("1d", 86_400), ("1w", 604_800), (timedelta(minutes=2), 120)],
)
def test_units(value: object, seconds: float) -> None:
    assert duration_seconds(value) == seconds


@pytest.mark.parametrize("value", ["", "30", "m", "-1m", "1e3s", "٣m", "30 minutes", 30, None, True])
def test_what_is_no_duration(value: object) -> None:
    assert duration_seconds(value) is None


def test_only_the_units_asked_for() -> None:
    assert duration_seconds("1w", units="smhd") is None
