from __future__ import annotations

import math

import numpy as np
import pytest

from wordmill.errors import ParameterError
from wordmill.layers import Softmax, SoftmaxWithLoss, convert_one_hot


def test_softmax_rows_sum_to_one_at_any_score() -> None:
    x = np.array([[1e300, 0.0, -1e300], [0.0, 0.0, math.log(2)]])
    expected = np.array([[1, 0, 0], [0.25, 0.25, 0.5]])
    np.testing.assert_allclose(Softmax().forward(x), expected)


def test_loss_takes_ids_or_one_hot_rows_and_any_score() -> None:
    x, t = np.array([[0.0, 1000.0], [0.0, 0.0]]), np.array([0, 1])
    layer = SoftmaxWithLoss()
    assert layer.forward(x, t) == pytest.approx((1000 + math.log(2)) / 2)
    by_ids = layer.backward()
    assert layer.forward(x, convert_one_hot(t, 2)) == pytest.approx((1000 + math.log(2)) / 2)
    np.testing.assert_array_equal(layer.backward(), by_ids)


def test_labels_out_of_bounds_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"0\.\.1"):
        SoftmaxWithLoss().forward(np.zeros((1, 2)), [-1])
