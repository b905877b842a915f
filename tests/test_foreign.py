"""Foreign text in messages: printable, short, on one line."""

from __future__ import annotations

import pickle
import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill import errors
from wordmill.foreign import listed, one_line, printable, quoted

HIDDEN = "\xad\u061c\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u3164\ufeff"  # not seen, or in another order
HARMLESS = {"Cc": "", "Cs": "", "Zl": "", "Zp": ""}  # categories that must not be left


def is_harmless(text: str) -> bool:
    return all(unicodedata.category(letter) not in HARMLESS and letter not in HIDDEN for letter in text)


@settings(max_examples=60)
@given(st.text(st.characters(categories=["L", "N", "Cc", "Cs", "Cf", "Zl", "Zp"])))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    assert is_harmless(printable(text))
    assert is_harmless(one_line(text))
    assert is_harmless(str(errors.FormatError(text)))


def test_what_people_write_stays_as_it_is() -> None:
    for word in ("kîng", "서울", "क्\u200dष", "👩\u200d🚀", "a\\b", ":heart:", "[bold]x[/]", "a  b"):
        assert printable(word) == word
    assert printable("a\tb\x1b[31m\n") == "a\\tb\\x1b[31m\\n"
    assert printable("a\u200b\u200e") == "a\\u200b\\u200e"  # or two keys would look the same
    assert printable("a\nb\x9b", keep="\n") == "a\nb\\x9b"


@pytest.mark.parametrize(
    "value",
    ["k" * 10**6, b"\x00" * 10**6, ["k" * 10**6] * 100, np.zeros((1000, 1000)), 10**5000, {"a": [[1] * 10**5]}],
    ids=lambda value: type(value).__name__,
)
def test_a_quote_is_short(value: Any) -> None:
    assert len(quoted(value)) < 500
    assert "\n" not in quoted(value)


def test_quotes_are_those_of_python() -> None:
    assert [quoted(value) for value in ("it's", b"\xff", 3, None, ["a"])] == [
        '"it\'s"',
        "b'\\xff'",
        "3",
        "None",
        "['a']",
    ]
    assert quoted("k" * 1000).endswith("'... (1,000 characters)")
    assert listed(["a", "b\x1b"]) == "a, b\\x1b"
    assert listed(range(12), most=2) == "0, 1 and 10 more"


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name.endswith("Error")])
def test_every_error_is_one_printable_line_of_bounded_length(name: str) -> None:
    error = getattr(errors, name)("\x1b]0;title\x07" + "x" * 10**6 + "\nmend it")
    assert is_harmless(str(error))
    assert len(str(error)) < 1200
    assert str(error).startswith("\\x1b]0;title\\x07")
    assert str(error).endswith("mend it")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 (ours, made here)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("counts"), "'counts' is missing"),
        (errors.ParameterError("a key comes twice"), "a key comes twice"),
        (errors.Misfit("rows (3, 2), not 4"), "rows (3, 2), not 4"),
        (TypeError("__init__() got an unexpected keyword"), "a value is not of the kind that it should be"),
        (ValueError("could not broadcast"), "a value is not of the kind that it should be"),
    ],
)
def test_what_does_not_fit_is_said_in_our_words(error: Exception, said: str) -> None:
    assert errors.misfit(error) == said
