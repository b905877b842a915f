"""A saved directory opens in model2vec as it is, and gives the same vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from interop_texts import TEXTS, make

from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.directory import save_model

model2vec = pytest.importorskip("model2vec", reason="model2vec is not installed: make test-interop")


@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_same_vectors_and_encodings(tmp_path: Path, tokenizer: Any, lowercase: bool, dtype: Any) -> None:
    save_model(tmp_path / "m", make(tokenizer=tokenizer, lowercase=lowercase), dtype=dtype)
    ours = KeyedVectors.load(tmp_path / "m")
    theirs = model2vec.StaticModel.from_pretrained(str(tmp_path / "m"))
    if dtype != "int8":
        np.testing.assert_array_equal(theirs.embedding.astype(np.float32), ours.vectors)
    tolerance = 1e-3 if dtype == "float16" else 1e-5  # model2vec's means are float16 there
    np.testing.assert_allclose(theirs.encode(TEXTS), ours.encode(TEXTS), atol=tolerance)
