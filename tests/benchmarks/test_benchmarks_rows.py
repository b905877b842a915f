"""What benchmarks replay moves the rows of a step and changes none of them."""

from __future__ import annotations

import numpy as np
import pytest

from wordmill.core import core
from wordmill.training.backends import allocate_vectors


@pytest.mark.parametrize("part", ["plan", "rows", "rows ahead"])
@pytest.mark.parametrize("shape", ["pairs", "mean"])
@pytest.mark.parametrize("isa", core.available_isas())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_replay_leaves_the_vectors(shape: str, part: str, isa: str, dtype: type[np.floating]) -> None:
    random = np.random.default_rng(1)
    inputs, outputs = allocate_vectors(9, 20, dtype), allocate_vectors(9, 20, dtype)
    inputs[:], outputs[:] = random.standard_normal((2, 9, 20))
    before = inputs.copy(), outputs.copy()
    contexts, asked = np.array([1, 2, 3], np.int32), np.array([4, 5, 5, 6], np.int32)
    loss = core.step(inputs, outputs, contexts, asked, alpha=1.0, shape=shape, mean_update="mean", isa=f"{isa} {part}")
    assert loss == 0
    np.testing.assert_array_equal((inputs, outputs), before)
