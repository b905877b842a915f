"""What is no key is named with its type, its value and the expression that makes a key of it."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wordmill import KeyedVectors, Word2Vec
from wordmill.errors import CorpusError, ParameterError
from wordmill.sources.no_keys import as_key, is_missing


class Colour(enum.Enum):
    """A kind of key in programs."""

    RED = 1


def kind(value: object) -> str:
    """Name a case alike in every process, which the order of a set is not."""
    return type(value).__name__


VALUES = [
    datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC), datetime.time(1, 2),
    pd.Timestamp("2020-01-02"), np.datetime64("2020-01-02"), uuid.UUID(int=7), decimal.Decimal("1.5"), Path("a"),
    b"ab", bytearray(b"ab"), 1.5, 2.0, np.float32(3), True, np.True_, ("a", 1), frozenset("ba"), {"c"}, Colour.RED,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=kind)
def test_the_expression_makes_a_key(value: Any) -> None:
    key = eval(as_key(value, "value"), {"value": value})  # noqa: S307 (it is ours)
    assert key
    assert isinstance(key, str | int)
    assert not isinstance(key, bool)


@pytest.mark.parametrize("value", [*VALUES, None, float("nan"), pd.NA, pd.NaT], ids=kind)
@pytest.mark.parametrize(
    "use",
    [
        lambda value: Word2Vec(min_count=1).fit([["a", value]]),
        lambda value: Word2Vec(min_count=1).fit([[value, value]]),
        lambda value: KeyedVectors(["a", value], np.ones((2, 3), np.float32)),
    ],
    ids=["word", "item", "vectors"],
)
def test_users_read_it(use: Callable[[Any], object], value: Any) -> None:
    with pytest.raises((CorpusError, ParameterError)) as caught:
        use(value)
    assert type(value).__name__ in str(caught.value)
    assert ("makes one of it" in str(caught.value)) != is_missing(value)
