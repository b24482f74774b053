"""Answers to programs: what went wrong, as RFC 9457 has it ("Problem Details for HTTP APIs"), and to a directory as
SCIM has it (RFC 7644, 3.12).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse

ROOT, ROOT_OF_SCIM = "/api/", "/scim/v2"


def asks_for_api(request: HttpRequest) -> bool:
    """Whether a program asks: its answers are JSON, also when something goes wrong."""
    return request.path_info.startswith(ROOT)


def to_program(request: HttpRequest, status: int, sentence: str) -> JsonResponse | None:
    """What any page may answer in its place; None to a browser."""
    if asks_for_api(request):
        return problem(status, sentence)
    if not request.path_info.startswith(ROOT_OF_SCIM):
        return None
    said = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": str(status), "detail": sentence}
    return JsonResponse(said, status=status, content_type="application/scim+json")


def problem(status: int, sentence: str, **more: Any) -> JsonResponse:
    """`sentence`: for whoever reads the program's log. `more`: members for the program, such as `errors`."""
    said: Mapping[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    answer = JsonResponse(
        {**said, "detail": sentence, **more}, status=status, json_dumps_params={"ensure_ascii": False}
    )
    answer["Content-Type"] = "application/problem+json"
    return answer


def etag_of(content: bytes) -> str:
    """Of the JSON that is answered: a strong one, since equal bytes are what it stands for."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
