"""The application: addresses, and what answers there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from os import PathLike
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from wordmill.serving.description import openapi
from wordmill.serving.limits import Limits
from wordmill.serving.models import Models
from wordmill.serving.page import page, style
from wordmill.serving.protection import Hosts, Protection
from wordmill.serving.questions import QUESTIONS, Question
from wordmill.serving.requests import read_question
from wordmill.serving.responses import HANDLERS, json_response
from wordmill.vectors import KeyedVectors
from wordmill.version import VERSION

__all__ = ["create_app"]


def create_app(
    models: Mapping[str, KeyedVectors | str | PathLike[str]],
    *,
    limits: Limits | None = None,
    hosts: Hosts | None = None,
    routes: Sequence[BaseRoute] = (),
    threads: int | None = None,
) -> ASGIApp:
    """Make an application that answers questions about vectors.

    Parameters
    ----------
    models
        Vectors, or the path of a model or file, by the name that requests give; the first is asked where they give
        none. What is loaded from a path is loaded again when it changes there.
    limits
        Bounds of a request.
    hosts
        Names by which it may be called.
    routes
        More addresses, behind the same checks; a mount at "/" too.
    threads
        Of a search; None: every core that the process may use.
    """
    limits = limits or Limits()
    served = Models(models, limits, threads)
    fallback = Route("/", _always(RedirectResponse("/docs")))
    app = Starlette(
        routes=[*_routes(served, limits), *routes, fallback],
        lifespan=lambda _: _watching(served),
        exception_handlers=HANDLERS,
    )
    return Protection(app, hosts or Hosts(), limits)


@contextlib.asynccontextmanager
async def _watching(served: Models) -> AsyncIterator[None]:
    watch = asyncio.get_running_loop().create_task(served.watch())
    try:
        yield
    finally:
        watch.cancel()
        served.close()


def _routes(served: Models, limits: Limits) -> list[BaseRoute]:
    async def about(request: Request) -> Response:  # noqa: ARG001 (Starlette's)
        return json_response({"models": served.about()})

    async def docs(request: Request) -> Response:  # noqa: ARG001 (Starlette's)
        return HTMLResponse(page(served.samples()))

    asked = [
        Route(address, _answer(kind, served, limits), methods=["GET", "POST"]) for address, kind in QUESTIONS.items()
    ]
    return [
        *asked,
        Route("/models", about),
        Route("/health", _always(json_response({"status": "ok", "wordmill": VERSION}))),
        Route("/openapi.json", _always(json_response(openapi()))),
        Route("/docs", docs),
        Route("/docs/style.css", _always(Response(style(), media_type="text/css"))),
    ]


def _always(response: Response) -> Any:
    async def respond(request: Request) -> Response:  # noqa: ARG001 (Starlette's)
        return response

    return respond


def _answer(kind: type[Question], served: Models, limits: Limits) -> Any:
    async def respond(request: Request) -> Response:
        return json_response(await served.ask(await read_question(kind, request, limits)))

    return respond
