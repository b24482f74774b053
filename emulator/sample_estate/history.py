"""Acme's CloudTrail: the history of `data.trail` instead of the calls that made the sample."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from emulator.ids import uuid, word
from emulator.process import Emulator
from emulator.sample_estate.data.trail import CALLS, DELAY_S, RATE, By, PastCall
from emulator.wellknown import ACCOUNT_ID


def write_history(emulator: Emulator) -> None:
    ids = _ids(emulator.client("iam"))
    events = [event for number, call in enumerate(CALLS) for event in _events(number, call, ids)]
    emulator.trail(forget=True, delay_s=DELAY_S, rate=RATE, events=events)


def _ids(iam: Any) -> dict[str, str]:
    """The unique ids of users and roles, by their names."""
    pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=["User", "Role"])
    found: dict[str, str] = {}
    for page in pages:
        found |= {each["UserName"]: each["UserId"] for each in page["UserDetailList"]}
        found |= {each["RoleName"]: each["RoleId"] for each in page["RoleDetailList"]}
    return found


def _events(number: int, call: PastCall, ids: dict[str, str]) -> list[dict[str, Any]]:
    """The call; and before it, of a role's session, the one that began it."""
    made = _event(number, call, ids)
    if not call.by.role:
        return [made]
    arn, key = _role_arn(call.by.role), _session_key(call.by)
    begun = PastCall(
        call.at,
        By(user="ci-builder", address=call.by.address, agent=call.by.agent),
        "AssumeRole",
        {"roleArn": arn, "roleSessionName": call.by.session},
        (("AWS::IAM::Role", arn), ("AWS::IAM::AccessKey", key)),
        reads=True,
        source="sts.amazonaws.com",
        region="eu-west-1",
        answered={"credentials": {"accessKeyId": key}},
    )
    return [_event(number + len(CALLS), begun, ids), made]


def _event(number: int, call: PastCall, ids: dict[str, str]) -> dict[str, Any]:
    at = datetime.fromisoformat(call.at).replace(tzinfo=UTC)
    wrong = {"errorCode": call.error, "errorMessage": _refusal(call)} if call.error else {}
    record = {
        "eventVersion": "1.11",
        "userIdentity": _identity(call.by, ids),
        "eventTime": at.isoformat().replace("+00:00", "Z"),
        "eventSource": call.source,
        "eventName": call.name,
        "awsRegion": call.region,
        "sourceIPAddress": call.by.address,
        "userAgent": call.by.agent,
        **wrong,
        "requestParameters": dict(call.asked) or None,
        "responseElements": dict(call.answered) or None,
        "requestID": uuid("trail", "request", number),
        "eventID": uuid("trail", "event", number),
        "readOnly": call.reads,
        "eventType": "AwsConsoleSignIn" if call.name == "ConsoleLogin" else "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT_ID,
        "eventCategory": "Management",
    }
    return {"record": record, "username": call.by.user or call.by.session or "root", "resources": call.resources}


def _identity(by: By, ids: dict[str, str]) -> dict[str, Any]:
    said = {"accountId": ACCOUNT_ID}
    if by.role:
        issuer = {"principalId": ids[by.role], "arn": _role_arn(by.role), "userName": by.role}
        context: dict[str, Any] = {"sessionIssuer": {"type": "Role", **said, **issuer}}
        if by.source_identity:
            context["sourceIdentity"] = by.source_identity
        return {
            "type": "AssumedRole",
            "principalId": f"{ids[by.role]}:{by.session}",
            "arn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{by.role}/{by.session}",
            "accessKeyId": _session_key(by),
            "sessionContext": context,
            **said,
        }
    if by.user:
        arn = f"arn:aws:iam::{ACCOUNT_ID}:user/{by.user}"
        return {"type": "IAMUser", "principalId": ids[by.user], "arn": arn, "userName": by.user, **said}
    return {"type": "Root", "principalId": ACCOUNT_ID, "arn": f"arn:aws:iam::{ACCOUNT_ID}:root", **said}


def _role_arn(role: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:role/{role}"


def _session_key(by: By) -> str:
    return f"ASIA{word(16, by.role, by.session).upper()}"


def _refusal(call: PastCall) -> str:
    who = call.by.user or f"{call.by.role}/{call.by.session}"
    return f"User: {who} is not authorized to perform: {call.source.partition('.')[0]}:{call.name}"
