"""The tokenizer: one definition for corpus, vectors and tokenizer.json.

Text is cut at white space, the 25 characters that Unicode calls White_Space (Python's `str.split` also cuts at
U+001C-U+001F). The `words` tokenizer keeps the runs of word characters: letters, marks, decimal digits, connector
punctuation (general categories L, M, Nd, Pc). Lower case is taken character by character, as Rust's
`char::to_lowercase` does, so that a final sigma is a sigma.
"""

from __future__ import annotations

import contextlib
import csv
import re
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal
from unicodedata import category

from wordmill.errors import ParameterError
from wordmill.foreign import quoted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "DELIMITER",
    "WHITESPACE",
    "WORD_PATTERN",
    "Cells",
    "TokenizerName",
    "as_delimiter",
    "is_whitespace",
    "lower",
    "separate_words",
    "split_whitespace",
    "split_words",
    "tokenize",
]

TokenizerName = Literal["whitespace", "words"]
DELIMITER = "one character that is no letter, digit, quote or line end"

WHITESPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
WORD_PATTERN = r"[\p{L}\p{M}\p{Nd}\p{Pc}]+"
"""One word, in the syntax of tokenizer.json (Oniguruma, whose `\\w` takes more: letter numbers, circled letters)."""

_WORD_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Pc"})
_NOT_SPACE = re.compile(f"[^{WHITESPACE}]+")


def is_whitespace(character: str) -> bool:
    """Whether a character has the Unicode property White_Space."""
    return character in WHITESPACE


def split_whitespace(text: str) -> list[str]:
    """Cut at white space; no empty tokens."""
    return _NOT_SPACE.findall(text)


def split_words(text: str) -> list[str]:
    """Return the runs of word characters."""
    return separate_words(text).split()


def separate_words(text: str) -> str:
    """Put a space in the place of every character that is no word character, but for line feeds."""
    import numpy as np  # noqa: PLC0415 (names of tokenizers are asked for where nothing is cut)

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return (
        np.where(_kept_characters()[codes], codes, ord(" "))
        .astype("<u4")
        .tobytes()
        .decode("utf-32-le", "surrogatepass")
    )


def lower(text: str) -> str:
    """Lower case, character by character: `str.lower` without its one rule that looks around, the final sigma's."""
    return text.replace("\u03a3", "\u03c3").lower()


def tokenize(text: str, tokenizer: TokenizerName = "whitespace", *, lowercase: bool = False) -> list[str]:
    """Tokens of a text, as the corpus reader and `tokenizer.json` give them."""
    if lowercase:
        text = lower(text)
    if tokenizer == "whitespace":
        return split_whitespace(text)
    if tokenizer == "words":
        return split_words(text)
    raise ParameterError(f"tokenizer={quoted(tokenizer)}: 'whitespace' or 'words'")


def as_delimiter(value: object) -> str | None:
    """Return a character that may part cells; None where it is none. A shell hands over a tab as two characters."""
    value = "\t" if value == "\\t" else value
    if isinstance(value, str) and len(value) == 1 and not value.isalnum() and value not in '"\r\n\0':
        return value
    return None


@dataclass(frozen=True)
class Cells:
    """A tokenizer: what lies between delimiters, as in a CSV file, without empty cells.

    White space around a cell, and double quotes around it that pair up, are left out.
    """

    delimiter: str

    def __post_init__(self) -> None:
        """Check the delimiter."""
        delimiter = as_delimiter(self.delimiter)
        if delimiter is None:
            raise ParameterError(f"delimiter={quoted(self.delimiter)} is not allowed: it must be {DELIMITER}")
        object.__setattr__(self, "delimiter", delimiter)

    def __call__(self, text: str) -> list[str]:
        """Return the cells of a line."""
        cells = text.split(self.delimiter)
        if '"' in text:
            with contextlib.suppress(csv.Error):  # quotes that are none of CSV's are characters
                cells = next(csv.reader([text], delimiter=self.delimiter, strict=True, skipinitialspace=True))
        return [stripped for cell in cells if (stripped := cell.strip())]


@cache
def _kept_characters() -> NDArray[np.bool_]:
    """Of each code, whether it is a word character, or line feed."""
    import numpy as np  # noqa: PLC0415

    return np.array(
        [category(chr(code)) in _WORD_CATEGORIES or code == ord("\n") for code in range(sys.maxunicode + 1)]
    )
