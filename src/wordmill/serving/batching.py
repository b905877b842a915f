"""Requests that wait at the same time are answered together: the core finds many neighbours faster than one by one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

__all__ = ["Batcher"]

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Batcher(Generic[Question, Answer]):
    """Hands what is waiting to a function that runs in a thread, one call at a time.

    Nobody is kept waiting for company: a question that comes alone is asked at once, and those that come meanwhile are
    the next batch.

    Parameters
    ----------
    work
        Answers several questions; an exception in place of an answer is raised where it was asked.
    most
        Questions in a batch.
    """

    def __init__(self, work: Callable[[Sequence[Question]], Sequence[Answer | Exception]], most: int = 256) -> None:
        self._work, self._most = work, most
        self._waiting: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self._thread = ThreadPoolExecutor(1, "wordmill-batch")
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """Answer a question, among others."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((question, future))
        if self._task is None:
            self._task = loop.create_task(self._answer_waiting())
        return await future

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _answer_waiting(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                await self._answer([(question, future) for question, future in batch if not future.done()])
        finally:
            self._task = None

    async def _answer(self, batch: Sequence[tuple[Question, asyncio.Future[Answer]]]) -> None:
        """Answer those who still wait."""
        questions = [question for question, _ in batch]
        answers: Sequence[Answer | Exception]
        try:
            answers = await asyncio.get_running_loop().run_in_executor(self._thread, self._work, questions)
        except Exception as error:  # raised where each was asked
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
