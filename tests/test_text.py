"""The tokenizer's definition."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordmill.errors import ParameterError
from wordmill.text import WHITESPACE, is_whitespace, lower, separate_words, split_whitespace, split_words, tokenize

CHARACTERS = [chr(code) for code in range(sys.maxunicode + 1)]


def test_white_space_is_unicode_white_space() -> None:
    """PropList.txt: 25 characters. Python's own idea has the four separators U+001C-U+001F more."""
    assert len(WHITESPACE) == 25
    assert {c for c in CHARACTERS if is_whitespace(c)} == {c for c in CHARACTERS if c.isspace()} - set(
        "\x1c\x1d\x1e\x1f"
    )


def test_words_are_letters_marks_digits_and_connectors() -> None:
    kept = separate_words("".join(CHARACTERS))
    for character, result in zip(CHARACTERS, kept, strict=True):
        category = unicodedata.category(character)
        is_word = category[0] in "LM" or category in {"Nd", "Pc"} or character == "\n"
        assert result == (character if is_word else " ")


def test_examples() -> None:
    assert split_whitespace(" a\u00a0b\u2028c\ufeffd\x1ce\r\n") == ["a", "b", "c\ufeffd\x1ce"]
    assert split_words("Don't panic: naïve co-operation, 中文！ x_1² №5") == [  # noqa: RUF001
        *["Don", "t", "panic", "naïve", "co", "operation", "中文", "x_1", "5"]
    ]
    assert tokenize("ΟΔΟΣ, İstanbul", "words", lowercase=True) == ["οδοσ", "i̇stanbul"]
    with pytest.raises(ParameterError, match="'whitespace' or 'words'"):
        tokenize("text", "letters")  # type: ignore[arg-type]


@given(st.text())
def test_lower_goes_character_by_character(text: str) -> None:
    assert lower(text) == "".join(character.lower() for character in text)


def test_lower_of_every_pair_with_a_sigma() -> None:
    text = " ".join(f"{character}Σ{character}" for character in CHARACTERS)
    assert lower(text) == "".join(character.lower() for character in text)
