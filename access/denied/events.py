"""Reads events of CloudTrail (AWS CloudTrail User Guide, "CloudTrail record contents" and "userIdentity element")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from access.denied.messages import principal_in, requests_in_text
from access.denied.requests import DeniedRequest, ReadFrom, actions_called
from policies.engine import catalogue

# By the host before ".amazonaws.com", the prefix of actions, where that is another ("CloudTrail supported services").
_PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag", "models-v2-lex": "lex", "sso": "sso"}
_VERSION = re.compile(r"20\d{6}(?:v\d)?$")  # Lambda's: "Invoke", "UpdateFunctionCode20150331v2"
# Calls that ask for a permission of another name (Amazon S3 User Guide, "Required permissions for Amazon S3 API
# operations"; AWS Lambda in the Service Authorization Reference).
_ACTIONS = {
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycle": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:UploadPart": "s3:PutObject",
    "lambda:Invoke": "lambda:InvokeFunction",
}
DENYING = re.compile(r"AccessDenied|Unauthorized|Forbidden|NotAuthorized|AuthorizationError|AuthFailure", re.IGNORECASE)


def is_event(content: Any) -> bool:
    return isinstance(content, Mapping) and "eventName" in content and "eventSource" in content


def is_denial(event: Mapping[str, Any]) -> bool:
    return bool(DENYING.search(str(event.get("errorCode") or "")))


def requests_of_event(event: Mapping[str, Any]) -> Iterator[DeniedRequest]:
    """One, of a denial; more where its message tells of more."""
    if not is_denial(event):
        return
    message = str(event.get("errorMessage") or "")
    said = list(requests_in_text(message)) or [DeniedRequest(ReadFrom.EVENT)]
    for each in said:
        yield _with_event(each, event)


def _with_event(said: DeniedRequest, event: Mapping[str, Any]) -> DeniedRequest:
    actions = _actions(event)
    action = said.action or (actions[0] if len(actions) == 1 else "")
    identity = _mapping(event.get("userIdentity"))
    issuer = _mapping(_mapping(identity.get("sessionContext")).get("sessionIssuer"))
    return replace(
        said,
        read_from=ReadFrom.EVENT,
        principal=said.principal or _principal(identity),
        action=action,
        operations=() if action else actions,
        resource=said.resource or _resource(event, action),
        region=said.region or str(event.get("awsRegion") or ""),
        role_arn=str(issuer.get("arn") or "") if issuer.get("type") == "Role" else "",
        at=str(event.get("eventTime") or ""),
        context=dict(_context(event, identity)),
    )


def _principal(identity: Mapping[str, Any]) -> str:
    kind = identity.get("type")
    if kind == "AWSService":
        return principal_in(str(identity.get("invokedBy") or ""))
    if kind == "Root" and identity.get("accountId"):
        return principal_in(str(identity.get("arn") or f"arn:aws:iam::{identity['accountId']}:root"))
    return principal_in(str(identity.get("arn") or ""))


def _actions(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that the call may have asked for."""
    host = str(event["eventSource"]).removesuffix(".amazonaws.com").removesuffix(".amazonaws.com.cn")
    service = _PREFIXES.get(host, host)
    name = _VERSION.sub("", str(event["eventName"]))
    other = _ACTIONS.get(f"{service}:{name}")
    return (other,) if other else actions_called(name, service)


def _resource(event: Mapping[str, Any], action: str) -> str:
    named = [str(each["ARN"]) for each in _list(event.get("resources")) if "ARN" in each]
    if len(named) == 1:
        return named[0]
    if action.startswith("s3:"):
        asked = _mapping(event.get("requestParameters"))
        bucket, key = asked.get("bucketName"), asked.get("key")
        takes_object = any(each.name == "object" for each in catalogue.resource_types(action))
        if bucket and takes_object:
            return f"arn:aws:s3:::{bucket}/{key}" if key else ""
        if bucket:
            return f"arn:aws:s3:::{bucket}"
    return "*" if action and catalogue.takes_no_resource(action.lower()) else ""


def _context(event: Mapping[str, Any], identity: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The condition keys that an event tells (IAM User Guide, "AWS global condition context keys")."""
    source = str(event.get("sourceIPAddress") or "")
    endpoint = str(event.get("vpcEndpointId") or "")
    if _is_address(source):
        yield ("aws:vpcsourceip" if endpoint else "aws:sourceip"), (source,)
    if endpoint:
        yield "aws:sourcevpce", (endpoint,)
    if region := event.get("awsRegion"):
        yield "aws:requestedregion", (str(region),)
    if at := event.get("eventTime"):
        yield "aws:currenttime", (str(at),)
    if event.get("tlsDetails"):
        yield "aws:securetransport", ("true",)
    if (agent := event.get("userAgent")) and isinstance(agent, str):
        yield "aws:useragent", (agent,)
    attributes = _mapping(_mapping(identity.get("sessionContext")).get("attributes"))
    if (mfa := str(attributes.get("mfaAuthenticated") or "").lower()) in ("true", "false"):
        yield "aws:multifactorauthpresent", (mfa,)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _list(found: Any) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
