from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wordmill.errors import ParameterError
from wordmill.layers import SGD, AdaGrad, Adam, Momentum, Optimizer, RMSprop, RowGradient

OPTIMIZERS: list[Callable[[], Optimizer]] = [SGD, Momentum, AdaGrad, RMSprop, Adam]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("create", OPTIMIZERS)
def test_rows_train_to_the_same_bits_as_a_dense_gradient(create: Callable[[], Optimizer], dtype: type[Any]) -> None:
    rng = np.random.default_rng(0)
    by_rows, by_dense = create(), create()
    W_rows: Any = rng.normal(size=(50, 4)).astype(dtype)
    W_dense = W_rows.copy()
    for _ in range(10):
        gradient = RowGradient(W_rows.shape, dtype)
        gradient.assign(rng.integers(50, size=20), rng.normal(size=(20, 4)))
        by_rows.update([W_rows], [gradient])
        by_dense.update([W_dense], [np.asarray(gradient)])
    assert W_rows.dtype == dtype
    assert np.array_equal(W_rows, W_dense)


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (SGD(0.1), [0.8, 0.4]),
        (Momentum(0.1, momentum=0.5), [0.8, 0.3]),
        (AdaGrad(0.1), [0.9, 0.9 - 0.4 / 20**0.5]),
        (RMSprop(0.1, decay_rate=0.75), [0.8, 0.8 - 0.4 / 4.75**0.5]),
        # m = 0.2, 0.58; v = 0.04, 0.1996 at beta = 0.9, 0.99; both corrected for their start
        (Adam(0.1, beta1=0.9, beta2=0.99), [0.9, 0.9 - 0.1 * (0.58 / 0.19) / (0.1996 / 0.0199) ** 0.5]),
    ],
)
def test_two_steps_by_hand(optimizer: Optimizer, expected: list[float]) -> None:
    W = np.array([[1.0]])
    for gradient, value in zip([2.0, 4.0], expected, strict=True):
        optimizer.update([W], [np.array([[gradient]])])
        assert W[0, 0] == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("create", OPTIMIZERS)
def test_every_optimizer_descends(create: Callable[[], Optimizer]) -> None:
    optimizer = create()
    optimizer.lr = 0.1
    W = np.array([[1.0, -2.0]])
    for _ in range(200):
        optimizer.update([W], [2 * W])
    assert np.abs(W).max() < 0.5


@pytest.mark.parametrize(
    "create",
    [
        lambda: SGD(0),
        lambda: SGD(float("nan")),
        lambda: Momentum(momentum=1),
        lambda: AdaGrad(-1),
        lambda: RMSprop(decay_rate=-0.1),
        lambda: Adam(beta1=1.5),
        lambda: Adam(beta2=float("nan")),
    ],
)
def test_absurd_rates_are_refused(create: Callable[[], Optimizer]) -> None:
    with pytest.raises(ParameterError, match="must be"):
        create()
