"""Checks of our own beside those of schemathesis, which loads this (tests/services/api_tester.py)."""

from __future__ import annotations

from typing import Any

import schemathesis

_OF_LIBRARIES = (
    "Field required",
    "Value error",
    "Input should",
    "String should",
    "List should",
    "Extra inputs",
    "Cannot parse",
    "type=",
)
_PLACES = ("body", "query", "path")


@schemathesis.check
def refused_for_its_meaning(ctx: Any, response: Any, case: Any) -> None:
    """What the document allows may be refused for what it means, where api_tester.py says so; but never as something
    that the document rules out, which names the place of the request.
    """
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code not in (400, 422):
        return
    places = {each["field"].partition(".")[0] for each in response.json().get("errors", [])}
    assert response.status_code == 422 and not places.intersection(_PLACES), f"The document allows it: {response.text}"


@schemathesis.check
def in_plain_sentences(ctx: Any, response: Any, case: Any) -> None:
    """Whoever reads the program's log doesn't know the libraries that the console is made with."""
    if response.headers.get("content-type") == ["application/problem+json"]:
        said = response.json()["detail"]
        assert said.endswith(".") and not any(words in said for words in _OF_LIBRARIES), said
