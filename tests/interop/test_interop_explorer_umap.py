"""The explorer's maps by umap-learn, on our own graph of neighbours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordmill.explorer import explore
from wordmill.vectors import KeyedVectors

pytest.importorskip("umap", reason="umap-learn is in the group interop: make test-interop")
pytestmark = pytest.mark.filterwarnings("ignore")  # of umap-learn and numba


@pytest.fixture(scope="module", name="vectors")
def _vectors() -> KeyedVectors:
    """Words in four groups: w0, w4, w8, ... in one."""
    rng = np.random.default_rng(1)
    rows = 3 * rng.standard_normal((4, 12))[np.arange(200) % 4] + rng.standard_normal((200, 12))
    return KeyedVectors([f"w{row}" for row in range(200)], rows.astype(np.float32))


def test_neighbourhoods_are_kept_and_the_same_for_a_seed(vectors: KeyedVectors) -> None:
    said: list[str] = []
    seeds = (1, 1, 2)
    layouts = [explore(vectors, umap=True, seed=seed, progress=said.append).map.layouts[1] for seed in seeds]
    one, two, other = (layout.positions for layout in layouts)
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    assert "laying out by UMAP: 100 %" in said
    assert np.abs(one).max() == pytest.approx(1, abs=1e-5)
    groups = [one[np.arange(200) % 4 == group] for group in range(4)]
    within = max(float(np.linalg.norm(group - group.mean(axis=0), axis=1).mean()) for group in groups)
    middles = [group.mean(axis=0) for group in groups]
    between = min(float(np.linalg.norm(a - b)) for place, a in enumerate(middles) for b in middles[:place])
    assert between > 2 * within
    np.testing.assert_allclose(layouts[0].place(vectors.unit_vectors([0, 1, 2, 3])), one[:4], atol=0.5)


def test_the_layout_of_a_file_is_kept_beside_it_until_the_vectors_change(vectors: KeyedVectors, tmp_path: Path) -> None:
    vectors.save(tmp_path / "v.bin")
    first = explore(tmp_path / "v.bin", umap=True)
    assert {path.name for path in tmp_path.iterdir()} == {"v.bin", "v.bin.layout.safetensors"}
    said: list[str] = []
    again = explore(tmp_path / "v.bin", umap=True, progress=said.append)
    assert not [line for line in said if "UMAP" in line]
    np.testing.assert_array_equal(again.map.layouts[1].positions, first.map.layouts[1].positions)
    vectors.replace(vectors=-vectors.vectors[::-1].copy()).save(tmp_path / "v.bin")
    assert explore(tmp_path / "v.bin", umap=True, progress=said.append).map.layouts[1].positions.shape == (200, 2)
    assert [line for line in said if "UMAP" in line]


def test_where_all_vectors_are_one_there_is_a_map_too() -> None:
    drawn = explore(KeyedVectors([f"w{row}" for row in range(40)], np.ones((40, 3), np.float32)), umap=True)
    assert np.isfinite(drawn.map.layouts[1].positions).all()
