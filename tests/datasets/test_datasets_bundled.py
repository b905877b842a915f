"""The bundled files are what their docstrings and NOTICE.md say."""

from __future__ import annotations

import hashlib
import re

import zstandard

from wordmill import datasets


def read_sample() -> bytes:
    return zstandard.ZstdDecompressor().decompress(datasets.sample_path().read_bytes())


def test_sample_is_text8_style() -> None:
    text = read_sample()
    assert len(text) == 9_999_990
    assert re.fullmatch(rb"[a-z]+( [a-z]+)*\n", text)
    assert len(text.split()) == 1_690_614


def test_sample_is_under_three_megabytes() -> None:
    assert datasets.sample_path().stat().st_size < 3_000_000


def test_questions_words_is_the_original() -> None:
    digest = hashlib.sha256(datasets.questions_words_path().read_bytes()).hexdigest()
    assert digest == "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36"


def test_word_pairs_are_scored_from_zero_to_ten() -> None:
    lines = [line.split("\t") for line in datasets.word_pairs_path().read_text(encoding="utf-8").splitlines()]
    assert len({frozenset(words) for *words, _ in lines}) == 102
    assert all(0 <= float(score) <= 10 for *_, score in lines)


def test_every_bundled_file_is_named_in_the_notice() -> None:
    directory = datasets.sample_path().parent
    notice = (directory / "NOTICE.md").read_text(encoding="utf-8")
    for path in directory.iterdir():
        assert path.name == "NOTICE.md" or path.name in notice
