"""What ``wordmill train --dry-run`` shows: what is in the corpus, and what training would take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

from wordmill.cli.console import at_work
from wordmill.config import TrainConfig
from wordmill.errors import DivergenceError, counted
from wordmill.free_memory import free_memory
from wordmill.graphs import Walks
from wordmill.training.run.cluster_forecast import NETWORK, forecast, load_of
from wordmill.training.run.corpora import TrainingCorpus, held_bytes, positions, tags_of
from wordmill.training.run.matrices import make_rows
from wordmill.training.run.memory import estimate_memory
from wordmill.training.run.rehearsal import measure_speed

__all__ = ["outlook"]


def outlook(corpus: TrainingCorpus, config: TrainConfig) -> Iterator[tuple[str, str]]:
    """Yield what training would take, as names and values."""
    memory = estimate_memory(corpus, config)
    yield from _contents(corpus)
    parts = {name: round(size / 2**20, 1) for name, size in asdict(memory).items()}
    reading = parts.pop("reading")
    for part, size in parts.items():
        yield f"memory: {part.replace('_', ' ')}", f"{size:,.1f} MiB"
    yield "memory of these together", f"{sum(parts.values()):,.1f} MiB"
    yield "memory while reading", f"{reading:,.1f} MiB"
    yield "memory at most", f"{max(reading, sum(parts.values())):,.1f} MiB"
    speed, why_not = _speed(corpus, config, memory.peak)
    yield "time to train", _time(config, positions(corpus), speed) if speed else why_not
    if config.backend == "ray" and speed:
        yield from _on_a_cluster(corpus, config, speed)
    for name, value in config.resolved().as_saved().items():
        yield name, str(value)


def _contents(corpus: TrainingCorpus) -> Iterator[tuple[str, str]]:
    """Yield what is in a corpus."""
    if isinstance(corpus, Walks):
        yield "nodes", f"{len(corpus.graph):,}"
        yield "arcs", f"{corpus.graph.arcs:,}"
        yield "walks", f"{len(corpus):,}"
        yield "steps", f"{corpus.tokens_read:,}"
        return
    tokens = positions(corpus)
    yield "tokens in vocabulary", f"{tokens:,}"
    yield "tokens of other keys", f"{corpus.tokens_read - tokens:,}"
    yield "tokens read", f"{corpus.tokens_read:,}"
    yield "sequences", f"{len(corpus):,}"
    if corpus.tags is not None:
        yield "tags", f"{len(corpus.tags):,}"
    yield "vocabulary", f"{len(corpus.vocab):,}"


def _speed(corpus: TrainingCorpus, config: TrainConfig, memory: int) -> tuple[float, str]:
    """Return words a second of a training here; 0, and why, where it was not measured."""
    if memory > free_memory():
        return 0.0, "not measured: it takes more memory than is free"
    try:
        with at_work("measuring the speed"):
            return measure_speed(corpus, config), ""
    except DivergenceError:
        return 0.0, "not measured: the loss explodes at this alpha"


def _time(config: TrainConfig, tokens: int, speed: float) -> str:
    """Say how long training would take here."""
    took = _about(config.epochs * tokens / speed)
    return f"{took} ({counted(config.epochs, 'epoch')} at {speed:,.0f} words/s here)"


def _about(seconds: float) -> str:
    whole = round(seconds)
    return f"about {timedelta(seconds=whole)}" if whole else "less than a second"


def _on_a_cluster(corpus: TrainingCorpus, config: TrainConfig, speed: float) -> Iterator[tuple[str, str]]:
    """Yield what a cluster of machines like this one would take, each of one worker."""
    rows, workers = make_rows(config, corpus.vocab, tags_of(corpus)), config.workers or 2
    load = load_of(config, corpus.vocab.counts, len(rows) - len(corpus.vocab))
    seen = forecast(load, workers, config.rounds, config.epochs, speed)
    yield "cluster", f"{counted(workers, 'worker')}, each on a machine like this one"
    yield "cluster: memory of a worker", f"{seen.memory / 2**20:,.1f} MiB"
    yield "cluster: ids that it holds", f"{held_bytes(corpus) / 2**20:,.1f} MiB, of files that it reads 1/{workers}"
    yield "cluster: it receives in a round", f"{seen.received / 2**20:,.1f} MiB, and sends as many"
    exchange = f"{_about(seen.exchanging)} of it exchanging at {8 * NETWORK / 1e9:g} Gb/s"
    yield "cluster: time to train", f"{_about(seen.seconds)}, {exchange}"
    yield "cluster: does it pay", seen.verdict
