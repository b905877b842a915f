from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from wordmill.errors import ParameterError
from wordmill.layers import CBOW, SGD, Adam, SkipGram, Trainer, cos_similarity, create_contexts_target

CORPUS = np.array([0, 1, 2, 3, 4, 1, 5, 6] * 4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("W", "K"), [(1, 5), (3, 2)])
def test_first_loss_is_that_of_guessing(dtype: type[Any], W: int, K: int) -> None:
    contexts, target = create_contexts_target(CORPUS, W)
    cbow = CBOW(7, 5, W, CORPUS, sample_size=K, dtype=dtype, rng=0)
    assert cbow.forward(contexts, target) == pytest.approx((K + 1) * math.log(2), rel=1e-6)
    skip_gram = SkipGram(7, 5, W, CORPUS, sample_size=K, dtype=dtype, rng=0)
    assert skip_gram.forward(contexts, target) == pytest.approx(2 * W * (K + 1) * math.log(2), rel=1e-6)
    for model in (cbow, skip_gram):
        model.backward()
        assert model.word_vecs.shape == (7, 5)
        assert {np.asarray(array).dtype for array in [*model.params, *model.grads]} == {np.dtype(dtype)}


@pytest.mark.parametrize("model_class", [CBOW, SkipGram])
def test_words_in_the_same_places_become_alike(model_class: type[CBOW | SkipGram]) -> None:
    """Ids 0 and 1 always stand between 2 and 3, ids 4 and 5 always between 6 and 7."""
    rng = np.random.default_rng(0)
    corpus = np.concatenate(
        [[2, rng.integers(2), 3] if rng.integers(2) else [6, 4 + rng.integers(2), 7] for _ in range(400)]
    )
    model = model_class(8, 10, 1, corpus, sample_size=3, rng=1)
    trainer = Trainer(model, Adam(0.01), rng=2)
    trainer.fit(*create_contexts_target(corpus, 1), max_epoch=8, batch_size=20)
    assert trainer.loss_list[-1] < 0.8 * trainer.loss_list[0]
    vectors = model.word_vecs
    alike = min(cos_similarity(vectors[0], vectors[1]), cos_similarity(vectors[4], vectors[5]))
    unlike = max(cos_similarity(vectors[i], vectors[j]) for i in (0, 1) for j in (4, 5))
    assert alike > unlike + 0.3


def test_training_is_a_function_of_the_seeds() -> None:
    def train(seed: int) -> Any:
        model = SkipGram(7, 4, 1, CORPUS, rng=seed)
        Trainer(model, SGD(0.5), rng=seed).fit(*create_contexts_target(CORPUS, 1), max_epoch=2, batch_size=4)
        return model.word_vecs

    assert np.array_equal(train(0), train(0))
    assert not np.array_equal(train(0), train(1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 5, 1, [0]), "vocab_size must be 1 or more"),
        ((7, 5, 0, CORPUS), "window_size must be 1 or more"),
        ((3, 5, 1, CORPUS), "ids must be in 0..2"),
        ((7, 5, 1, [0, 1]), "2 words occur"),
    ],
)
def test_models_refuse_what_they_cannot_train(arguments: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        CBOW(*arguments)


def test_contexts_must_fit_the_window() -> None:
    with pytest.raises(ParameterError, match=r"contexts must be \(B, 4\)"):
        SkipGram(7, 5, 2, CORPUS).forward([[1, 2]], [0])
