from __future__ import annotations

import numpy as np
import pytest

from wordmill.errors import ParameterError
from wordmill.vectors import KeyedVectors
from wordmill.vectors.postprocess import (
    add_outputs,
    align,
    all_but_the_top,
    centre,
    rotate_to_principal_axes,
    to_unit_length,
)

KEYS = [f"w{row}" for row in range(50)]


@pytest.fixture(name="kv", params=[np.float32, np.float64])
def keyed_vectors(request: pytest.FixtureRequest) -> KeyedVectors:
    rng = np.random.default_rng(3)
    vectors = rng.standard_normal((50, 6)) * [5, 0.1, 3, 1, 0.5, 2] + [1, 2, 0, 0, 0, 0]
    return KeyedVectors(KEYS, vectors.astype(request.param), counts=np.arange(50), tokenizer="words")


def gram(kv: KeyedVectors) -> np.ndarray:
    return kv.vectors @ kv.vectors.T


def test_all_keep_keys_counts_and_dtype(kv: KeyedVectors) -> None:
    others = add_outputs(kv, kv.vectors), rotate_to_principal_axes(kv), align(kv, kv)
    for changed in (to_unit_length(kv), centre(kv), all_but_the_top(kv), *others):
        assert type(changed) is KeyedVectors
        assert changed.keys == kv.keys
        assert changed.vectors.dtype == kv.vectors.dtype
        assert changed.tokenizer == "words"
        np.testing.assert_array_equal(changed.counts, kv.counts)


def test_unit_length(kv: KeyedVectors) -> None:
    np.testing.assert_allclose(to_unit_length(kv).norms, 1, rtol=1e-6)
    zero = to_unit_length(KeyedVectors(["a"], np.zeros((1, 2))))
    np.testing.assert_array_equal(zero.vectors, 0)


def test_add_outputs(kv: KeyedVectors) -> None:
    outputs = kv.vectors[::-1].copy()
    added = add_outputs(kv, outputs, 0.5)
    np.testing.assert_allclose(added.vectors, kv.vectors + 0.5 * outputs, rtol=1e-6)
    np.testing.assert_array_equal(add_outputs(kv, outputs, 0).vectors, kv.vectors)
    for wrong, share in ((outputs[1:], 0.5), (outputs, -0.1), (outputs, float("nan"))):
        with pytest.raises(ParameterError):
            add_outputs(kv, wrong, share)


def test_centre(kv: KeyedVectors) -> None:
    np.testing.assert_allclose(centre(kv).vectors.mean(axis=0), 0, atol=1e-6)


def test_all_but_the_top(kv: KeyedVectors) -> None:
    centred = centre(kv).vectors.astype(np.float64)
    values = np.linalg.svd(centred)[1]
    left = np.linalg.svd(all_but_the_top(kv, 2).vectors.astype(np.float64))[1]
    np.testing.assert_allclose(left, [*values[2:], 0, 0], atol=1e-4)
    np.testing.assert_array_equal(all_but_the_top(kv).vectors, all_but_the_top(kv, 1).vectors)
    np.testing.assert_allclose(all_but_the_top(kv, 0).vectors, centred, atol=1e-6)
    with pytest.raises(ParameterError, match="between 0 and 5"):
        all_but_the_top(kv, 6)


def test_rotation_keeps_similarities_and_orders_coordinates(kv: KeyedVectors) -> None:
    rotated = rotate_to_principal_axes(kv)
    np.testing.assert_allclose(gram(rotated), gram(kv), atol=1e-3)
    lengths = np.linalg.norm(rotated.vectors, axis=0)
    assert (np.diff(lengths) < 0).all()
    short = rotate_to_principal_axes(kv, 3)
    np.testing.assert_allclose(short.vectors, rotated.vectors[:, :3], atol=1e-5)
    values = np.linalg.svd(kv.vectors.astype(np.float64))[1]  # Eckart and Young: the error is what the rest holds
    assert np.linalg.norm(gram(kv) - gram(short)) == pytest.approx(np.sqrt((values[3:] ** 4).sum()), rel=1e-2)
    with pytest.raises(ParameterError, match="between 1 and 6"):
        rotate_to_principal_axes(kv, 7)


def test_alignment_undoes_a_rotation(kv: KeyedVectors) -> None:
    rotation = np.linalg.qr(np.random.default_rng(1).standard_normal((6, 6)))[0].astype(kv.vectors.dtype)
    turned = kv.replace(vectors=kv.vectors @ rotation)
    np.testing.assert_allclose(align(turned, kv).vectors, kv.vectors, atol=1e-4)
    part = kv.subset(KEYS[10:40])
    np.testing.assert_allclose(align(turned, part, anchors=20).vectors, kv.vectors, atol=1e-4)
    with pytest.raises(ParameterError, match="share no key"):
        align(kv, KeyedVectors(["x"], np.ones((1, 6))))
    with pytest.raises(ParameterError, match="same dimensions"):
        align(kv, KeyedVectors(["w1"], np.ones((1, 5))))
