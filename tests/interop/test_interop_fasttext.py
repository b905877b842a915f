"""A model that fastText itself trained and saved: words it knows, and words it makes from their parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.fasttext import read_fasttext_model

pytestmark = pytest.mark.filterwarnings("default")
fasttext = pytest.importorskip("fasttext", reason="fastText is not installed: make test-interop")
TEXT = "the naïve cat sat on the mat and the dog ran after 日本語 words " * 50


@pytest.fixture(name="theirs", scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    directory = tmp_path_factory.mktemp("fasttext")
    (directory / "text.txt").write_text(TEXT, encoding="utf-8")
    model = fasttext.train_unsupervised(
        str(directory / "text.txt"), model="skipgram", dim=8, epoch=1, minCount=1, bucket=500, thread=1, verbose=0
    )
    model.save_model(str(directory / "model.bin"))
    return model, directory / "model.bin"


def test_words_and_their_vectors(theirs: tuple[Any, Path]) -> None:
    model, path = theirs
    ours = KeyedVectors.load(path)
    assert sorted(map(str, ours.keys)) == sorted(model.get_words())
    for word in model.get_words():
        np.testing.assert_allclose(ours.get_vector(word), model.get_word_vector(word), atol=1e-6)


@pytest.mark.parametrize("word", ["catty", "naïvely", "本語日", "ran!", "x"])
def test_words_that_it_never_saw(theirs: tuple[Any, Path], word: str) -> None:
    model, path = theirs
    ours = read_fasttext_model(path).subwords.vector(word)
    expected = model.get_word_vector(word)
    np.testing.assert_allclose(np.zeros_like(expected) if ours is None else ours, expected, atol=1e-6)
