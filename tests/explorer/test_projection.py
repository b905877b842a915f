from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.explorer.neighbourhoods import Neighbourhoods
from wordmill.explorer.projection import KeptLayouts, PrincipalPlane, faithfulness, layout_by_pca
from wordmill.explorer.projection.kept import fingerprint_of
from wordmill.explorer.projection.layout import near_on_map
from wordmill.vectors.matrix import Floats, row_norms, unit_rows


def units_of(points: int, size: int, seed: int = 1) -> Floats:
    rows: Floats = np.random.default_rng(seed).standard_normal((points, size)) * np.linspace(3, 1, size)
    return unit_rows(rows, row_norms(rows)).astype(np.float32)


@settings(max_examples=20)
@given(st.integers(1, 40), st.integers(1, 8), st.integers(0, 5))
def test_the_plane_is_that_of_the_singular_vectors(points: int, size: int, seed: int) -> None:
    units = units_of(points, size, seed)
    plane = PrincipalPlane.of(units)
    positions = plane.project(units)
    assert positions.shape == (points, 2)
    values = np.linalg.svd(units - units.mean(axis=0), compute_uv=False)
    kept, whole = (values[:2] ** 2).sum(), (values**2).sum()
    assert (positions.astype(np.float64) ** 2).sum() == pytest.approx(kept, rel=1e-3, abs=1e-5)
    assert plane.share == pytest.approx(kept / whole if whole > 1e-9 else plane.share, rel=1e-3)
    largest = plane.axes[np.abs(plane.axes).argmax(axis=0), np.arange(2)]
    assert (largest >= 0).all()


def test_a_map_of_the_plane_itself_tells_the_truth_and_a_shuffled_one_does_not() -> None:
    angles = np.linspace(0, 3, 500)
    units = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    true = Neighbourhoods.of(units)
    assert layout_by_pca(units, true).faithful.mean() > 0.99
    shuffled = np.random.default_rng(1).permutation(units)
    assert faithfulness(shuffled, true).mean() < 0.1


@settings(max_examples=10)
@given(st.integers(2, 60), st.integers(0, 5))
def test_faithfulness_is_the_share_of_true_neighbours_near_on_the_map(points: int, seed: int) -> None:
    units, rng = units_of(points, 5, seed), np.random.default_rng(seed)
    true, positions = Neighbourhoods.of(units), rng.standard_normal((points, 2)).astype(np.float32)
    away = np.linalg.norm(positions[:, None] - positions, axis=2)
    np.fill_diagonal(away, -1)
    near = np.argsort(away, axis=1)[:, 1 : near_on_map(points) + 1]
    shares = [np.isin(mine, shown).mean() for mine, shown in zip(true.ids, near, strict=True)]
    np.testing.assert_allclose(faithfulness(positions, true), shares, atol=1e-6)


def test_new_points_are_put_where_the_known_ones_are() -> None:
    units = units_of(80, 6)
    layout = layout_by_pca(units, Neighbourhoods.of(units))
    np.testing.assert_allclose(layout.place(units[:5]), layout.positions[:5], atol=1e-6)


def test_kept_layouts_are_found_by_what_they_were_made_of(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    kept, made = KeptLayouts(tmp_path / "model"), np.eye(2, dtype=np.float32)
    assert (kept.get("a", lambda: made) == made).all()
    assert (kept.get("a", lambda: made * 2) == made).all()
    assert (kept.get("b", lambda: made * 2) == made * 2).all()
    assert {file.name for file in tmp_path.iterdir()} == {"model", "model.layout.safetensors"}


def test_of_what_has_no_place_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = np.eye(2, dtype=np.float32)
    for model in (None, Path("-"), Path("/dev/null")):
        assert (KeptLayouts(model).get("a", lambda: made * 3) == made * 3).all()
    assert not [*tmp_path.iterdir()]
    assert KeptLayouts(Path()).path == tmp_path.with_name(f"{tmp_path.name}.layout.safetensors")


@pytest.mark.parametrize("content", [b"", b"no layout", b"\xff" * 64])
def test_a_damaged_file_is_said_and_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    (tmp_path / "model").touch()
    (tmp_path / "model.layout.safetensors").write_bytes(content)
    made = np.eye(2, dtype=np.float32)
    assert (KeptLayouts(tmp_path / "model").get("a", lambda: made) == made).all()
    assert "made anew" in caplog.text
    assert (KeptLayouts(tmp_path / "model").get("a", lambda: made * 2) == made).all()


def test_where_nothing_can_be_written_that_is_said_and_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "model").touch()
    (tmp_path / "model.layout.safetensors").mkdir()
    made = np.eye(2, dtype=np.float32)
    with caplog.at_level(logging.WARNING):
        assert (KeptLayouts(tmp_path / "model").get("a", lambda: made) == made).all()
    assert "not kept" in caplog.text


def test_fingerprints_differ_by_vectors_and_settings() -> None:
    units = units_of(5, 4)
    names = {fingerprint_of(units), fingerprint_of(units, 1), fingerprint_of(-units), fingerprint_of(units[:, ::-1])}
    assert len(names) == 4
    assert fingerprint_of(units.copy(), 1) == fingerprint_of(units, 1)
