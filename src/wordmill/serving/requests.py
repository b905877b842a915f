"""Requests read as questions: from a query string, or from JSON."""

from __future__ import annotations

from typing import get_origin
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from wordmill.errors import ParameterError
from wordmill.foreign import bounded, quoted
from wordmill.serving.limits import Limits
from wordmill.serving.questions import Question

__all__ = ["read_json", "read_query", "read_question"]

_LONGEST_PLACE = 80  # characters of foreign text in a message
_OTHERS = 20  # fields beside keys


async def read_question(kind: type[Question], request: Request, limits: Limits) -> Question:
    """Read a request as a question of a kind; `ParameterError` names the field that cannot be so."""
    if request.method != "POST":
        return read_query(kind, request.scope["query_string"], limits)
    if request.scope["query_string"]:
        raise ParameterError("a POST asks by its body alone: leave out what follows the ? of the address")
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != "application/json":
        raise HTTPException(415, f"a POST is JSON here: send Content-Type: application/json, not {quoted(given)}")
    return read_json(kind, await request.body())


def read_query(kind: type[Question], query: bytes, limits: Limits) -> Question:
    """Read a query string. A field that may hold several is given as often: ``key=king&key=queen``."""
    try:
        fields = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=3 * limits.keys + _OTHERS,
        )
    except UnicodeError:
        raise ParameterError("the query string is not UTF-8, percent-encoded") from None
    except ValueError:
        raise ParameterError(f"the query string has too many fields: {limits.keys:,} keys at most") from None
    values: dict[str, object] = {}
    for name, value in fields:
        field = kind.model_fields.get(name)
        if name in kind.only_in_json:
            raise ParameterError(f"{name}: in JSON alone, by POST")
        if field is not None and get_origin(field.annotation) is list:
            values.setdefault(name, [])
            values[name].append(value)  # type: ignore[attr-defined]
        elif name in values and field is not None:
            raise ParameterError(f"{bounded(name, _LONGEST_PLACE)} is given more than once")
        else:
            values[name] = value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise _misfit(kind, error) from None


def read_json(kind: type[Question], body: bytes) -> Question:
    """Read JSON."""
    try:
        return kind.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise _misfit(kind, error) from None


def _misfit(kind: type[Question], error: ValidationError) -> ParameterError:
    first = error.errors(include_url=False, include_input=False)[0]
    place = bounded(".".join(map(str, first["loc"])), _LONGEST_PLACE)
    said = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        said = f"no such field, only {', '.join(kind.model_fields)}"
    return ParameterError(f"{place}: {said}" if place else said)
