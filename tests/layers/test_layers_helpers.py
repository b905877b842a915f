from __future__ import annotations

import numpy as np
import pytest

from wordmill.errors import ParameterError
from wordmill.layers import convert_one_hot, cos_similarity, create_contexts_target, preprocess


def test_preprocess_numbers_words_as_they_come() -> None:
    corpus, word_to_id, id_to_word = preprocess("You say goodbye and I say hello.")
    assert corpus.tolist() == [0, 1, 2, 3, 4, 1, 5, 6]
    assert list(word_to_id) == ["you", "say", "goodbye", "and", "i", "hello", "."]
    assert id_to_word == {i: word for word, i in word_to_id.items()}


def test_contexts_and_targets() -> None:
    contexts, target = create_contexts_target([0, 1, 2, 3, 4, 1], window_size=2)
    assert contexts.tolist() == [[0, 1, 3, 4], [1, 2, 4, 1]]
    assert target.tolist() == [2, 3]


@pytest.mark.parametrize("window_size", [0, 2])
def test_a_window_must_fit(window_size: int) -> None:
    with pytest.raises(ParameterError, match="window_size"):
        create_contexts_target([0, 1, 2, 3], window_size)


def test_one_hot() -> None:
    assert convert_one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert convert_one_hot([[2, 0], [1, 1]], 3).argmax(axis=2).tolist() == [[2, 0], [1, 1]]
    with pytest.raises(ParameterError, match=r"0\.\.2"):
        convert_one_hot([3], 3)


def test_cosine() -> None:
    x, y = np.array([3.0, 4.0]), np.array([4.0, 3.0])
    assert cos_similarity(x, y) == pytest.approx(24 / 25)
    assert cos_similarity(x, -2 * x) == pytest.approx(-1)
    assert cos_similarity(x, np.zeros(2)) == 0
