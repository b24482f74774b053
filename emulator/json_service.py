"""A service of the emulator that is all ours and speaks JSON 1.1, as Cognito does.

moto has an application for each service; `with_services` puts ours in the place of moto's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import moto.iam.models
from botocore import xform_name
from botocore.model import OperationNotFoundError
from moto.core.utils import get_service_model

from emulator.callers import Caller, caller_of
from emulator.constraints import message, violations
from emulator.wire import Answer, AwsError, AwsRequest, Environ

WsgiApp = Callable[[Environ, Callable[..., Any]], list[bytes]]


class Calls:
    """One call. Subclasses have a method for each operation, named as boto3 names it, that returns the answer."""

    service = ""
    # The code of calls whose parameters break the service's model.
    invalid = "ValidationException"

    def __init__(self, request: AwsRequest) -> None:
        self.asked: dict[str, Any] = request.params
        self.region = request.region
        self.host = request.environ.get("HTTP_HOST", "")
        self.caller: Caller = caller_of(request)
        if request.access_key:
            moto.iam.models.mark_account_as_visited(
                self.caller.account_id, request.access_key, self.service, request.region
            )

    @classmethod
    def page(cls, path: str) -> Answer | None:
        """What a browser gets at that path without any call, such as keys."""
        return None


def with_services(make_app: Callable[[str], Any], ours: Mapping[str, type[Calls]]) -> Callable[[str], Any]:
    """`make_app` makes moto's application of one of its modules; those that are named get ours."""
    return lambda module: application(ours[module]) if module in ours else make_app(module)


def application(calls: type[Calls]) -> WsgiApp:
    def serve(environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            answer = calls.page(environ["PATH_INFO"]) or Answer(404, b"", [])
        else:
            answer = _answer(calls, AwsRequest.read(environ))
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.headers)
        return [answer.body]

    return serve


def _answer(calls: type[Calls], request: AwsRequest) -> Answer:
    """AwsError for what the service refuses."""
    shape = _input_shape(calls.service, request.action)
    method = getattr(calls, xform_name(request.action), None)
    if method is None:
        raise NotImplementedError
    if broken := violations(shape, request.params):
        raise AwsError(calls.invalid, message(broken))
    content = method(calls(request)) or {}
    body = json.dumps(_serialised(content), default=_plain).encode()
    return Answer(200, body, [("Content-Type", "application/x-amz-json-1.1")])


@cache
def _input_shape(service: str, action: str) -> Any:
    """NotImplementedError where the service has no such operation."""
    try:
        return get_service_model(service).operation_model(action).input_shape
    except OperationNotFoundError:
        raise NotImplementedError from None


def _serialised(content: dict[str, Any]) -> dict[str, Any]:
    """AWS leaves out what isn't set."""
    return {key: value for key, value in content.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).timestamp()
    raise TypeError(type(value))
