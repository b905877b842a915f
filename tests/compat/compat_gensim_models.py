"""The real gensim, where it is installed, and the same vectors in it and in our face of it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from wordmill.compat.gensim import KeyedVectors

WORDS = [f"word{number}" for number in range(60)] + ["King", "king", "queen", "man", "woman"]


def real_gensim() -> Any:
    """Import gensim, or skip the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = pytest.importorskip("gensim.models", reason="gensim is in the group bench: pip install --group bench")
        pytest.importorskip("gensim.utils")
    return models


def matrix(seed: int = 0, dimensions: int = 12) -> Any:
    return np.random.default_rng(seed).normal(size=(len(WORDS), dimensions)).astype(np.float32)


def ours() -> KeyedVectors:
    vectors = KeyedVectors(12)
    vectors.add_vectors(WORDS, matrix())
    return vectors


def theirs() -> Any:
    vectors = real_gensim().KeyedVectors(12)
    vectors.add_vectors(WORDS, matrix())
    return vectors
