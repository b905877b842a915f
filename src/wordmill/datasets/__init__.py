"""Bundled data: a Wikipedia sample, analogies and word pairs. `data/NOTICE.md` names authors, licences and changes."""

from __future__ import annotations

from pathlib import Path

__all__ = ["questions_words_path", "sample_path", "word_pairs_path"]

_DATA = Path(__file__).parent / "data"


def sample_path() -> Path:
    """Path of the sample corpus: 10 MB of English Wikipedia in text8 style, Zstandard-compressed.

    1,690,614 tokens of a-z on one line, digits spelled out. CC BY-SA 3.0.
    """
    return _DATA / "sample.txt.zst"


def questions_words_path() -> Path:
    """Path of the Google analogies: 19,544 questions in 14 sections (Mikolov et al., 2013). Apache-2.0."""
    return _DATA / "questions-words.txt"


def word_pairs_path() -> Path:
    """Path of CrowdWS-102: 102 word pairs with people's mean score, 0 to 10 (Bhattacharyya et al., 2017). ODC-By."""
    return _DATA / "crowdws-102.tsv"
