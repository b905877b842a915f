from __future__ import annotations

import logging
import sys
from itertools import chain
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from wordmill.errors import DivergenceError, MissingDependencyError, ParameterError
from wordmill.layers import SGD, Gradient, MatMul, SoftmaxWithLoss, Trainer
from wordmill.layers.arrays import Floats


class Recorder:
    """A model that only notes its batches; its loss is the mean of x."""

    def __init__(self) -> None:
        self.params: list[Floats] = []
        self.grads: list[Gradient] = []
        self.batches: list[list[int]] = []

    def forward(self, x: Any, t: Any) -> float:
        assert np.array_equal(x, t)
        self.batches.append(x.tolist())
        return float(np.mean(x))

    def backward(self) -> None:
        pass


class Tied:
    """x W Wᵀ-like: two layers hold one matrix, their gradients must be summed before any step."""

    def __init__(self, W: Floats) -> None:
        self.first, self.second, self.loss = MatMul(W), MatMul(W), SoftmaxWithLoss()
        self.params = self.first.params + self.second.params
        self.grads = self.first.grads + self.second.grads

    def forward(self, x: Any, t: Any) -> float:
        return self.loss.forward(self.second.forward(self.first.forward(x)), t)

    def backward(self) -> None:
        self.first.backward(self.second.backward(self.loss.backward()))


def test_every_example_is_seen_once_an_epoch_in_a_new_order() -> None:
    model, data = Recorder(), np.arange(10)
    trainer = Trainer(model, SGD(), rng=0)
    trainer.fit(data, data, max_epoch=2, batch_size=4, eval_interval=2)
    assert [len(batch) for batch in model.batches] == [4, 4, 2] * 2
    first, second = [*chain(*model.batches[:3])], [*chain(*model.batches[3:])]
    assert sorted(first) == sorted(second) == data.tolist()
    assert first != second
    assert first != data.tolist()
    means = [float(np.mean(batch)) for batch in model.batches]
    assert trainer.loss_list == pytest.approx([np.mean(means[i : i + 2]) for i in (0, 2, 4)])


def test_a_second_fit_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    model, data = Recorder(), np.arange(3)
    trainer = Trainer(model, SGD(), rng=0)
    with caplog.at_level(logging.INFO, "wordmill"):
        trainer.fit(data, data, max_epoch=1)
        trainer.fit(data, data, max_epoch=1)
    assert trainer.current_epoch == 2
    assert trainer.loss_list == [1.0, 1.0]
    assert [record.getMessage().split(",")[0] for record in caplog.records] == [
        "epoch 1: loss 1.0000",
        "epoch 2: loss 1.0000",
    ]


@pytest.mark.parametrize("max_grad", [None, 0.01])
def test_shared_weights_are_stepped_and_clipped_by_their_summed_gradient(max_grad: float | None) -> None:
    rng = np.random.default_rng(0)
    W, x, t = rng.normal(size=(3, 3)), rng.normal(size=(4, 3)), np.array([0, 1, 2, 0])
    twin = Tied(W.copy())
    twin.forward(x, t)
    twin.backward()
    total = np.asarray(twin.grads[0]) + np.asarray(twin.grads[1])
    if max_grad is not None:
        assert np.linalg.norm(total) > max_grad
        total *= max_grad / np.linalg.norm(total)
    expected = W - 0.5 * total
    Trainer(Tied(W), SGD(0.5), rng=0).fit(x, t, max_epoch=1, batch_size=4, max_grad=max_grad)
    np.testing.assert_allclose(W, expected, atol=1e-14)


def test_a_loss_that_is_not_finite_stops_the_training() -> None:
    data = np.array([1.0, np.inf])
    with pytest.raises(DivergenceError, match=r"loss is inf in epoch 1: lower lr=0\.01"):
        Trainer(Recorder(), SGD()).fit(data, data)


def test_bad_arguments() -> None:
    trainer, data = Trainer(Recorder(), SGD()), np.arange(3)
    with pytest.raises(ParameterError, match="equally long, not 3 and 2"):
        trainer.fit(data, data[:2])
    with pytest.raises(ParameterError, match="batch_size must be"):
        trainer.fit(data, data, batch_size=0)
    with pytest.raises(ParameterError, match="eval_interval must be"):
        trainer.fit(data, data, eval_interval=0)


def test_plot_draws_the_losses() -> None:
    mpl.use("Agg")
    trainer, data = Trainer(Recorder(), SGD(), rng=0), np.arange(8)
    trainer.fit(data, data, max_epoch=3, batch_size=4, eval_interval=2)
    axes = trainer.plot(ylim=(0, 10))
    assert axes.lines[0].get_ydata().tolist() == trainer.loss_list  # type: ignore[union-attr]
    assert axes.get_ylim() == (0, 10)
    axes.figure.clear()


def test_plot_without_matplotlib_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'wordmill\[plot\]'"):
        Trainer(Recorder(), SGD()).plot()
