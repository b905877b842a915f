"""Fixtures for every part."""

import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("wordmill", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("wordmill")

SHARED = Path(os.environ.get("WORDMILL_SHARED", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture
def shared_data() -> Path:
    """The folder of real corpora and evaluation sets, which is not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data at {SHARED} (WORDMILL_SHARED names another place)")
    return SHARED
