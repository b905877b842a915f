"""Ray on this machine, for tests: started once for those that need no more, and never left behind."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster_runs import some_lines

from wordmill import EncodedCorpus, read_corpus
from wordmill.training.cluster import crew as crews


@pytest.fixture(scope="session")
def ray_module() -> Iterator[Any]:
    """Ray, with a directory of its own whose path is short: sockets lie in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own
        ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'wordmill[ray]'")
        pytest.importorskip("ray.cluster_utils")
    with pytest.MonkeyPatch.context() as patch:
        directory = tempfile.mkdtemp(prefix="wm-", dir="/tmp" if Path("/tmp").is_dir() else None)  # noqa: S108
        patch.setenv("RAY_TMPDIR", directory)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.delenv("RAY_ADDRESS", raising=False)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
        try:
            yield ray
        finally:
            _shut_down(ray)
            shutil.rmtree(directory, ignore_errors=True)


def _shut_down(ray: Any, cluster: Any = None) -> None:
    """End all that runs; Ray forgets its own processes while they end, of which Python would warn."""
    ray.shutdown()
    if cluster is not None:
        cluster.shutdown()
        cluster.head_node = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module")
def two_cores(ray_module: Any) -> Iterator[Any]:
    """A cluster of one machine with two cores, that this program has joined."""
    ray_module.init(
        address="local", num_cpus=3, include_dashboard=False, log_to_driver=False, object_store_memory=100 * 2**20
    )
    try:
        yield ray_module
    finally:
        _shut_down(ray_module)


@pytest.fixture
def machines(ray_module: Any) -> Iterator[Any]:
    """A cluster whose head has no cores; machines can be added and removed."""
    from ray.cluster_utils import Cluster

    config = {"health_check_period_ms": 500, "health_check_failure_threshold": 4}
    head = {"num_cpus": 0, "_system_config": config, "object_store_memory": 80 * 2**20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        ray_module.init(address=cluster.address, log_to_driver=False)
        yield cluster
    finally:
        _shut_down(ray_module, cluster)


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "PAUSES", (0.1,) * 60)


@pytest.fixture(scope="module")
def corpus() -> EncodedCorpus:
    return read_corpus(some_lines(), min_count=2)
