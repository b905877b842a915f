"""The memory estimate against what is really taken."""

from __future__ import annotations

import pytest

from wordmill.training.backends import allocate_vectors
from wordmill.training.memory import estimate_memory


@pytest.mark.parametrize("vector_size", [1, 16, 100, 300])
def test_vectors_take_what_was_estimated(vector_size: int) -> None:
    matrix = allocate_vectors(10, vector_size)
    assert estimate_memory(10, vector_size, 7)["vectors"] == 2 * 10 * matrix.strides[0]
    assert estimate_memory(10, vector_size, 7)["ids"] == 28
