from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from wordmill.errors import ParameterError
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.directory import save_model

KEYS = [f"w{row}" for row in range(300)]


def make() -> KeyedVectors:
    vectors = np.random.default_rng(0).standard_normal((300, 50)) * np.logspace(-3, 3, 300)[:, None]
    vectors[7] = 0
    return KeyedVectors(KEYS, vectors.astype(np.float32))


@pytest.mark.parametrize(("dtype", "bound"), [("float16", 2e-3), ("int8", 2e-2), ("float64", 1e-5)])
def test_similarities_change_as_little_as_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, dtype: Any, bound: float
) -> None:
    kv = make()
    with caplog.at_level(logging.INFO):
        save_model(tmp_path / "m", kv, dtype=dtype)
    again = KeyedVectors.load(tmp_path / "m")
    assert again.vectors.dtype == (np.float64 if dtype == "float64" else np.float32)
    storage = json.loads((tmp_path / "m" / "wordmill.json").read_text(encoding="utf-8"))["storage"]
    assert storage["dtype"] == dtype
    ids = range(300)
    error = np.abs(kv.unit_vectors(ids) @ kv.unit_vectors(ids).T - again.unit_vectors(ids) @ again.unit_vectors(ids).T)
    assert storage["similarity_error"] <= error.max() + 1e-6 < bound
    assert f"stored as {dtype}: similarities change by" in caplog.text
    np.testing.assert_allclose(again.norms, np.linalg.norm(again.vectors, axis=1), rtol=1e-5)
    assert load_file(tmp_path / "m" / "model.safetensors")["embeddings"].dtype == dtype
    assert (tmp_path / "m" / "modules.json").exists() == (dtype != "int8")


def test_as_it_is_nothing_changes(tmp_path: Path) -> None:
    save_model(tmp_path / "m", make())
    assert json.loads((tmp_path / "m" / "wordmill.json").read_text(encoding="utf-8"))["storage"] == {"dtype": "float32"}


def test_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="larger than 65504"):
        save_model(tmp_path / "m", KeyedVectors(["a"], np.full((1, 2), 1e5)), dtype="float16")
    with pytest.raises(ParameterError, match="dtype='int4'"):
        make().save(tmp_path / "m", dtype="int4")
    assert not (tmp_path / "m").exists()
