"""Acme's CloudTrail: the calls of the last weeks, instead of those that made the sample.

They are written down on the days before `HISTORY_ENDS`, and moved by whole days to those before today: CloudTrail keeps
its history for 90 days only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from emulator.ids import uuid, word
from emulator.process import Emulator
from emulator.sample_estate.data.calls import DELAY_S, HISTORY_ENDS, RATE, By, PastCall
from emulator.sample_estate.organization import Credentials


def write_history(
    emulator: Emulator, calls: Mapping[str, tuple[PastCall, ...]], ways_in: Mapping[str, Credentials]
) -> None:
    """`calls` of each AWS account by its id, and credentials that get a client into it."""
    written = {one: _History(one, emulator.own_client("iam", **ways_in[one])).events_of(calls[one]) for one in calls}
    for number, (account_id, events) in enumerate(written.items()):
        emulator.trail(account_id, forget=number == 0, delay_s=DELAY_S, rate=RATE, events=events)


class _History:
    def __init__(self, account_id: str, iam: Any) -> None:
        self._account_id = account_id
        self._ids = _ids(iam)
        self._moved = datetime.now(UTC).date() - date.fromisoformat(HISTORY_ENDS)

    def events_of(self, calls: tuple[PastCall, ...]) -> list[dict[str, Any]]:
        """Each call; and before that of a role's session the one that began it."""
        found: list[dict[str, Any]] = []
        for number, call in enumerate(calls):
            if call.by.role:
                found.append(self._event(number + len(calls), self._beginning(call), self._who_began(call.by)))
            found.append(self._event(number, call, self._identity(call.by)))
        return found

    def _beginning(self, call: PastCall) -> PastCall:
        arn, key = self._arn(f"role/{self._role(call.by)}"), self._session_key(call.by)
        by_portal = call.by.role != self._role(call.by)
        return PastCall(
            call.at,
            By(user=call.by.begun_by, address=call.by.address, agent=call.by.agent),
            "AssumeRoleWithSAML" if by_portal else "AssumeRole",
            {"roleArn": arn, "roleSessionName": call.by.session},
            (("AWS::IAM::Role", arn), ("AWS::IAM::AccessKey", key)),
            reads=True,
            source="sts.amazonaws.com",
            region="eu-west-1",
            answered={"credentials": {"accessKeyId": key}},
        )

    def _event(self, number: int, call: PastCall, identity: dict[str, Any]) -> dict[str, Any]:
        at = datetime.fromisoformat(call.at).replace(tzinfo=UTC) + timedelta(days=self._moved.days)
        wrong = {"errorCode": call.error, "errorMessage": _refusal(call)} if call.error else {}
        record = {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": at.isoformat().replace("+00:00", "Z"),
            "eventSource": call.source,
            "eventName": call.name,
            "awsRegion": call.region,
            "sourceIPAddress": call.by.address,
            "userAgent": call.by.agent,
            **wrong,
            "requestParameters": dict(call.asked) or None,
            "responseElements": dict(call.answered) or None,
            "requestID": uuid("trail", "request", self._account_id, number),
            "eventID": uuid("trail", "event", self._account_id, number),
            "readOnly": call.reads,
            "eventType": "AwsConsoleSignIn" if call.name == "ConsoleLogin" else "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": self._account_id,
            "eventCategory": "Management",
        }
        return {"record": record, "username": call.by.session or call.by.user or "root", "resources": call.resources}

    def _identity(self, by: By) -> dict[str, Any]:
        said = {"accountId": self._account_id}
        if by.role:
            role = self._role(by)
            issuer = {"principalId": self._ids[role], "arn": self._arn(f"role/{role}"), "userName": role}
            context: dict[str, Any] = {"sessionIssuer": {"type": "Role", **said, **issuer}}
            if by.source_identity:
                context["sourceIdentity"] = by.source_identity
            return {
                "type": "AssumedRole",
                "principalId": f"{self._ids[role]}:{by.session}",
                "arn": f"arn:aws:sts::{self._account_id}:assumed-role/{role}/{by.session}",
                "accessKeyId": self._session_key(by),
                "sessionContext": context,
                **said,
            }
        if by.user:
            arn = self._arn(f"user/{by.user}")
            return {"type": "IAMUser", "principalId": self._ids[by.user], "arn": arn, "userName": by.user, **said}
        return {"type": "Root", "principalId": self._account_id, "arn": self._arn("root"), **said}

    def _who_began(self, by: By) -> dict[str, Any]:
        """A user here; somebody of another AWS account, of whom CloudTrail says no more; or who came by the portal."""
        if by.role != self._role(by):
            return {"type": "SAMLUser", "principalId": f"portal:{by.session}", "userName": by.session}
        if by.begun_by.isdigit():
            return {"type": "AWSAccount", "principalId": f"AROA{by.begun_by}:{by.session}", "accountId": by.begun_by}
        return self._identity(By(by.begun_by))

    def _role(self, by: By) -> str:
        """With what Identity Center puts at the end of its name."""
        if by.role in self._ids:
            return by.role
        return next(name for name in self._ids if name.rpartition("_")[0] == by.role)

    def _arn(self, resource: str) -> str:
        return f"arn:aws:iam::{self._account_id}:{resource}"

    def _session_key(self, by: By) -> str:
        return f"ASIA{word(16, self._account_id, by.role, by.session).upper()}"


def _ids(iam: Any) -> dict[str, str]:
    """The unique ids of users and roles, by their names."""
    pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=["User", "Role"])
    found: dict[str, str] = {}
    for page in pages:
        found |= {each["UserName"]: each["UserId"] for each in page["UserDetailList"]}
        found |= {each["RoleName"]: each["RoleId"] for each in page["RoleDetailList"]}
    return found


def _refusal(call: PastCall) -> str:
    if call.name == "ConsoleLogin":
        return "Failed authentication"
    who = call.by.user or f"{call.by.role}/{call.by.session}"
    return f"User: {who} is not authorized to perform: {call.source.partition('.')[0]}:{call.name}"
