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
    weigh
        How much work a question is.
    most
        Work in a batch, after which the next one begins: so a large question makes few others wait.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Question]], Sequence[Answer | Exception]],
        weigh: Callable[[Question], int] = lambda question: 1,  # noqa: ARG005
        most: int = 256,
    ) -> None:
        self._work, self._weigh, self._most = work, weigh, most
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
                await self._answer(self._next_batch())
        finally:
            self._task = None

    def _next_batch(self) -> list[tuple[Question, asyncio.Future[Answer]]]:
        """Take questions, first come, first served, but those of whom nobody waits any more."""
        batch: list[tuple[Question, asyncio.Future[Answer]]] = []
        weight = 0
        while self._waiting and weight < self._most:
            question, future = self._waiting.popleft()
            if not future.done():
                batch.append((question, future))
                weight += self._weigh(question)
        return batch

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
