"""A run on a cluster: who reads its corpus, and who trains it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wordmill.config import TrainConfig
from wordmill.graphs import Walks
from wordmill.sources.opening import Files, open_source
from wordmill.training.backends import Task
from wordmill.training.cluster.backend import ClusterBackend
from wordmill.training.cluster.corpus import ShardedCorpus, read_shards
from wordmill.training.cluster.crew import hire
from wordmill.training.run.corpora import TrainingCorpus
from wordmill.training.run.state import Run

__all__ = ["holding", "make_cluster_backend", "read_on_cluster"]


def read_on_cluster(source: Any, config: TrainConfig) -> ShardedCorpus | None:
    """Let the workers read files of text, at least one each; None where the corpus is to be read here, and sent.

    So are fewer files than workers, what is no file, documents, and a text whose phrases are joined.
    """
    if not isinstance(source, str | os.PathLike | list | tuple) or config.documents is not None or config.phrases:
        return None
    opened = open_source(source)
    if not isinstance(opened, Files):
        return None
    paths = [path for path in opened.paths if path is not None]
    if len(paths) < max(2, config.workers or 1):
        return None
    crew = hire(config)
    corpus = None
    try:
        if len(paths) >= len(crew):
            corpus = read_shards(paths, config, crew)
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
