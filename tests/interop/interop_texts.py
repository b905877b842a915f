"""Keys and texts in many scripts, for the tests against other packages."""

from __future__ import annotations

import numpy as np

from wordmill.vectors import KeyedVectors

__all__ = ["KEYS", "TEXTS", "make"]

WORDS = ["the", "king", "Εὐκλείδης", "σοφός", "日本", "한국어", "naïve", "मराठी", "עברית", "ไทย", "👩\u200d👩\u200d👧"]
WORDS += ["don't", "1st", "a", "b", "ß"]
KEYS = [*WORDS, "new york", "\u2581odd", "", "UPPER"]
TEXTS = [
    "the king of 日本\u3000naïve\u00a0मराठी\u2028👩\u200d👩\u200d👧",
    "",
    " \n ",
    "unknown words only",
    "Don't don't don\u2019t",
    "ΣΟΦΌΣ σοφός Σοφός",
    "THE İstanbul ßẞ",
    "the,king;日本。한국어!1st-a b_b",
    "עברית ไทย\u200bไทย a\x1cb a\x85b",
    "new york",
    " ".join(np.random.default_rng(0).choice(WORDS, 5000).tolist()),
]


def make(**more: object) -> KeyedVectors:
    """Return vectors of these keys."""
    vectors = np.random.default_rng(1).standard_normal((len(KEYS), 12)).astype(np.float32)
    return KeyedVectors(KEYS, vectors, **more)  # type: ignore[arg-type]
