"""The functions of `gensim.utils` that programs for word vectors use."""

from __future__ import annotations

import re
from typing import NoReturn
from unicodedata import category, normalize

from wordmill.compat.gensim.absent import UTILS, no_name

__all__ = ["RULE_DEFAULT", "RULE_DISCARD", "RULE_KEEP", "deaccent", "simple_preprocess"]

#: What a `trim_rule` returns.
RULE_DEFAULT, RULE_DISCARD, RULE_KEEP = 0, 1, 2

_LETTERS = re.compile(r"[^\W\d]+")


def deaccent(text: str) -> str:
    """Remove the accents of a text."""
    return normalize("NFC", "".join(letter for letter in normalize("NFD", text) if category(letter) != "Mn"))


def simple_preprocess(doc: str, deacc: bool = False, min_len: int = 2, max_len: int = 15) -> list[str]:
    """Return the runs of `min_len` to `max_len` letters in lower case, without accents if asked."""
    text = deaccent(doc.lower()) if deacc else doc.lower()
    return [word for word in _LETTERS.findall(text) if min_len <= len(word) <= max_len and word[0] != "_"]


def __getattr__(name: str) -> NoReturn:
    no_name("compat.gensim.utils", name, UTILS)
