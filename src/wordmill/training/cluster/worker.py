"""What a machine of the cluster runs: a worker that reads its part of the corpus, and holds a replica."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.core import instruction_set
from wordmill.corpus import Vocab
from wordmill.corpus.encoded import Samples
from wordmill.corpus.reader import PartReader
from wordmill.corpus.shards import Counted, Encoded, Reading, Shard, merged
from wordmill.errors import ClusterError, CorpusError
from wordmill.free_memory import free_memory
from wordmill.sources.opening import Source, open_source
from wordmill.sources.stretches import Stretches
from wordmill.training.backends import Backend, MadeTokens, Task, create_backend
from wordmill.training.backends.base import Blocks, Sums
from wordmill.training.backends.cluster.combining import ByCurvature
from wordmill.training.backends.cluster.replica import Replica
from wordmill.training.backends.native import allocate_vectors
from wordmill.version import VERSION

__all__ = ["Making", "Worker", "WorkerFacts"]


@dataclass(frozen=True)
class WorkerFacts:
    """What decides whether a worker can work with others."""

    host: str
    pid: int
    version: str
    instruction_set: str


@dataclass(frozen=True)
class Sizes:
    """What a worker has of a corpus."""

    tokens: int  #: in the vocabulary
    sequences: int
    longest: int  #: tokens of the longest sequence


@dataclass(frozen=True)
class Making:
    """What a worker makes its replica from."""

    task: Task  #: without ids, which are sent in parts or were read by the worker
    combine: ByCurvature
    walks: Any  #: what makes the tokens where they are not stored: it has a `maker`
    shapes: tuple[tuple[int, int], tuple[int, int]]
    dtype: str
    threads: int
    deterministic: bool


class Worker:
    """An actor. It is told by name what to do: itself, or its replica."""

    def __init__(self) -> None:
        self._replica: Replica | None = None
        self._reader: PartReader | None = None
        self._shard: Shard | None = None
        self._part: Encoded | None = None

    def do(self, method: str, answers: int | None, *arguments: Any) -> Any:
        """Do something; a list of one answer is given without the list, as Ray wants it."""
        doer = self if method in _OWN else self._replica
        answer = getattr(doer, method)(*arguments)
        return answer[0] if answers == 1 else answer

    def facts(self) -> WorkerFacts:
        """Say what this is."""
        return WorkerFacts(socket.gethostname(), os.getpid(), VERSION, instruction_set())

    def rounds_done(self) -> int | None:
        """Return how many rounds lie behind its replica; None where there is none yet."""
        return None if self._replica is None else self._replica.rounds()

    def read_files(self, reading: Reading, stretches: Stretches) -> str:
        """Read parts of files, which are counted and kept in ids of their own; returns what is known by them.

        Raises
        ------
        CorpusError
            One is not on this machine, or is no text.
        """
        self.begin_reading(reading)
        self._feed(stretches)
        return self.end_reading()

    def begin_reading(self, reading: Reading) -> None:
        """Forget what was read, and begin anew."""
        self._reader, self._shard, self._part = reading.reader(), None, None

    def read_block(self, column: str, block: Any) -> None:
        """Read a column of a block of Ray Data, a table of Arrow or a frame of pandas."""
        self._feed(open_source(block[column]))

    def end_reading(self) -> str:
        """End reading; returns what is known by what was read."""
        assert self._reader is not None  # noqa: S101 (it has begun)
        self._shard, self._reader = Shard(*self._reader.result()), None
        return self._shard.corpus.fingerprint()

    def _feed(self, source: Source | Stretches) -> None:
        assert self._reader is not None  # noqa: S101 (it has begun)
        try:
            self._reader.feed(source)
        except CorpusError as error:
            raise CorpusError(f"on {socket.gethostname()}: {error}") from None

    def counted(self) -> Counted:
        """Return how often each key occurs in what was read."""
        assert self._shard is not None  # noqa: S101 (it has been read)
        return self._shard.counted()

    def merge(self, *parts: Counted) -> Counted:
        """Add up counts."""
        return merged(list(parts))

    def encode(self, vocab: Vocab) -> Sizes:
        """Put what was read into the ids of a vocabulary."""
        if self._shard is not None:  # else another worker was lost meanwhile, and all are asked again
            self._part, self._shard = self._shard.encoded(vocab), None
        part = self._part_read()
        return Sizes(len(part.ids), len(part.offsets) - 1, int(np.diff(part.offsets).max(initial=0)))

    def samples(self, first: int, first_offset: int, tokens: int, all_offsets: int) -> Samples:
        """Return what a fingerprint of the whole corpus looks at of the part here."""
        return self._part_read().samples(first, first_offset, tokens, all_offsets)

    def _part_read(self) -> Encoded:
        assert self._part is not None  # noqa: S101 (it has been encoded)
        return self._part

    def build(self, making: Making, first: int, *ids: NDArray[np.int32]) -> None:
        """Make a replica; its vectors come later. `first` is the place in the corpus of the first token held here.

        Raises
        ------
        ClusterError
            The matrices do not fit into the memory here.
        """
        dtype, free = np.dtype(making.dtype).type, free_memory()
        needed = 2 * sum(rows * columns for rows, columns in making.shapes) * np.dtype(dtype).itemsize
        if needed > free:
            raise ClusterError(
                f"{socket.gethostname()} has {free / 2**30:,.1f} GiB of memory free, and a worker holds both matrices "
                f"twice, {needed / 2**30:,.1f} GiB: give larger machines, or raise min_count, or lower vector_size"
            )
        matrices = tuple(allocate_vectors(rows, columns, dtype) for rows, columns in making.shapes)
        self._replica = Replica(
            lambda *own: self._backend(making, first, ids, own),
            matrices,  # type: ignore[arg-type]
            making.combine,
            rounds=None,
        )

    def _backend(self, making: Making, first: int, ids: tuple[NDArray[np.int32], ...], own: Any) -> Backend:
        task = making.task
        if self._part is not None:  # draws depend on the seed and a token's place: they are to be others elsewhere
            seed = (task.seed + first) % 2**63
            task = replace(task, ids=self._part.ids, offsets=self._part.offsets, seed=seed)
        elif making.walks is not None:
            walks = making.walks
            task = replace(task, made=MadeTokens(walks.maker, walks.vocab.counts, len(walks)))
        elif ids:
            task = replace(task, ids=np.concatenate(ids))
        backend = create_backend("native", task, *own, workers=making.threads, deterministic=making.deterministic)
        return backend if not first else _Moved(backend, first)


#: What it does itself; all else its replica.
_OWN = frozenset({name for name in vars(Worker) if not name.startswith("_")} - {"do"})


@dataclass(frozen=True)
class _Moved:
    """A backend for tokens that are not the first of the corpus."""

    backend: Backend
    first: int

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        """Train blocks, whose places are those in the whole corpus."""
        here = replace(blocks, begins=blocks.begins - self.first, ends=blocks.ends - self.first)
        return self.backend.train(epoch, here)
