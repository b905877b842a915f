"""What the server says of itself, for programs: the OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from wordmill.serving.answers import About, Error, Health
from wordmill.serving.questions import QUESTIONS, Question
from wordmill.version import VERSION

__all__ = ["openapi"]

_REFERENCE = "#/components/schemas/{model}"
_TOLD: dict[str, tuple[str, type[BaseModel]]] = {
    "/models": ("The models that are served", About),
    "/health": ("Whether the server answers", Health),
}
_ERRORS = {
    "400": "A field is missing, unknown or out of bounds",
    "403": "A page of another site asks",
    "404": "A key or a model that is not there",
    "413": "The request is too large",
    "415": "A POST that is not JSON",
    "421": "The server is called by a name that it does not have",
    "503": "Too many requests, or no answer in time",
}


@cache
def openapi() -> dict[str, Any]:
    """Describe the interface (OpenAPI 3.1)."""
    schemas: list[type[BaseModel]] = [Error, *(answer for _, answer in _TOLD.values())]
    schemas += [schema for kind in QUESTIONS.values() for schema in (kind, kind.answered)]
    _, definitions = models_json_schema([(schema, "validation") for schema in schemas], ref_template=_REFERENCE)
    components = definitions["$defs"]
    paths: dict[str, Any] = {
        address: {
            "get": _operation(kind.summary, kind.answered, parameters=_parameters(kind, components[kind.__name__])),
            "post": _operation(kind.summary, kind.answered, requestBody=_body(kind)),
        }
        for address, kind in QUESTIONS.items()
    }
    paths |= {address: {"get": _operation(summary, answer)} for address, (summary, answer) in _TOLD.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "wordmill serve", "version": VERSION, "summary": "Questions about vectors, answered in JSON"},
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(summary: str, answer: type[BaseModel], **more: Any) -> dict[str, Any]:
    responses = {"200": _content("The answer", answer)}
    responses |= {status: _content(meaning, Error) for status, meaning in _ERRORS.items()}
    return {"summary": summary, **more, "responses": responses}


def _content(description: str, schema: type[BaseModel]) -> dict[str, Any]:
    reference = {"$ref": _REFERENCE.format(model=schema.__name__)}
    return {"description": description, "content": {"application/json": {"schema": reference}}}


def _body(kind: type[Question]) -> dict[str, Any]:
    return {"required": True} | {key: value for key, value in _content("", kind).items() if key == "content"}


def _parameters(kind: type[Question], schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": fact.get("description", ""),
            "schema": {key: value for key, value in fact.items() if key != "description"},
            **({"explode": True} if get_origin(kind.model_fields[name].annotation) is list else {}),
        }
        for name, fact in schema["properties"].items()
        if name not in kind.only_in_json
    ]
