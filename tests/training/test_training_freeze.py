"""`freeze=`: vectors that stay, to the bit, while all others learn from them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from wordmill import Checkpoint, KeyedVectors, Word2Vec
from wordmill.errors import ParameterError

SMALL: dict[str, Any] = {"vector_size": 12, "epochs": 2, "min_count": 1, "sample": 0, "alpha": 0.05}
FROZEN = [f"w{i}" for i in range(0, 40, 3)]
OTHERS = [f"w{i}" for i in range(40) if i % 3]


@pytest.fixture(scope="module")
def texts() -> list[list[str]]:
    draw = np.random.default_rng(1)
    return [[f"w{i}" for i in draw.integers(0, 40, 12)] for _ in range(400)]


@pytest.fixture(scope="module")
def before(texts: list[list[str]]) -> KeyedVectors:
    vectors = Word2Vec(**SMALL, workers=1).fit(texts).wv
    vectors = KeyedVectors(vectors.keys, np.where(abs(vectors.vectors) < 0.01, np.float32(-0.0), vectors.vectors))
    assert np.signbit(vectors.vectors[vectors.vectors == 0]).any()
    return vectors


def bits(vectors: KeyedVectors, keys: Iterable[str | int]) -> bytes:
    return b"".join(vectors[key].tobytes() for key in keys)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize("negative", [3, 15])  # outputs in one panel of the kernel, in several
def test_frozen_vectors_keep_their_bits_and_the_others_learn(
    texts: list[list[str]], before: KeyedVectors, architecture: str, deterministic: bool, negative: int
) -> None:
    settings = {**SMALL, "architecture": architecture, "deterministic": deterministic, "negative": negative}
    model = Word2Vec(**settings, workers=3).fit(texts, init_from=before, freeze=FROZEN)
    assert bits(model.wv, FROZEN) == bits(before, FROZEN)
    assert all(not np.array_equal(model.wv[key], before[key]) for key in OTHERS)
    assert model.output_vectors.any(axis=1).all()


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("window", [3, "sequence"])
def test_core_and_reference_agree(
    texts: list[list[str]], before: KeyedVectors, architecture: str, window: int | str
) -> None:
    settings = {**SMALL, "architecture": architecture, "window": window, "epochs": 1, "workers": 1}
    native, reference = (
        Word2Vec(**settings, backend=backend).fit(texts[:60], init_from=before, freeze=FROZEN)
        for backend in ("native", "reference")
    )
    assert bits(native.wv, FROZEN) == bits(reference.wv, FROZEN)
    np.testing.assert_allclose(native.wv.vectors, reference.wv.vectors, atol=1e-5)
    np.testing.assert_allclose(native.output_vectors, reference.output_vectors, atol=1e-5)


def test_a_mask_that_freezes_nothing_relevant_changes_no_bit(texts: list[list[str]]) -> None:
    texts = [*texts, ["alone"]]  # has no context, so that no step moves it
    plain = Word2Vec(**SMALL, workers=1).fit(texts)
    frozen = Word2Vec(**SMALL, workers=1).fit(texts, freeze=["alone"])
    assert np.array_equal(frozen.wv.vectors, plain.wv.vectors)
    assert np.array_equal(frozen.output_vectors, plain.output_vectors)


def test_new_words_come_to_a_model_that_stays(texts: list[list[str]]) -> None:
    model = Word2Vec(**SMALL).fit(texts)
    old = model.wv
    model.partial_fit([["new", "w1", "w2"]] * 50, extend_vocab=True, freeze=old)
    assert bits(model.wv, list(old)) == bits(old, list(old))
    assert "new" in model.wv


def test_a_run_resumes_with_the_same_keys_only(texts: list[list[str]], tmp_path: Path) -> None:
    Word2Vec(**SMALL).fit(texts, freeze=FROZEN, callbacks=[Checkpoint(tmp_path, seconds=None, epochs=1)])
    Word2Vec(**SMALL).fit(texts, freeze=FROZEN, resume=tmp_path)
    with pytest.raises(ParameterError, match="of another set of frozen keys"):
        Word2Vec(**SMALL).fit(texts, resume=tmp_path)


def test_mistakes(texts: list[list[str]]) -> None:
    with pytest.raises(ParameterError, match=r"freeze=\['w1'\]"):
        Word2Vec(**SMALL).fit(texts, freeze="w1")
    with pytest.raises(ParameterError, match="none of the 2 keys of freeze"):
        Word2Vec(**SMALL).fit(texts, freeze=["W1", "W2"])


@pytest.mark.parametrize(
    "keys",
    [["a", "c", "no"], {"a", "c"}, np.array(["a", "c"]), pa.array(["a", "c"]), pd.Series(["a", "c"]), iter("ac")],
)
def test_keys_in_whatever_holds_them(keys: Any) -> None:
    start = KeyedVectors(["a", "b", "c"], np.eye(3, dtype=np.float32))
    model = Word2Vec(vector_size=3, min_count=1, sample=0, epochs=2, workers=1)
    vectors = model.fit([["a", "b", "c"] * 9], init_from=start, freeze=keys).wv
    assert [key for key in "abc" if np.array_equal(vectors[key], start[key])] == ["a", "c"]


@pytest.mark.parametrize("keys", [None, 3, pd.DataFrame({"a": ["b"]}), [["a"]], [None], [True]])
def test_what_is_no_list_of_keys_to_freeze(keys: Any) -> None:
    with pytest.raises(ParameterError, match=r"several keys|is a table|none of the"):
        Word2Vec(vector_size=3, min_count=1).fit([["a", "b", "c"]], freeze=keys)
