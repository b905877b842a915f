"""Answers in JSON: what is asked for, or an error in one line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic_core import to_json
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from wordmill.errors import FormatError, MissingKeyError, WordmillError
from wordmill.foreign import one_line, printable_json

__all__ = ["HANDLERS", "encoded", "endpoint", "error_response", "json_response", "status_of"]

logger = logging.getLogger(__name__)


def encoded(value: Any) -> bytes:
    """Write a value as JSON in UTF-8. What a terminal must not get is written as JSON's escapes, which lose nothing."""
    return printable_json(to_json(value).decode()).encode()


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a value, or with JSON that is written already (bytes)."""
    content = value if isinstance(value, bytes) else encoded(value)
    return Response(content, status, headers, media_type="application/json")


def error_response(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer `{"error": "one line"}`."""
    return json_response({"error": one_line(message)}, status, headers)


def endpoint(answer: Callable[[QueryParams], Any]) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of a function of the query: it runs in a thread, and what it returns is JSON.

    Errors of wordmill become `{"error": ...}`. When the time of a request is up, its answer is given up.
    """

    async def respond(request: Request) -> Response:
        loop = asyncio.get_running_loop()
        return json_response(await loop.run_in_executor(None, lambda: encoded(answer(request.query_params))))

    return respond


def status_of(error: WordmillError) -> int:
    """Status of an answer to what ended in an error."""
    if isinstance(error, MissingKeyError):
        return 404
    return 503 if isinstance(error, FormatError) else 400  # of a file that somebody writes to


async def _ours(request: Request, error: Exception) -> Response:  # noqa: ARG001 (Starlette's)
    assert isinstance(error, WordmillError)  # noqa: S101 (it is asked for these alone)
    return error_response(status_of(error), str(error))


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (it is asked for these alone)
    said = {
        404: f"nothing is at {request.url.path}: /docs lists what there is",
        405: f"{request.url.path} is not asked by {request.method}: see /docs",
    }
    return error_response(error.status_code, said.get(error.status_code, error.detail), error.headers)


async def _of_program(request: Request, error: Exception) -> Response:  # noqa: ARG001 (it is logged by the server)
    return error_response(500, f"an error of wordmill itself ({type(error).__name__}): the server's log has it")


#: What Starlette asks of errors, by their class.
HANDLERS: dict[Any, Any] = {WordmillError: _ours, HTTPException: _of_http, Exception: _of_program}
