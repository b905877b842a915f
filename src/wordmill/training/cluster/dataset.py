"""Ray Data as a corpus: its blocks go to workers as they are made, and are nowhere all at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from wordmill.config import TrainConfig
from wordmill.errors import ClusterError, counted
from wordmill.sources.table_column import column_among
from wordmill.training.cluster.corpus import ShardedCorpus, put_together, reading_of
from wordmill.training.cluster.crew import RayCrew

__all__ = ["cores_to_make", "is_dataset", "read_dataset"]

_AHEAD = 2  # blocks that wait for a worker at most


def is_dataset(source: Any) -> bool:
    """Whether this is a Dataset of Ray Data; who has one has imported it."""
    ray_data = sys.modules.get("ray.data")
    return ray_data is not None and isinstance(source, ray_data.Dataset)


def cores_to_make(dataset: Any) -> int:
    """Return how many cores of a machine workers leave to those who make the blocks."""
    return 0 if isinstance(dataset, sys.modules["ray.data.dataset"].MaterializedDataset) else 1


def read_dataset(dataset: Any, config: TrainConfig, crew: RayCrew) -> ShardedCorpus:
    """Let workers read the blocks of a dataset in turns, the first one the first, so that each time they read the same.

    Raises
    ------
    CorpusError
        It has several columns, none of which is "text", or holds no text.
    ClusterError
        The workers take all cores, so that nobody makes the blocks.
    """
    if cores_to_make(dataset) and crew.spare_cores() < 1:
        raise ClusterError(
            f"{counted(len(crew), 'worker')} of {counted(crew.threads, 'thread')} take every core of the cluster, and "
            "Ray Data needs one to read: ask for fewer (workers, threads_per_worker), or materialize() it before"
        )
    column = column_among(dataset.columns() or [], "the dataset", "dataset.select_columns([name])")
    reading = reading_of(config, crew)

    def read(workers: Sequence[int]) -> list[Any]:
        crew.get([crew.ask(worker, "begin_reading", reading) for worker in workers])
        waiting: dict[int, list[Any]] = {worker: [] for worker in workers}
        for place, block in enumerate(_blocks(dataset)):
            if (worker := place % len(crew)) in waiting:
                waiting[worker].append(crew.ask(worker, "read_block", column, block))
                if len(waiting[worker]) > _AHEAD:
                    crew.get([waiting[worker].pop(0)])
        crew.get([ticket for tickets in waiting.values() for ticket in tickets])
        return crew.get([crew.ask(worker, "end_reading") for worker in workers])

    crew.teach(read)
    return put_together(config, crew, "the dataset", in_order=False)


def _blocks(dataset: Any) -> Iterator[Any]:
    """Yield tickets of the blocks in the order of the dataset."""
    with _in_order(dataset):
        for bundle in dataset.iter_internal_ref_bundles():
            yield from bundle.block_refs


@contextmanager
def _in_order(dataset: Any) -> Iterator[None]:
    options = dataset.context.execution_options
    before, options.preserve_order = options.preserve_order, True
    try:
        yield
    finally:
        options.preserve_order = before
