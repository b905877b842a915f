"""A map laid out by UMAP itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordmill import KeyedVectors
from wordmill.plots import plot_map

pytest.importorskip("umap", reason="umap-learn is in the group interop: make test-interop")


@pytest.mark.filterwarnings("ignore")  # of umap-learn and numba
@pytest.mark.parametrize("size", [3, 60])
def test_near_vectors_lie_near(tmp_path: Path, size: int) -> None:
    rng = np.random.default_rng(2)
    centres = 4 * np.eye(3, 20)
    vectors = KeyedVectors(
        [f"word{row}" for row in range(size)],
        np.array([centres[row % 3] + rng.normal(0, 0.3, 20) for row in range(size)], np.float32),
    )
    drawn = plot_map(vectors, {"all": vectors.index_to_key}, tmp_path / "map.png", method="umap")
    assert (tmp_path / "map.png").stat().st_size > 1000
    assert np.isfinite(drawn.positions).all()
    if size > 3:
        nearest = [np.linalg.norm(drawn.positions - place, axis=1).argsort()[1] for place in drawn.positions]
        kinds = [int(word[4:]) % 3 for word in drawn.words]
        assert np.mean([kinds[row] == kinds[near] for row, near in enumerate(nearest)]) > 0.9
