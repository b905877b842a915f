"""Workers on a Ray cluster: hired, taught what they need, and replaced where they are lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from wordmill.config import TrainConfig
from wordmill.errors import ClusterError, CorpusError, OutputError, counted
from wordmill.foreign import one_line
from wordmill.training.cluster.session import Session, open_session
from wordmill.training.cluster.worker import Worker, WorkerFacts
from wordmill.version import VERSION

__all__ = ["RayCrew", "WorkersLostError", "hire"]

logger = logging.getLogger(__name__)
T = TypeVar("T")

PLACED_WITHIN = 120.0  # seconds: a machine that comes back, or one that the cluster adds
SOON = 15.0  # seconds that a worker takes to start
PAUSES = (1, 2, 4, 8, 16, 30, 30)  # seconds before each further attempt, where every one before it failed

#: What some workers are told to do, those that are new too; returns their answers, of which each is the same each time.
Lesson = Callable[[Sequence[int]], list[Any]]


class WorkersLostError(Exception):
    """A worker, its machine, or what it had answered is no longer there."""


class RayCrew:
    """Workers, an actor each. Their answers stay where they are made until somebody needs them.

    Parameters
    ----------
    session : Session
        The cluster; it is closed with the crew.
    workers, threads : int
        How many workers, and the threads of each.
    deterministic : bool
        Whether workers must have the same instruction set, so that another one in the place of a lost one gives the
        same bits.
    """

    def __init__(self, session: Session, workers: int, threads: int, *, deterministic: bool) -> None:
        self._session, self._ray = session, session.ray
        self.threads, self._deterministic = threads, deterministic
        self._lessons: list[tuple[Lesson, list[Any]]] = []
        self._actor = self._ray.remote(Worker).options(num_cpus=threads, scheduling_strategy="SPREAD", max_restarts=0)
        self._actors: list[Any] = [None] * workers
        self._untaught: set[int] = set()  # newcomers who have not had all lessons
        self._facts: list[WorkerFacts | None] = [None] * workers

    def __len__(self) -> int:
        return len(self._actors)

    def spare_cores(self) -> int:
        """Return how many cores of the cluster its workers do not take."""
        return sum(self._session.cores()) - len(self) * self.threads

    def ask(self, worker: int, method: str, *arguments: Any, answers: int | None = None) -> Any:
        """Let a worker do something; returns a ticket for its answer, or of a list of answers so many."""
        remote = self._actors[worker].do.options(num_returns=answers or 1)
        tickets = remote.remote(method, answers, *arguments)
        return [tickets] if answers == 1 else tickets

    def put(self, value: Any) -> Any:
        """Return a ticket for something that is here."""
        with self._in_our_words():
            return self._ray.put(value)

    def get(self, tickets: list[Any], timeout: float | None = None) -> list[Any]:
        """Wait for answers.

        Raises
        ------
        WorkersLostError
            An answer will not come.
        OutputError
            Ray has no room for answers.
        TimeoutError
            They take longer than `timeout`, in seconds.
        """
        with self._in_our_words():
            return list(self._ray.get(tickets, timeout=timeout))

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        """Turn Ray's errors into ours; an error of our own code is what it was on the worker."""
        errors = self._ray.exceptions
        try:
            yield
        except errors.GetTimeoutError:  # a TimeoutError
            raise
        except errors.RayError as error:
            cause = error.cause if isinstance(error, errors.RayTaskError) else error
            if isinstance(cause, errors.ObjectStoreFullError | errors.OutOfDiskError):
                raise OutputError(
                    f"Ray has no room for what workers exchange ({one_line(str(cause))[:200]}): give it more, "
                    "ray start --object-store-memory=BYTES, or free the disk that it spills to (--temp-dir)"
                ) from error
            if not isinstance(cause, errors.RayError):
                raise cause from None
            raise WorkersLostError(one_line(str(cause))) from error

    def teach(self, lesson: Lesson) -> list[Any]:
        """Let all workers do something, and whoever takes a lost one's place after it; returns the answers."""
        answers = self.persist(lambda: lesson(range(len(self))))
        self._lessons.append((lesson, answers))
        return answers

    def tell(self, method: str, arguments: Callable[[int], tuple[Any, ...]]) -> Lesson:
        """Return the lesson that is one question, with arguments of each worker's own."""
        return lambda workers: self.get([self.ask(worker, method, *arguments(worker)) for worker in workers])

    def persist(self, work: Callable[[], T]) -> T:
        """Do something again until no worker is lost in it."""
        losses = Losses()
        while True:
            try:
                self.mend()
                return work()
            except WorkersLostError as loss:
                losses.note(loss)

    def mend(self) -> list[int | None]:
        """Replace lost workers; returns what each says of its `rounds`, None for a new one.

        Raises
        ------
        WorkersLostError
            Another one was lost on the way: try again.
        ClusterError
            No machine has room for a worker, or what is there cannot work with the others.
        CorpusError
            A part of the corpus is not what it was.
        """
        gone = {worker for worker, actor in enumerate(self._actors) if actor is None or not self._answers(worker)}
        for worker in gone:
            self._actors[worker] = self._actor.remote()
        self._untaught |= gone
        newcomers = sorted(self._untaught)
        self._welcome(newcomers)
        for lesson, answers in self._lessons if newcomers else ():
            if lesson(newcomers) != [answers[worker] for worker in newcomers]:
                raise CorpusError(
                    "a worker was lost, and what it had read is not what is there now: leave files as they are while "
                    "a training reads them; give Ray Data an order (sort), or materialize() it"
                )
        self._untaught.clear()
        return self.get([self.ask(worker, "rounds_done") for worker in range(len(self))])

    def _answers(self, worker: int) -> bool:
        try:
            self.get([self.ask(worker, "facts")])
        except WorkersLostError:
            return False
        return True

    def _welcome(self, newcomers: Sequence[int]) -> None:
        """Wait for new workers, and see whether they fit."""
        end = time.monotonic() + PLACED_WITHIN
        for worker in newcomers:
            ticket = self.ask(worker, "facts")
            try:
                if not self._ray.wait([ticket], timeout=min(SOON, PLACED_WITHIN))[0]:
                    logger.warning("waiting for room for %s", counted(len(newcomers), "worker"))
                facts = self.get([ticket], timeout=max(0.1, end - time.monotonic()))[0]
            except TimeoutError:
                raise ClusterError(
                    f"the cluster has no room for {counted(len(self), 'worker')} of {counted(self.threads, 'thread')}: "
                    f"its machines have {' + '.join(map(str, self._session.cores())) or 'no'} cores, and {worker + 1} "
                    f"found none free within {PLACED_WITHIN:g} s; ask for fewer (workers, threads_per_worker)"
                ) from None
            except WorkersLostError as loss:
                if "creation task" in str(loss) or "failed to import" in str(loss):
                    raise ClusterError(
                        f"a worker does not start ({str(loss)[:300]}): is wordmill installed on every machine of the "
                        "cluster, in the Python that Ray runs there?"
                    ) from loss
                raise
            self._check(facts)
            self._facts[worker] = facts

    def _check(self, facts: WorkerFacts) -> None:
        """Refuse a worker of another version; in deterministic mode one of another instruction set, too."""
        if facts.version != VERSION:
            raise ClusterError(
                f"{facts.host} has wordmill {facts.version}, this program {VERSION}: install the same everywhere"
            )
        sets = {known.instruction_set for known in self._facts if known is not None} - {facts.instruction_set}
        if sets:
            others = ", ".join(sorted(sets))
            message = f"{facts.host} uses the instruction set {facts.instruction_set}, other workers {others}"
            cure = "start Ray with WORDMILL_ISA set, on all machines, to one that all of them have"
            if self._deterministic:
                raise ClusterError(f"{message}, so bits would depend on who trains what: {cure}")
            logger.warning("%s: bits depend on who trains what", message)

    def close(self) -> None:
        """Let the workers go, and the cluster, if it was started for them."""
        for actor in self._actors:
            if actor is not None:
                self._ray.kill(actor)
        self._actors = [None] * len(self._actors)
        self._session.close()


class Losses:
    """How often something failed, one time after the other."""

    def __init__(self) -> None:
        self._count = 0

    def note(self, loss: WorkersLostError) -> None:
        """Tell, and wait a while, longer each time; at last raise `ClusterError`."""
        if self._count == len(PAUSES):
            raise ClusterError(
                f"workers were lost {self._count + 1} times in a row, last: {str(loss)[:300]}; with checkpoints, "
                "resume goes on from the last one, also with fewer workers"
            ) from loss
        logger.warning("a worker was lost (%s): what was cut short is done again", str(loss)[:200])
        time.sleep(PAUSES[self._count])
        self._count += 1


def hire(config: TrainConfig, spare: int = 0) -> RayCrew:
    """Find a cluster and make a crew on it; its workers are hired when they are needed.

    `spare` is how many cores of a machine they leave where nobody says how many threads they have.
    """
    session = open_session(config)
    cores = [max(1, machine - spare) for machine in session.cores()]
    workers = config.workers or max(1, len(cores))
    threads = config.threads_per_worker or most_threads(cores, workers)
    return RayCrew(session, workers, threads, deterministic=config.deterministic)


def most_threads(cores: Sequence[int], workers: int) -> int:
    """Return how many threads each of so many workers can have on machines of so many cores."""
    fitting = [
        threads
        for threads in range(1, max(cores, default=1) + 1)
        if sum(machine // threads for machine in cores) >= workers
    ]
    return max(fitting, default=1)
