"""The explorer's addresses: the page's files, its manifest, its tables, and its questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources.abc import Traversable
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from wordmill.errors import MissingKeyError, ParameterError
from wordmill.explorer.comparison import LEAST
from wordmill.explorer.questions import Questions
from wordmill.explorer.single_file import PAGE
from wordmill.explorer.tables import Table
from wordmill.foreign import quoted
from wordmill.serving import Limits, create_app, endpoint, json_response

__all__ = ["application"]

_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_LIMITS = Limits()
_LONGEST = 1_000  # characters of a key that is searched for
_LONGEST_NAME = 100  # of a model among those that are served


def application(
    manifest: Mapping[str, Any], tables: Mapping[str, Table], questions: Questions, page: Traversable = PAGE
) -> ASGIApp:
    """Return the application: the server's own addresses, and the explorer's behind the same checks."""
    asked = [Route(f"/api/{name}", endpoint(_asked(questions, ask))) for name, ask in QUESTIONS.items()]
    routes = [*_data(manifest, tables), *asked, *_files(page)]
    name = questions.map.name[:_LONGEST_NAME] or "model"
    return create_app({name: questions.vectors}, limits=_LIMITS, routes=routes)


def _data(manifest: Mapping[str, Any], tables: Mapping[str, Table]) -> list[BaseRoute]:
    async def about(request: Request) -> Response:  # noqa: ARG001 (Starlette's)
        return json_response(manifest)

    async def table(request: Request) -> Response:
        found = tables.get(request.path_params["name"])
        if found is None:
            raise MissingKeyError(f"the explorer has no table {quoted(request.path_params['name'])}")
        return Response(found.content, media_type="application/octet-stream")

    return [Route("/api/manifest", about), Route("/api/table/{name:path}", table)]


def _files(page: Traversable) -> list[BaseRoute]:
    """Give the page's files as they are, the index at the root too."""
    routes: list[BaseRoute] = []
    for entry in page.iterdir():
        kind = _TYPES.get(entry.name[entry.name.rfind(".") :])
        if kind is not None:
            addresses = [f"/{entry.name}", *(["/"] if entry.name == "index.html" else [])]
            routes += [Route(address, _file(entry.read_bytes(), kind)) for address in addresses]
    return routes


def _file(content: bytes, kind: str) -> Callable[[Request], Any]:
    async def respond(request: Request) -> Response:  # noqa: ARG001 (Starlette's)
        return Response(content, media_type=kind)

    return respond


def _asked(questions: Questions, ask: Callable[[Questions, Given], Any]) -> Callable[[QueryParams], Any]:
    return lambda parameters: ask(questions, Given(parameters))


class Given:
    """The parameters of a question, checked: what is missing, unknown in form or too much is a `ParameterError`."""

    def __init__(self, parameters: QueryParams) -> None:
        self._parameters = parameters

    def text(self, name: str) -> str:
        """Return a text that must be there."""
        found = self._parameters.getlist(name)
        if len(found) != 1 or len(found[0]) > _LONGEST:
            raise ParameterError(f"{name} must be given once, of at most {_LONGEST:,} characters")
        return found[0]

    def texts(self, name: str) -> list[str]:
        """Return a text that may be given several times, or not at all."""
        found = self._parameters.getlist(name)
        if len(found) > _LIMITS.keys:
            raise ParameterError(f"{name} is given {len(found):,} times: {_LIMITS.keys:,} at most")
        return [*found]

    def number(self, name: str, otherwise: int, least: int = 1, most: int = _LIMITS.n) -> int:
        """Return a whole number within bounds."""
        text = self._parameters.get(name, str(otherwise))
        if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
            raise ParameterError(f"{name}={quoted(text)}: a whole number from {least} to {most:,}")
        return int(text)


def _axis(questions: Questions, given: Given) -> dict[str, Any]:
    keys = given.texts("key")
    return questions.axis(given.texts("positive"), given.texts("negative"), keys or None)


def _compare(questions: Questions, given: Given) -> dict[str, Any]:
    return questions.compare(given.number("n", 200), given.number("least", LEAST, 0, 2**63 - 1))


#: How each question is asked, by its address below /api/.
QUESTIONS: dict[str, Callable[[Questions, Given], Any]] = {
    "search": lambda questions, given: questions.search(given.text("q"), given.number("n", 20)),
    "nearest": lambda questions, given: questions.nearest(given.text("key"), given.number("n", 10)),
    "analogy": lambda questions, given: questions.analogy(
        given.texts("positive"), given.texts("negative"), given.number("n", 10)
    ),
    "axis": _axis,
    "subwords": lambda questions, given: questions.subwords(given.text("key"), given.number("n", 10)),
    "compare": _compare,
    "evaluation": lambda questions, given: questions.evaluation(),  # noqa: ARG005
    "film": lambda questions, given: questions.film(),  # noqa: ARG005
}
