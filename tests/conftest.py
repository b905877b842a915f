"""Fixtures for every part."""

import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("wordmill", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("wordmill")

_TESTS = Path(__file__).parent
SHARED = Path(os.environ.get("WORDMILL_SHARED", _TESTS.parents[1] / "shared" / "data"))

# Where single files take longest: they begin first, so that no process is left alone with one at the end.
_LONG = ("faults", "notebooks", "benchmarks", "docs", "cli", "native", "explorer", "saving")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the parts that take longest; else the order stays as it is."""
    rank = {name: place for place, name in enumerate(_LONG)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(_TESTS).parts[0], len(rank)))


@pytest.fixture
def shared_data() -> Path:
    """The folder of real corpora and evaluation sets, which is not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data at {SHARED} (WORDMILL_SHARED names another place)")
    return SHARED
