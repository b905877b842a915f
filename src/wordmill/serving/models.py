"""The models that are served, by name; one that is saved anew is loaded beside the old one, which answers meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from wordmill.errors import FormatError, MissingKeyError, ParameterError, WordmillError
from wordmill.foreign import listed, quoted
from wordmill.paths import checked_path
from wordmill.serving.answering import answer_together
from wordmill.serving.batching import Batcher
from wordmill.serving.limits import Limits
from wordmill.serving.questions import Question
from wordmill.vectors import KeyedVectors
from wordmill.vectors.keys import Key

__all__ = ["Models", "Served"]

_EVERY = 1.0  # seconds between looks at the files
_LONGEST_NAME = 100

logger = logging.getLogger(__name__)
State = tuple[tuple[str, int, int, int, int], ...]


class Served:
    """One model: its vectors, and those who wait for answers of them."""

    def __init__(self, name: str, source: KeyedVectors | str | PathLike[str], threads: int | None = None) -> None:
        self.name = name
        self.path = None if isinstance(source, KeyedVectors) else checked_path(source)
        self._state = None if self.path is None else _state(self.path)
        self.vectors = source if isinstance(source, KeyedVectors) else KeyedVectors.load(source)
        self._batcher: Batcher[Question, bytes] = Batcher(
            lambda questions: answer_together(self.vectors, name, questions, threads),
            weigh=lambda question: question.size(1)[0],
        )
        self._spoilt: FormatError | None = None  #: why the vectors are not to be used, until they are read again
        self._reload: asyncio.Task[bool] | None = None

    async def ask(self, question: Question) -> bytes:
        """Answer a question in JSON."""
        if self._spoilt is not None and not await self.renew():
            raise self._spoilt
        try:
            return await self._batcher.ask(question)
        except FormatError as error:  # a file that is mapped was written to, and what is in the map is nobody's
            self._spoilt = error
            if not await self.renew():
                raise
            return await self._batcher.ask(question)

    async def renew(self) -> bool:
        """Load the model again where it is another one on the disk, once for all who ask meanwhile; whether it was."""
        if self._reload is None:
            self._reload = asyncio.get_running_loop().create_task(self._load_again())
        task = self._reload
        try:
            return await asyncio.shield(task)
        finally:
            if task.done() and self._reload is task:
                self._reload = None

    async def _load_again(self) -> bool:
        state = None if self.path is None else _state(self.path)
        if self.path is None or state is None or state == self._state:
            return False
        self._state = state  # what cannot be loaded is tried again when it has changed again
        try:
            self.vectors = await asyncio.to_thread(KeyedVectors.load, self.path)
        except (WordmillError, OSError, MemoryError) as error:
            logger.warning("%s has changed, and is not read; what was read before stays: %s", self.path, error)
            return False
        self._spoilt = None
        logger.info("%s has changed, and is read again", self.path)
        return True

    def about(self) -> dict[str, Any]:
        """Tell of the model."""
        vectors = self.vectors
        return {
            "name": self.name,
            "keys": len(vectors),
            "dimension": vectors.vector_size,
            "kind": vectors.kind,
            "counts": vectors.counts is not None,
            "subwords": vectors.subwords is not None,
        }

    def close(self) -> None:
        """End its thread."""
        self._batcher.close()


class Models:
    """Models by name; the first is the one of requests that name none."""

    def __init__(
        self, sources: Mapping[str, KeyedVectors | str | PathLike[str]], limits: Limits, threads: int | None = None
    ) -> None:
        if not sources:
            raise ParameterError("no model to serve: give at least one")
        for name in sources:
            if not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
                raise ParameterError(
                    f"{quoted(name)} is no name of a model: give up to {_LONGEST_NAME} printable letters"
                )
        self._limits = limits
        self._served = {name: Served(name, source, threads) for name, source in sources.items()}

    async def ask(self, question: Question) -> bytes:
        """Answer a question in JSON."""
        served = self._find(question.model)
        question.check(self._limits, served.vectors.vector_size)
        return await served.ask(question)

    def about(self) -> list[dict[str, Any]]:
        """Tell of each model."""
        return [served.about() for served in self._served.values()]

    def samples(self) -> list[Key]:
        """Return three keys of the first model, for examples; of fewer the first again."""
        vectors = next(iter(self._served.values())).vectors
        return list(vectors.key_table.take(np.arange(3) % len(vectors)))

    async def watch(self) -> None:
        """Look at the files now and then, until cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            for served in self._served.values():
                try:
                    await served.renew()
                except Exception:  # of the program: the others are watched on
                    logger.exception("%s cannot be looked at", served.path)

    def close(self) -> None:
        """End their threads."""
        for served in self._served.values():
            served.close()

    def _find(self, name: str | None) -> Served:
        found = next(iter(self._served.values())) if name is None else self._served.get(name)
        if found is None:
            raise MissingKeyError(f"no model is called {quoted(name)}: there is {listed(self._served)}")
        return found


def _state(path: Path) -> State | None:
    """Tell a model on the disk from another; None where there is none, as for a moment while one is replaced."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        found = [(file.name, file.stat()) for file in files]
    except OSError:
        return None
    return tuple((name, one.st_dev, one.st_ino, one.st_size, one.st_mtime_ns) for name, one in found)
