"""The OpenAPI document: what django-ninja knows of the routes, and the problems that each may answer."""

from __future__ import annotations

from functools import cache
from typing import Any

from api.interface import interface

PREFIX = "api/v1/"

# What any route may answer instead (RFC 9457); `ALWAYS` also those that read nothing of who asks.
_PROBLEMS = {
    400: "The request can’t be read.",
    401: "There is no token, or none that counts.",
    403: "The token may not: its scopes, or a grant of its owner, lack the permission.",
    404: "There is no such thing, or none that the token may see.",
    405: "The address doesn’t take this method.",
    409: "It can’t be done as things are now.",
    412: "What If-Match names isn’t what there is now.",
    413: "The request is too large.",
    415: "The body isn’t JSON.",
    422: "The request is wrong: `detail` says where.",
    429: "The token asks too often: see Retry-After.",
    503: "The console can’t do it just now: see Retry-After.",
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "sentence"],
                "properties": {"field": {"type": "string"}, "sentence": {"type": "string"}},
            },
        },
    },
}


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = dict(interface.get_openapi_schema(path_prefix=PREFIX))
    components = found["components"]
    components["schemas"]["Problem"] = _PROBLEM
    components["responses"] = {_name(status): _answer(words) for status, words in _PROBLEMS.items()}
    for methods in found["paths"].values():
        for operation in methods.values():
            answers = operation["responses"]
            named = {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in _PROBLEMS}
            operation["responses"] = {**{str(status): each for status, each in answers.items()}, **named}
    return found


def _name(status: int) -> str:
    return f"Problem{status}"


def _answer(words: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": words, "content": content}
