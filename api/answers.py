"""What an operation may answer beside what it is for: problems (RFC 9457), each where it can happen, and headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PROBLEM = {
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
_ANY = {
    400: "The request can’t be read.",
    401: "There is no token, or none that counts.",
    403: "The token may not: its scopes, or a grant of its owner, lack the permission.",
    404: "There is no such thing, or none that the token may see.",
    405: "The address doesn’t take this method.",
    413: "The request is too large.",
    415: "The body isn’t JSON.",
    422: "The request is wrong: `detail` says where.",
    429: "The token asks too often: see Retry-After.",
    500: "The console failed, and wrote that to its log.",
    503: "The console can’t do it just now: see Retry-After.",
}
_WHERE_SOMETHING_IS_DONE = {409: "It can’t be done as things are now."}
_WITH_IF_MATCH = {412: "What If-Match names isn’t what there is now."}
# Of the web server or of a proxy before it, which never came to the console: no problem, but what these say.
_OF_SERVERS = {414: "The address is too long.", 431: "The headers are too long."}

_TEXT = {"schema": {"type": "string"}}
_NUMBER = {"schema": {"type": "integer", "minimum": 0}}
_RATE = {
    "RateLimit-Limit": {"description": "Requests of the token in a minute.", "required": True, **_NUMBER},
    "RateLimit-Remaining": {"description": "How many are left.", "required": True, **_NUMBER},
    "RateLimit-Reset": {"description": "Seconds until there are as many again.", "required": True, **_NUMBER},
}
_ETAG = {"ETag": {"description": "For If-None-Match.", "required": True, **_TEXT}}
_REPLAYED = {
    "Idempotency-Replayed": {
        "description": "It was done before, by the same request.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
_RETRY = {"Retry-After": {"description": "Seconds.", "required": True, **_NUMBER}}
_HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {"WWW-Authenticate": {"required": True, **_TEXT}},
    405: {"Allow": {"required": True, **_TEXT}},
    429: _RETRY,
    503: _RETRY,
}


def _name(status: int) -> str:
    return f"Problem{status}"


def _problem(status: int, words: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = {"headers": dict(_HEADERS[status])} if status in _HEADERS else {}
    return {"description": words, **headers, "content": content}


# The `components.responses` of the document.
PROBLEMS = {
    **{
        _name(status): _problem(status, words)
        for status, words in (_ANY | _WHERE_SOMETHING_IS_DONE | _WITH_IF_MATCH).items()
    },
    **{_name(status): {"description": words} for status, words in _OF_SERVERS.items()},
}


def answers_of(method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    """The `responses` of an operation. `operation`: as the document has it, with its headers."""
    headers = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
    statuses = {*_ANY, *_OF_SERVERS}
    if method != "get":
        statuses |= {*_WHERE_SOMETHING_IS_DONE}
    if "If-Match" in headers:
        statuses |= {*_WITH_IF_MATCH}
    more = _RATE | (_ETAG if method == "get" else {}) | (_REPLAYED if "Idempotency-Key" in headers else {})
    good = {str(status): {**each, "headers": more} for status, each in operation["responses"].items()}
    if method == "get":
        good["304"] = {"description": "The answer is the one that If-None-Match names.", "headers": _RATE | _ETAG}
    return {**good, **{str(each): {"$ref": f"#/components/responses/{_name(each)}"} for each in sorted(statuses)}}
