"""A saved directory opens in sentence-transformers as it is, and gives the same vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from interop_texts import TEXTS, make

from wordmill.vectors.formats.directory import save_model

pytestmark = pytest.mark.filterwarnings("default")  # deprecations inside other packages are no failure of ours
pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed: make test-interop")


@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
@pytest.mark.parametrize("lowercase", [False, True])
def test_same_encodings(tmp_path: Path, tokenizer: Any, lowercase: bool) -> None:
    from sentence_transformers import SentenceTransformer

    kv = make(tokenizer=tokenizer, lowercase=lowercase)
    save_model(tmp_path / "m", kv)
    theirs = SentenceTransformer(str(tmp_path / "m"), device="cpu", local_files_only=True)
    np.testing.assert_allclose(theirs.encode(TEXTS), kv.encode(TEXTS), atol=1e-5)


def test_int8_is_not_offered(tmp_path: Path) -> None:
    save_model(tmp_path / "m", make(), dtype="int8")
    assert not (tmp_path / "m" / "modules.json").exists()  # its per-row scales would be passed over
