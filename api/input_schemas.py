"""Says in the OpenAPI document of every text that is sent which character it can't have, by one rule for all of them.

iamconsole/web/kept_texts.py and iamconsole/web/middleware.py refuse U+0000. (Half of a surrogate pair is no character
that JSON Schema speaks of.) What has a pattern, a format or a list of values says so already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

_KEPT = {"not": {"pattern": r"\u0000"}}
_SAYS_MORE = ("pattern", "not", "format", "enum", "const")
_REFERENCE = "#/components/schemas/"
_ANY_JSON = {"$ref": f"{_REFERENCE}JsonValue"}
JSON_VALUE = {
    "description": "Any value of JSON, without U+0000 in its texts.",
    "anyOf": [
        {"type": ["boolean", "number", "null"]},
        {"type": "string", **_KEPT},
        {"type": "array", "items": _ANY_JSON},
        {"type": "object", "propertyNames": _KEPT, "additionalProperties": _ANY_JSON},
    ],
}


def kept(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which parameters and bodies say so."""
    found: dict[str, Any] = deepcopy(dict(document))
    schemas = found["components"]["schemas"]
    for name in _sent(found):
        _say(schemas[name])
    for operation in _operations(found):
        for parameter in operation["parameters"]:
            if parameter["in"] != "header":  # no header can have it
                _say(parameter["schema"])
    schemas["JsonValue"] = JSON_VALUE
    return found


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _sent(document: Mapping[str, Any]) -> set[str]:
    """The schemas that bodies are made of."""
    found: set[str] = set()
    waiting = [name for each in _operations(document) for name in _references(each.get("requestBody", {}))]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(document["components"]["schemas"][name])
    return found


def _references(value: Any) -> Iterator[str]:
    for each in _within(value):
        if str(each.get("$ref", "")).startswith(_REFERENCE):
            yield each["$ref"].removeprefix(_REFERENCE)


def _within(value: Any) -> Iterator[dict[str, Any]]:
    """The object, and all objects in it."""
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _within(each)


def _say(schema: dict[str, Any]) -> None:
    for each in list(_within(schema)):
        if each.get("type") == "string" and not any(word in each for word in _SAYS_MORE):
            each.update(_KEPT)
        if each.get("type") == "object" and each.get("additionalProperties") is True:
            each.update(propertyNames=_KEPT, additionalProperties=_ANY_JSON)
        elif each.get("type") == "object" and isinstance(each.get("additionalProperties"), dict):
            each.setdefault("propertyNames", _KEPT)
