"""The backend on a cluster: a round that was cut short is trained again, from what all had agreed on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends import Task
from wordmill.training.backends.base import Blocks, Sums
from wordmill.training.backends.cluster.changes import Matrix
from wordmill.training.backends.cluster.combining import ByCurvature
from wordmill.training.backends.cluster.rounds import RoundsBackend
from wordmill.training.cluster.crew import Losses, RayCrew, WorkersLostError
from wordmill.training.cluster.worker import Making

__all__ = ["ClusterBackend"]

IDS_AT_ONCE = 1_200_000  # a part of at most 5 MB, as of vectors


class ClusterBackend(RoundsBackend):
    """Trains in rounds on a cluster.

    What is trained depends on settings, corpus and the number of workers, not on machines or on who is lost when:
    whoever takes a lost worker's place begins where another one stands; where none is left, where the matrices here
    stand, and all rounds since are trained again.

    Parameters
    ----------
    crew : RayCrew
        Who trains.
    task : Task
        What is trained.
    matrices : two arrays
        The first vectors, when training begins; after `fetch` those that the workers have made.
    bounds : (workers + 1,) int64, optional
        Which tokens each worker has read; left out: they are sent the whole corpus.
    walks : Walks, optional
        What makes the tokens, where they are not stored.
    """

    def __init__(
        self,
        crew: RayCrew,
        task: Task,
        matrices: tuple[Matrix, Matrix],
        *,
        deterministic: bool,
        bounds: NDArray[np.int64] | None = None,
        walks: Any = None,
    ) -> None:
        super().__init__(crew, matrices, bounds)
        self._workers, self._task, self._walks, self._deterministic = crew, task, walks, deterministic
        self._here = 0  # rounds behind the matrices of this process
        self._since: list[tuple[int, Blocks]] = []  # and those since
        self._taught = self._settled = False

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        """Train the blocks in a round; whatever is lost on the way, the result is the same."""
        target, sums, losses = self._rounds + 1, None, Losses()
        while self._rounds < target:
            try:
                self._settle()
                if self._rounds < target:
                    sums = self._train_apart(epoch, blocks)
                    self._meet(blocks)
            except WorkersLostError as loss:
                self._settled = False
                losses.note(loss)
        self._since.append((epoch, blocks))
        assert sums is not None  # noqa: S101 (nobody ends a round before all have trained)
        return sums

    def fetch(self) -> None:
        """Bring the matrices here up to date."""
        losses = Losses()
        while True:
            try:
                self._settle()
                super().fetch()
                break
            except WorkersLostError as loss:
                self._settled = False
                losses.note(loss)
        self._here = self._rounds
        self._since.clear()

    def close(self) -> None:
        """Let the workers go."""
        self._workers.close()

    def _settle(self) -> None:
        """Replace whoever is lost, and bring all to where the furthest one stands."""
        if self._settled:
            return
        if not self._taught:
            self._teach()
        behind = self._workers.mend()
        known = [rounds for rounds in behind if rounds is not None]
        reached = max([self._here, *known])
        if reached in known:
            state = self._crew.ask(behind.index(reached), "state", self._ranges, answers=len(self._ranges))
        else:
            state = [self._workers.put(np.array(part.of(self._matrices))) for part in self._ranges]
        begin = ("begin", reached, self._ranges, *state)
        self._crew.get([self._crew.ask(worker, *begin) for worker, at in enumerate(behind) if at != reached])
        self._rounds = reached
        for epoch, blocks in self._since[reached - self._here :]:
            self._train_apart(epoch, blocks)
            self._meet(blocks)
        self._settled = True

    def _teach(self) -> None:
        """Tell the workers what is trained; who takes a lost one's place is told, too."""
        task, workers = self._task, self._workers
        ids = [workers.put(task.ids[at : at + IDS_AT_ONCE]) for at in range(0, len(task.ids), IDS_AT_ONCE)]
        making = Making(
            task=replace(task, ids=task.ids[:0], counts=None, made=None, file=None),
            combine=ByCurvature.of(task, self._matrices),
            walks=self._walks,
            shapes=(self._matrices[0].shape, self._matrices[1].shape),
            dtype=self._matrices[0].dtype.name,
            threads=workers.threads,
            deterministic=self._deterministic,
        )
        made, bounds = workers.put(making), self._bounds
        first = [0] * len(workers) if bounds is None else bounds.tolist()
        workers.teach(workers.tell("build", lambda worker: (made, first[worker], *ids)))
        self._taught = True
