"""Fixtures of the explorer's tests."""

from __future__ import annotations

import pytest
from explorer_models import grouped_vectors

from wordmill.explorer import Explorer, explore
from wordmill.vectors import KeyedVectors


@pytest.fixture(scope="session", name="vectors")
def _vectors() -> KeyedVectors:
    return grouped_vectors()


@pytest.fixture(scope="session", name="explorer")
def _explorer(vectors: KeyedVectors) -> Explorer:
    return explore(vectors, keys=150, umap=False)
