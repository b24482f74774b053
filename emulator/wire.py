"""AWS calls as they stand on the wire: which call a request makes, and answers in the shape that its client expects."""

from __future__ import annotations

import io
import json
import re
import socket
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from xml.sax.saxutils import escape

from botocore.model import OperationNotFoundError
from moto.core.utils import get_service_model

from emulator.rest_names import call_at, is_named_by_path
from emulator.s3_rights import permission

Environ = dict[str, Any]
SIGNED_PATH = "emulator.signed_path"  # of an Environ: the path that the client asked for, token and all

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/[^/]+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
_UNSIGNED = {"AssumeRoleWithWebIdentity": "sts", "AssumeRoleWithSAML": "sts"}
# How a call that isn't signed names its service.
_TARGETS = {"AWSCognitoIdentityProviderService": "cognito-idp", "AWSCognitoIdentityService": "cognito-identity"}
_READING = ("Get", "List", "Describe", "Simulate", "Generate", "Decode", "AdminGet", "AdminList", "Lookup")
_SECRETS = re.compile(
    r"(^|\.)(\w*Password|Secret\w*|ClientSecret\w*|client_secret|PrivateKey|AuthenticationCode\d|TokenCode|UserCode"
    r"|(WebIdentity|Session|Access|Refresh|Id|)Token|SAMLAssertion|\w*PASSWORD|REFRESH_TOKEN|SECRET_HASH|\w+_CODE"
    r"|ConfirmationCode|Code|Session|cognito-idp\..+)$"
)
_DETAILS = re.compile(r"/authorization-details/(?P<id>[^/]+)")
_ERROR_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_NAMESPACES = {
    "cloudformation": "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
_VERSIONS = {"cloudformation": "2010-05-15", "iam": "2010-05-08", "sns": "2010-03-31", "sts": "2011-06-15"}
# Calls that need the permission of another one.
_BATCHES = {"DeleteMessageBatch": "DeleteMessage", "SendMessageBatch": "SendMessage"}
MASK = "***"


class AwsError(Exception):
    """An error that AWS would answer with. `members`: what its shape has beside the message, such as a reason."""

    def __init__(self, code: str, message: str, status: int = 400, members: dict[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members or {}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)
    truncated: bool = False

    @property
    def error_code(self) -> str | None:
        if self.status < 400:
            return None
        found = _ERROR_CODE.search(self.body)
        if found:
            return found.group(1).decode()
        try:
            return str(json.loads(self.body)["__type"]).rpartition("#")[2]
        except (ValueError, KeyError, TypeError):
            return str(self.status)


@dataclass(frozen=True)
class AwsRequest:
    environ: Environ
    body: bytes
    service: str
    region: str
    action: str
    access_key: str
    params: dict[str, Any]

    @classmethod
    def read(cls, environ: Environ) -> AwsRequest:
        """Reads the body once and puts a copy back, for moto to read again."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        action = ""
        params: dict[str, Any] = {}
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if signed and is_named_by_path(signed["service"], path):
            action, params = call_at(signed["service"], environ["REQUEST_METHOD"], path, query)
            params |= {"Resource": "*"}
        elif signed and signed["service"] == "s3":
            action, resource = permission(environ["REQUEST_METHOD"], path, query)
            params = {"Resource": resource}
        elif target:
            action = target.rpartition(".")[2]
            params = json.loads(body or b"{}")
        elif found := _DETAILS.fullmatch(path):
            action, params = "GetRequestAuthorizationDetails", {"authorizationId": found["id"]}
        elif "json" not in environ.get("CONTENT_TYPE", ""):
            params = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            action = params.pop("Action", "")
            params.pop("Version", None)
        elif body:  # Account Management: each call has a path of its own, /listRegions
            action = path.strip("/")
            action = action[:1].upper() + action[1:]
            params = json.loads(body)
        return cls(
            environ=environ,
            body=body,
            service=signed["service"] if signed else _UNSIGNED.get(action, _TARGETS.get(target.partition(".")[0], "")),
            region=signed["region"] if signed else "us-east-1",
            action=action,
            access_key=signed["key"] if signed else "",
            params=params,
        )

    @property
    def is_read(self) -> bool:
        return self.action.startswith(_READING)

    @property
    def is_query(self) -> bool:
        """Whether its parameters came as a form does, flat."""
        return "json" not in self.environ.get("CONTENT_TYPE", "") and not self.environ.get("HTTP_X_AMZ_TARGET")

    @property
    def permission(self) -> str:
        """The action that the caller must be allowed; API Gateway's are called after methods."""
        method = self.environ["REQUEST_METHOD"] if self.service == "apigateway" else self.action
        return f"{self.service}:{_BATCHES.get(method, method)}"

    @property
    def asks_for_details(self) -> bool:
        """A call of IAM Toolbox, which signs as IAM and speaks JSON."""
        return self.action == "GetRequestAuthorizationDetails"

    @property
    def is_public(self) -> bool:
        """A call of Cognito's that an app makes for a person, unsigned, or a page that anybody may read."""
        if self.access_key:
            return False
        is_page = self.environ["REQUEST_METHOD"] == "GET" and "/.well-known/" in self.environ["PATH_INFO"]
        return is_page or (self.service in _TARGETS.values() and is_unsigned(self.service, self.action))

    @property
    def client_is_gone(self) -> bool:
        """Whether the client has closed its end, as the kernel does for a killed process."""
        connection: socket.socket = self.environ["werkzeug.socket"]
        try:
            return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def masked_params(self) -> dict[str, Any]:
        return {key: _masked(key, value) for key, value in self.params.items()}

    def error(self, problem: AwsError) -> Answer:
        request_id = str(uuid4())
        if self.service in _NAMESPACES and not self.asks_for_details:
            kind = "text/xml"
            body = (
                f'<ErrorResponse xmlns="{_NAMESPACES[self.service]}"><Error>'
                f"<Type>{'Sender' if problem.status < 500 else 'Receiver'}</Type>"
                f"<Code>{escape(problem.code)}</Code><Message>{escape(problem.message)}</Message>"
                f"</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
            )
        elif self.service == "s3":
            kind = "application/xml"
            code, message = escape(problem.code), escape(problem.message)
            body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"
        elif self.service == "ec2":
            kind = "text/xml"
            body = (
                f"<Response><Errors><Error><Code>{escape(problem.code)}</Code>"
                f"<Message>{escape(problem.message)}</Message></Error></Errors>"
                f"<RequestID>{request_id}</RequestID></Response>"
            )
        else:
            kind = "application/x-amz-json-1.1"
            body = json.dumps({"__type": problem.code, "message": problem.message, **problem.members})
        headers = [("Content-Type", kind), ("x-amzn-RequestId", request_id)]
        return Answer(status=problem.status, body=body.encode(), headers=headers)

    def denied(self, message: str) -> AwsError:
        """In the code that the service has for it."""
        code = "UnauthorizedOperation" if self.service == "ec2" else "AccessDeniedException"
        is_short = self.service in (*_NAMESPACES, "s3") and not self.asks_for_details
        return AwsError("AccessDenied" if is_short else code, message, 403)

    def unknown_action(self) -> AwsError:
        if self.service not in _NAMESPACES:
            return AwsError("UnknownOperationException", f"The emulator does not know {self.service}:{self.action}.")
        version = _VERSIONS[self.service]
        return AwsError("InvalidAction", f"Could not find operation {self.action} for version {version}")


@cache
def is_unsigned(service: str, action: str) -> bool:
    """Whether AWS's model says that this call goes without a signature."""
    try:
        return bool(get_service_model(service).operation_model(action).auth_type == "none")
    except OperationNotFoundError:
        return False


def _masked(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _masked(inner, content) for inner, content in value.items()}
    if isinstance(value, list):
        return [_masked(key, item) for item in value]
    return MASK if _SECRETS.search(key) else value
