from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.errors import ParameterError
from wordmill.text import tokenize
from wordmill.vectors import KeyedVectors, documents
from wordmill.vectors.documents import sif_weights

KEYS = ["the", "king", "日本", "naïve", "don", "t"]
VECTORS = np.random.default_rng(0).standard_normal((6, 4)).astype(np.float32)
COUNTS = np.array([100, 10, 5, 3, 2, 1])


def make(**more: Any) -> KeyedVectors:
    return KeyedVectors(KEYS, VECTORS, counts=COUNTS, **more)


TEXTS = st.lists(
    st.lists(st.sampled_from([*KEYS, "The", "unknown", "don't", ""]), max_size=9).map(" ".join), max_size=9
)


@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
@pytest.mark.parametrize("lowercase", [False, True])
@given(texts=TEXTS)
@settings(max_examples=30, deadline=None)
def test_means(tokenizer: Any, lowercase: bool, texts: list[str]) -> None:
    kv = make(tokenizer=tokenizer, lowercase=lowercase)
    found = kv.encode(texts)
    assert found.shape == (len(texts), 4)
    for text, mean in zip(texts, found, strict=True):
        rows = [kv[token] for token in tokenize(text, tokenizer, lowercase=lowercase) if token in kv]
        np.testing.assert_allclose(mean, np.mean(rows, axis=0) if rows else np.zeros(4), atol=1e-6)


def test_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["the king"] * 20 + [""] * 20 + ["naïve " * 30] * 3
    expected = make().encode(texts)
    monkeypatch.setattr(documents, "_TOKENS", 3)
    np.testing.assert_array_equal(make().encode(texts), expected)
    np.testing.assert_array_equal(make().transform(iter(texts)), expected)


def test_one_text_keys_and_normalize() -> None:
    kv = make()
    np.testing.assert_array_equal(kv.encode("the king"), kv.encode(["the king"])[0])
    np.testing.assert_array_equal(kv.encode([["the", "king", "x"]]), kv.encode(["the king"]))
    np.testing.assert_allclose(np.linalg.norm(kv.encode(["the king", "x"], normalize=True), axis=1), [1, 0], atol=1e-6)
    assert kv.encode([]).shape == (0, 4)


def test_sif() -> None:
    kv = make()
    weights = 1e-3 / (1e-3 + COUNTS / COUNTS.sum())
    np.testing.assert_allclose(sif_weights(kv), weights)
    expected = (weights[0] * VECTORS[0] + weights[1] * VECTORS[1]) / 2
    np.testing.assert_allclose(kv.encode("the king x", sif=1e-3), expected, rtol=1e-5)
    with pytest.raises(ParameterError, match="needs the counts"):
        KeyedVectors(KEYS, VECTORS).encode("the", sif=1e-3)
    with pytest.raises(ParameterError, match="sif must be a positive"):
        kv.encode("the", sif=0)


def test_texts_that_cannot_be_split() -> None:
    numbers = KeyedVectors(np.arange(6), VECTORS)
    np.testing.assert_allclose(numbers.encode([[0, 1, 99], [5]])[1], VECTORS[5])
    with pytest.raises(ParameterError, match="integer keys"):
        numbers.encode(["1 2"])
    with pytest.raises(ParameterError, match="no tokenizer"):
        make(tokenizer=None).encode(["the"])
