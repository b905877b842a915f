"""A run on a cluster: who reads its corpus, and who trains it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wordmill.config import TrainConfig
from wordmill.corpus.encoded import is_saved_corpus
from wordmill.graphs import Walks
from wordmill.sources.opening import Files, open_source
from wordmill.sources.table_column import column_of
from wordmill.training.backends import Task
from wordmill.training.cluster.backend import ClusterBackend
from wordmill.training.cluster.corpus import ShardedCorpus, read_shards
from wordmill.training.cluster.crew import RayCrew, hire
from wordmill.training.cluster.dataset import cores_to_make, is_dataset, read_dataset
from wordmill.training.run.corpora import TrainingCorpus
from wordmill.training.run.state import Run

__all__ = ["holding", "make_cluster_backend", "read_on_cluster"]


def read_on_cluster(source: Any, config: TrainConfig) -> ShardedCorpus | None:
    """Let the workers read files, or Ray Data; None where the corpus is to be read here, and sent.

    So are what is neither, files that cannot be shared out, documents, and a text whose phrases are joined.
    """
    if config.documents is not None or config.phrases:
        return None
    if is_dataset(source):
        return _read_by(hire(config, spare=cores_to_make(source)), lambda crew: read_dataset(source, config, crew))
    if not isinstance(source, str | os.PathLike | list | tuple | Files):
        return None
    opened = open_source(source)
    if not isinstance(opened, Files) or any(path is None or is_saved_corpus(path) for path in opened.paths):
        return None
    paths, column = [path for path in opened.paths if path is not None], column_of(opened)
    if not all(path.is_file() for path in paths):  # pipes, which can be read once
        return None
    return _read_by(hire(config), lambda crew: read_shards(paths, column, config, crew))


def _read_by(crew: RayCrew, read: Callable[[RayCrew], ShardedCorpus | None]) -> ShardedCorpus | None:
    """Let a crew read; it goes where it has nothing to train."""
    corpus = None
    try:
        corpus = read(crew)
    finally:
        if corpus is None:
            crew.close()
    return corpus


def make_cluster_backend(run: Run, task: Task, corpus: TrainingCorpus) -> ClusterBackend:
    """Make the backend of a run on a cluster, which the run fetches its vectors from and lets go of at its end."""
    config, sharded = run.config, corpus if isinstance(corpus, ShardedCorpus) else None
    backend = ClusterBackend(
        hire(config) if sharded is None else sharded.crew,
        task,
        (run.input_vectors, run.output_vectors),
        deterministic=config.deterministic,
        bounds=None if sharded is None else sharded.bounds,
        walks=corpus if isinstance(corpus, Walks) else None,
    )
    run.fetch, run.release = backend.fetch, backend.close
    return backend


@contextmanager
def holding(corpus: TrainingCorpus) -> Iterator[None]:
    """Let go, in the end, of the workers that have read a corpus."""
    try:
        yield
    finally:
        if isinstance(corpus, ShardedCorpus):
            corpus.crew.close()
