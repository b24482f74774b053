"""The OpenAPI document: what django-ninja knows of the routes, what lists and headers add to it, and what each
operation may answer beside what it is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from ninja.operation import Operation

from api.answers import PROBLEM, PROBLEMS, answers_of
from api.input_schemas import kept
from api.interface import interface, operations
from api.request_headers import headers_of
from api.routes.objects import listings
from api.table_parameters import listed_of
from sync.operations import registry

PREFIX = "api/v1/"


@cache
def document() -> dict[str, Any]:
    """With the characters that no text may have."""
    return kept(plain_document())


@cache
def plain_document() -> dict[str, Any]:
    """Without these: what types and clients are made of."""
    import_module(settings.ROOT_URLCONF)  # routes and kinds of objects are known by their addresses
    found: dict[str, Any] = dict(interface.get_openapi_schema(path_prefix=PREFIX))
    components = found["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["responses"] = PROBLEMS
    components["schemas"]["StepIn"]["properties"]["kind"]["enum"] = sorted(registry)
    by_name = {operation.operation_id: operation for operation in operations()}
    for methods in found["paths"].values():
        for method, said in methods.items():
            _complete(said["parameters"])
            said["parameters"] += _parameters(method, by_name[said["operationId"]])
            said["responses"] = answers_of(method, said)
    return found


def _complete(parameters: list[dict[str, Any]]) -> None:
    for each in parameters:
        each.pop("examples", None)  # its schema has them, too, as a list, which they can't be here
        if (each["in"], each["name"]) == ("path", "kind"):
            each["schema"]["enum"] = list(listings())


def _parameters(method: str, operation: Operation) -> Iterator[dict[str, Any]]:
    if listed := listed_of(operation.view_func):
        yield from listed.parameters()
    yield from headers_of(method, operation.view_func)
