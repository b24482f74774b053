"""Policy documents of Acme, written short; `document` and `trust` give the text as a person would have typed it."""

from __future__ import annotations

import json
from typing import Any

from emulator.wellknown import ACCOUNT_ID

REGION = "eu-west-1"
ROOT = f"arn:aws:iam::{ACCOUNT_ID}:root"  # of Acme's main AWS account
PARTNER = "444455556666"  # the AWS account of a partner, and of the vendor who monitors
OFFICE = "198.51.100.0/24"

Statement = dict[str, Any]
Condition = dict[str, dict[str, Any]]

_WITHOUT_TLS: Condition = {"Bool": {"aws:SecureTransport": "false"}}
WITH_MFA: Condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def arn(service: str, resource: str, *, region: str = REGION, account_id: str = ACCOUNT_ID) -> str:
    """The ARN of something in Acme's account, or another; S3 and IAM have no region, S3 no account either."""
    where = {"s3": ":", "iam": f":{account_id}"}.get(service, f"{region}:{account_id}")
    return f"arn:aws:{service}:{where}:{resource}"


def root(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:root"


def bucket(name: str, prefix: str = "*") -> str:
    return f"arn:aws:s3:::{name}/{prefix}"


def allow(sid: str, actions: str, on: str | list[str] = "*", *, when: Condition | None = None) -> Statement:
    """`actions` are separated by spaces."""
    return _statement("Allow", sid, actions, on, when)


def deny(sid: str, actions: str, on: str | list[str] = "*", *, when: Condition | None = None) -> Statement:
    return _statement("Deny", sid, actions, on, when)


def opened(sid: str, principal: Any, actions: str, on: str | list[str], *, when: Condition | None = None) -> Statement:
    """A statement of a resource's policy that lets `principal` in."""
    return {"Sid": sid, "Effect": "Allow", "Principal": principal} | _statement("Allow", sid, actions, on, when)


def tls_only(name: str) -> Statement:
    """Of a bucket's policy: nobody comes without TLS."""
    refused = deny("TlsOnly", "s3:*", [f"arn:aws:s3:::{name}", bucket(name)], when=_WITHOUT_TLS)
    return {"Sid": "TlsOnly", "Effect": "Deny", "Principal": "*"} | refused


def document(*statements: Statement, indent: int = 4) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=indent)


def trust(
    principal: dict[str, Any], actions: str = "sts:AssumeRole", *, when: Condition | None = None, indent: int = 4
) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": _one_or_many(actions)}
    return document(statement | {"Condition": when} if when else statement, indent=indent)


def trust_service(name: str, *, when: Condition | None = None) -> str:
    return trust({"Service": f"{name}.amazonaws.com"}, when=when)


def _statement(effect: str, sid: str, actions: str, on: str | list[str], when: Condition | None) -> Statement:
    verb = "NotAction" if actions.startswith("not ") else "Action"
    statement = {"Sid": sid, "Effect": effect, verb: _one_or_many(actions.removeprefix("not ")), "Resource": on}
    return statement | {"Condition": when} if when else statement


def _one_or_many(actions: str) -> str | list[str]:
    listed = actions.split()
    return listed[0] if len(listed) == 1 else listed
