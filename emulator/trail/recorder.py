"""Makes CloudTrail's record of a call.

The sources: "CloudTrail record contents" and "CloudTrail userIdentity element" of the CloudTrail User Guide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError
from botocore.model import OperationNotFoundError
from botocore.parsers import create_parser
from moto.core.utils import get_service_model

from emulator import clock
from emulator.callers import Caller, caller_of
from emulator.trail.backend import Event, Record, add, shown_at
from emulator.trail.deliveries import queue_up
from emulator.trail.nested import nested
from emulator.wire import MASK, Answer, AwsRequest

# Services whose events are in us-east-1, wherever they were called.
_GLOBAL = {"iam", "organizations", "account"}
# Calls about data, which are no management events.
_DATA = {
    "s3": ("GetObject", "PutObject", "DeleteObject", "ListObject", "ListBucketResult", "HeadObject"),
    "lambda": ("Invoke",),
    "sns": ("Publish",),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"),
    "dynamodb": ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGet", "BatchWrite"),
    "kms": ("Decrypt", "Encrypt", "GenerateDataKey"),
}
# Models that are named otherwise than what their calls are signed for.
_MODELS = {"sso": "sso-admin", "elasticfilesystem": "efs"}
_REQUEST_ID, _TAIL = re.compile(rb"<RequestId>([^<]+)</RequestId>"), 400  # it is at the end
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_HIDDEN_MEMBERS = {"cognito-idp": frozenset({"username", "userAttributes"})}
_SECRET_MEMBERS = frozenset(
    {"secretAccessKey", "sessionToken", "secretHash", "clientSecret", "serviceSpecificPassword"}
)
_DATE_VARIABLE = "HTTP_" + clock.DATE_HEADER.upper().replace("-", "_")
# What LookupEvents lists as resources, by the member that names it.
_RESOURCE_TYPES = {
    "userName": "AWS::IAM::User",
    "newUserName": "AWS::IAM::User",
    "groupName": "AWS::IAM::Group",
    "newGroupName": "AWS::IAM::Group",
    "roleName": "AWS::IAM::Role",
    "roleArn": "AWS::IAM::Role",
    "policyArn": "AWS::IAM::Policy",
    "policyName": "AWS::IAM::Policy",
    "accessKeyId": "AWS::IAM::AccessKey",
    "instanceProfileName": "AWS::IAM::InstanceProfile",
    "serialNumber": "AWS::IAM::MfaDevice",
    "bucketName": "AWS::S3::Bucket",
}
_ANSWER_NAMES = {"policy": ("arn", "policyId"), "role": ("arn", "roleId"), "user": ("userId",), "group": ("groupId",)}


def note(request: AwsRequest, answer: Answer) -> None:
    """Keeps the record of a call that was answered so. Calls of apps without a signature leave none."""
    if not request.access_key or not request.action or request.action.startswith(_DATA.get(request.service, ())):
        return
    caller, at = caller_of(request), _moment(request)
    record = _record(request, answer, caller, at)
    region = str(record["awsRegion"])
    event = Event(at, shown_at(caller.account_id, at), record, _username(caller), list(_resources(record)))
    add(caller.account_id, region, event)
    queue_up(record, at)


def _moment(request: AwsRequest) -> datetime:
    with clock.pretend(request.environ.get(_DATE_VARIABLE)):
        return clock.utcnow().replace(microsecond=0)


def _record(request: AwsRequest, answer: Answer, caller: Caller, at: datetime) -> Record:
    parsed = _parsed(request, answer)
    params = request.masked_params()
    asked = _shown(nested(params) if request.is_query else params, request.service)
    if request.service == "s3" and (bucket := request.environ["PATH_INFO"].strip("/").partition("/")[0]):
        asked = {"bucketName": bucket}
    failed = answer.error_code
    wrong = {"errorCode": failed, "errorMessage": _message(parsed)} if failed else {}
    return {
        "eventVersion": "1.11",
        "userIdentity": _identity(caller, request),
        "eventTime": f"{at.isoformat()}Z",
        "eventSource": f"{request.service}.amazonaws.com",
        "eventName": request.action,
        "awsRegion": "us-east-1" if request.service in _GLOBAL else request.region,
        "sourceIPAddress": request.environ.get("REMOTE_ADDR", "127.0.0.1"),
        "userAgent": request.environ.get("HTTP_USER_AGENT", ""),
        **wrong,
        "requestParameters": asked or None,
        "responseElements": None if request.is_read or failed else _shown(_elements(parsed), request.service) or None,
        "requestID": str(parsed.get("ResponseMetadata", {}).get("RequestId", "")),
        "eventID": str(uuid4()),
        "readOnly": request.is_read or request.service == "sts",
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.account_id,
        "eventCategory": "Management",
    }


def _message(parsed: Mapping[str, Any]) -> str:
    return str(parsed.get("Error", {}).get("Message", ""))


def _identity(caller: Caller, request: AwsRequest) -> dict[str, Any]:
    said = {"principalId": caller.user_id, "arn": caller.arn, "accountId": caller.account_id}
    said["accessKeyId"] = request.access_key
    if caller.kind == "root":
        return {"type": "Root", **said}
    if caller.kind != "session":
        return {"type": "IAMUser", **said, "userName": caller.arn.rpartition("/")[2]}
    session, role = caller.session, caller.role
    issuer = {"type": "Role", "principalId": "", "arn": "", "accountId": caller.account_id, "userName": ""}
    if role is not None:
        issuer |= {"principalId": role.id, "arn": role.arn, "userName": role.name}
    context: dict[str, Any] = {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}}
    if source := getattr(session, "source_identity", None):
        context["sourceIdentity"] = source
    return {"type": "AssumedRole", **said, "sessionContext": context}


def _username(caller: Caller) -> str:
    """Of a role's session the name of the session."""
    return "root" if caller.kind == "root" else caller.arn.rpartition("/")[2]


# ---- What was asked, and answered ----------------------------------------------------------------------------


def _parsed(request: AwsRequest, answer: Answer) -> dict[str, Any]:
    """As the client reads it. Of what was read only the id: the answer is in no record, and may be large."""
    if request.is_read and answer.status < HTTPStatus.BAD_REQUEST:
        return {"ResponseMetadata": {"RequestId": _request_id(answer)}}
    shape, protocol = _answer_shape(request.service, request.action)
    headers = {name.lower(): value for name, value in answer.headers}
    said = {"body": answer.body, "headers": headers, "status_code": answer.status}
    try:
        found: dict[str, Any] = create_parser(protocol).parse(said, shape)
    except Exception:  # botocore breaks in many ways over what is not of the shape; then nothing of it is recorded
        return {}
    return found


def _request_id(answer: Answer) -> str:
    headers = {name.lower(): value for name, value in answer.headers}
    found = _REQUEST_ID.search(answer.body[-_TAIL:])
    return found[1].decode() if found else str(headers.get("x-amzn-requestid", ""))


@cache
def _answer_shape(service: str, action: str) -> tuple[Any, str]:
    try:
        model = get_service_model(_MODELS.get(service, service))
        return model.operation_model(action).output_shape, model.metadata["protocol"]
    except (OperationNotFoundError, BotoCoreError, LookupError, ValueError):
        return None, "json"


def _elements(parsed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parsed.items() if name not in ("ResponseMetadata", "Error")}


def _shown(said: Any, service: str) -> Any:
    """With names that begin small, without secrets."""
    if isinstance(said, Mapping):
        hidden = _HIDDEN_MEMBERS.get(service, frozenset())
        names = {name: name[:1].lower() + name[1:] for name in said if isinstance(name, str)}
        return {
            small: _HIDDEN if small in hidden else _shown(said[name], service)
            for name, small in names.items()
            if small not in _SECRET_MEMBERS and said[name] != MASK and name != "Resource"
        }
    if isinstance(said, list | tuple):
        return [_shown(each, service) for each in said]
    if isinstance(said, datetime | date):
        return _when(said)
    return said if isinstance(said, str | int | float | bool) or said is None else str(said)


def _when(moment: datetime | date) -> str:
    """ "Nov 29, 2026, 6:52:58 AM", as records of IAM have it."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    naive = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{naive:%b} {naive.day}, {naive.year}, {naive.hour % 12 or 12}:{naive:%M:%S %p}"


def _resources(record: Record) -> Iterator[tuple[str, str]]:
    asked, answered = record["requestParameters"] or {}, record["responseElements"] or {}
    for member, kind in _RESOURCE_TYPES.items():
        if isinstance(name := asked.get(member), str) and not _is_inline(record["eventName"], member):
            yield kind, name
    for thing, members in _ANSWER_NAMES.items():
        for member in members:
            found = answered.get(thing)  # of some services a text, such as the role of a function
            if isinstance(found, dict) and isinstance(name := found.get(member), str):
                yield f"AWS::IAM::{thing.capitalize()}", name
    for thing in ("accessKey", "credentials"):
        if isinstance(key := (answered.get(thing) or {}).get("accessKeyId"), str):
            yield "AWS::IAM::AccessKey", key
    if isinstance(arn := (answered.get("assumedRoleUser") or {}).get("arn"), str):
        yield "AWS::STS::AssumedRole", arn


def _is_inline(event_name: str, member: str) -> bool:
    """An inline policy's name is no resource."""
    return member == "policyName" and event_name != "CreatePolicy"


def described(event: Event) -> dict[str, Any]:
    """As LookupEvents gives it."""
    record = event.record
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "true" if record["readOnly"] else "false",
        "AccessKeyId": record["userIdentity"].get("accessKeyId"),
        "EventTime": event.at,
        "EventSource": record["eventSource"],
        "Username": event.username,
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in event.resources],
        "CloudTrailEvent": json.dumps(record),
    }
