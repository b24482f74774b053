"""Which call a request makes of a service whose calls are named by method and path: by AWS's own models."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from moto.core.utils import get_service_model

# By the name that signs, the model's; S3 Control signs as S3, and is known by its paths.
_MODELS = {
    "account-access": "account-access",
    "apigateway": "apigateway",
    "backup": "backup",
    "elasticfilesystem": "efs",
    "lambda": "lambda",
    "rolesanywhere": "rolesanywhere",
}
S3_CONTROL = "/v20180820/"
# What the permission is called where the call is named otherwise ("Actions, resources, and condition keys for
# Amazon S3").
_PERMISSIONS = {
    "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
    "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
    "DeletePublicAccessBlock": "PutAccountPublicAccessBlock",
}
_LABEL = re.compile(r"\\\{(\w+)(\\\+)?\\\}")


def is_named_by_path(service: str, path: str) -> bool:
    return service in _MODELS or (service == "s3" and path.startswith(S3_CONTROL))


def call_at(service: str, method: str, path: str, query: str) -> tuple[str, dict[str, Any]]:
    """The name of the call, "" where the service has none, and what its path and query say."""
    of_s3 = service == "s3"
    asked = dict(parse_qsl(query, keep_blank_values=True))
    for name, its_method, pattern, marks in _operations("s3control" if of_s3 else _MODELS[service]):
        found = pattern.fullmatch(path) if its_method == method and marks <= asked.items() else None
        if found is not None:
            params = found.groupdict() | asked
            return (_PERMISSIONS.get(name, name) if of_s3 else name), params
    return "", {}


@cache
def _operations(model: str) -> list[tuple[str, str, re.Pattern[str], frozenset[tuple[str, str]]]]:
    """Names, methods, patterns of paths, and what else tells one; those with the most of it, and the fewest labels,
    come first.
    """
    service = get_service_model(model)
    found = []
    for name in service.operation_names:
        http = service.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        marks = frozenset(parse_qsl(query, keep_blank_values=True))
        found.append((str(name), str(http["method"]), _pattern(path.rstrip("/")), marks))
    return sorted(found, key=lambda each: (-len(each[3]), each[2].groups, each[0]))


def _pattern(path: str) -> re.Pattern[str]:
    def label(found: re.Match[str]) -> str:
        has_slashes = found[2] or found[1] == "applicationArn"  # escaped in the path, which is read as plain text here
        return f"(?P<{found[1]}>.+)" if has_slashes else f"(?P<{found[1]}>[^/]+)"

    return re.compile(_LABEL.sub(label, re.escape(path)) + "/?")
