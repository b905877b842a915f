"""Fixtures for every part."""

import os
import signal
from pathlib import Path
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("wordmill", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("wordmill")

_TESTS = Path(__file__).parent
_CLUSTERS = "tests/training/cluster/"
SHARED = Path(os.environ.get("WORDMILL_SHARED", _TESTS.parents[1] / "shared" / "data"))

# Where single files take longest: they begin first, so that no process is left alone with one at the end.
_LONG = ("faults", "notebooks", "benchmarks", "docs", "cli", "native", "explorer", "saving")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a file to one process, and all files that start clusters: a machine has one that is found by itself."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class ClustersTogether(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return _CLUSTERS if nodeid.startswith(_CLUSTERS) else super()._split_scope(nodeid)

    return ClustersTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the parts that take longest; else the order stays as it is."""
    rank = {name: place for place, name in enumerate(_LONG)}

    def place(item: pytest.Item) -> int:
        return -1 if item.nodeid.startswith(_CLUSTERS) else rank.get(item.path.relative_to(_TESTS).parts[0], len(rank))

    items.sort(key=place)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real corpora and evaluation sets, which is not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data at {SHARED} (WORDMILL_SHARED names another place)")
    return SHARED


@pytest.fixture(autouse=True, scope="session")
def _can_be_interrupted() -> None:
    """Let this process and those that it starts hear signals, some of which background jobs and nohup ignore."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
