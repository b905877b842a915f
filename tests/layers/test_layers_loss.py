from __future__ import annotations

import math

import numpy as np
import pytest

from wordmill.errors import ParameterError
from wordmill.layers import NegativeSamplingLoss, SigmoidWithLoss, sigmoid


def test_sigmoid_is_exact_at_any_score() -> None:
    x = np.array([-1e300, -800.0, -40.0, -1.0, 0.0, 1.0, 40.0, 800.0, 1e300])
    expected = [0, 0, math.exp(-40), 1 / (1 + math.e), 0.5, 1 / (1 + math.exp(-1)), 1, 1, 1]
    np.testing.assert_allclose(sigmoid(x), expected, rtol=1e-14)
    assert sigmoid(x[1:-1].astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("score", [-1e30, -100.0, -1.0, 0.0, 1.0, 50.0, 1e30])
@pytest.mark.parametrize("label", [0, 1])
def test_sigmoid_loss_is_exact_at_any_score(dtype: type[np.float32], score: float, label: int) -> None:
    layer = SigmoidWithLoss()
    z = -score if label else score
    loss = layer.forward(np.array([score], dtype=dtype), np.array([label]))
    assert loss == pytest.approx(z if z > 100 else math.log1p(math.exp(z)), rel=1e-6 if dtype == np.float32 else 1e-14)
    gradient = layer.backward()
    assert gradient.dtype == dtype
    slope = math.exp(min(z, 100)) / (1 + math.exp(min(z, 100)))
    assert gradient[0] == pytest.approx(-slope if label else slope, rel=1e-5, abs=1e-40)


def test_sigmoid_loss_is_the_mean_over_the_batch_of_the_sum_over_a_row() -> None:
    x, t = np.random.default_rng(0).normal(size=(4, 3)), np.array([1, 0, 0])
    column_means = [SigmoidWithLoss().forward(x[:, j], np.full(4, t[j])) for j in range(3)]
    assert SigmoidWithLoss().forward(x, t) == pytest.approx(sum(column_means), rel=1e-14)


def test_negative_sampling_loss_is_the_sum_of_the_pairs_mean_losses() -> None:
    rng = np.random.default_rng(0)
    W, h, target, negatives = (
        rng.normal(size=(5, 2)),
        rng.normal(size=(3, 2)),
        np.array([1, 1, 4]),
        rng.integers(5, size=(3, 2)),
    )
    expected = -np.log(sigmoid(np.sum(h * W[target], axis=1))).mean()
    for k in range(2):
        expected -= np.log(sigmoid(-np.sum(h * W[negatives[:, k]], axis=1))).mean()
    assert NegativeSamplingLoss(W).forward(h, target, negatives) == pytest.approx(expected, rel=1e-14)


def test_negatives_are_drawn_from_the_corpus_by_seed() -> None:
    W = np.zeros((4, 2))
    corpus, h, target = np.array([0, 1, 2, 3, 3, 0]), np.ones((2, 2)), np.array([0, 3])
    losses = [NegativeSamplingLoss(W, corpus, 0.75, 3, rng=0).forward(h, target) for _ in range(2)]
    assert losses == pytest.approx([4 * math.log(2)] * 2)
    with_replacement = NegativeSamplingLoss(W, corpus, 1, 9, replace=True, rng=0)
    assert with_replacement.forward(h, target) == pytest.approx(10 * math.log(2))


def test_words_beyond_those_of_the_corpus_may_be_targets() -> None:
    loss = NegativeSamplingLoss(np.zeros((6, 2)), [0, 1, 2], 0.75, 2, rng=0)
    assert loss.forward(np.ones((1, 2)), [5]) == pytest.approx(3 * math.log(2))
    with pytest.raises(ParameterError, match=r"0\.\.5"):
        NegativeSamplingLoss(np.zeros((6, 2)), [0, 6])


def test_labels_are_0_or_1_and_fit_the_scores() -> None:
    with pytest.raises(ParameterError, match="0 or 1"):
        SigmoidWithLoss().forward(np.zeros(2), [0.5, 1])
    with pytest.raises(ValueError, match="broadcast"):
        SigmoidWithLoss().forward(np.zeros(2), [0, 1, 1])


def test_rows_of_vectors_and_of_words_must_agree() -> None:
    with pytest.raises(ParameterError, match="same number of rows"):
        NegativeSamplingLoss(np.zeros((4, 2))).forward(np.ones((2, 2)), [0, 1, 2, 3], [[1], [2], [3], [0]])


def test_no_negatives_and_nothing_to_draw_them_from_is_an_error() -> None:
    with pytest.raises(ParameterError, match="no negatives"):
        NegativeSamplingLoss(np.zeros((4, 2))).forward(np.ones((1, 2)), [0])
