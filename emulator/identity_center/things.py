"""What an Identity Center instance has: permission sets, assignments, and the requests that AWS answers in a while."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from emulator import clock
from emulator.ids import digest

Status = Literal["IN_PROGRESS", "SUCCEEDED", "FAILED"]
Doing = Literal["create", "delete", "provision"]


_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def seconds_of(duration: str) -> int:
    """Of days and less, in ISO 8601; 0 for what isn't such a duration."""
    found = _DURATION.fullmatch(duration)
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups()) if found else (0, 0, 0, 0)
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def hexadecimal(length: int, *seed: object) -> str:
    return f"{digest(seed) % 16**length:0{length}x}"


class Home(NamedTuple):
    """Where an instance is."""

    instance_id: str
    partition: str
    region: str


class PolicyName(NamedTuple):
    """A customer managed policy, as a permission set refers to it: found in each AWS account by its name."""

    path: str
    name: str

    @classmethod
    def of(cls, asked: dict[str, Any]) -> PolicyName:
        return cls(asked.get("Path", "/"), asked["Name"])

    def described(self) -> dict[str, str]:
        return {"Name": self.name, "Path": self.path}


class Assignment(NamedTuple):
    account_id: str
    set_arn: str
    principal_type: str
    principal_id: str

    def described(self) -> dict[str, str]:
        return {
            "AccountId": self.account_id,
            "PermissionSetArn": self.set_arn,
            "PrincipalType": self.principal_type,
            "PrincipalId": self.principal_id,
        }


@dataclass
class PermissionSet:
    arn: str
    name: str
    created: datetime
    description: str | None = None
    session_duration: str = "PT1H"
    relay_state: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    inline: str = ""
    managed: dict[str, str] = field(default_factory=dict)  # ARN → name
    customer: list[PolicyName] = field(default_factory=list)
    boundary: dict[str, Any] | None = None
    edits: int = 0
    provisioned: dict[str, int] = field(default_factory=dict)  # AWS account → the edits that its role has

    def described(self) -> dict[str, Any]:
        said = {
            "Name": self.name,
            "PermissionSetArn": self.arn,
            "Description": self.description,
            "CreatedDate": self.created,
            "SessionDuration": self.session_duration,
            "RelayState": self.relay_state,
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass
class Request:
    """What AWS was asked for and does by itself. `account_ids`: where."""

    doing: Doing
    request_id: str
    created: datetime
    set_arn: str
    account_ids: tuple[str, ...]
    assignment: Assignment | None = None
    status: Status = "IN_PROGRESS"
    failure: str = ""
    asked_after: int = 0  # how often somebody asked how it stands

    def described(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "Status": self.status,
            "RequestId": self.request_id,
            "PermissionSetArn": self.set_arn,
            "CreatedDate": self.created,
        }
        if self.failure:
            said["FailureReason"] = self.failure
        if self.assignment is None:
            return said | ({"AccountId": self.account_ids[0]} if len(self.account_ids) == 1 else {})
        return said | {
            "TargetId": self.assignment.account_id,
            "TargetType": "AWS_ACCOUNT",
            "PrincipalType": self.assignment.principal_type,
            "PrincipalId": self.assignment.principal_id,
        }

    def listed(self) -> dict[str, Any]:
        return {"Status": self.status, "RequestId": self.request_id, "CreatedDate": self.created}


@dataclass
class Person:
    """`said` is what the API calls a user, without ids."""

    user_id: str
    said: dict[str, Any]
    created: datetime
    status: str = "ENABLED"
    external_ids: list[dict[str, str]] = field(default_factory=list)
    edits: int = 0
    updated: datetime = field(default_factory=clock.utcnow)


@dataclass
class Group:
    group_id: str
    name: str
    description: str | None
    created: datetime
    external_ids: list[dict[str, str]] = field(default_factory=list)
    edits: int = 0
    updated: datetime = field(default_factory=clock.utcnow)


class Membership(NamedTuple):
    membership_id: str
    group_id: str
    user_id: str
    created: datetime


class Entitlement(NamedTuple):
    """That a user or group takes on a role, by the account access manager."""

    entitlement_id: str
    kind: str  # "userId" or "groupId"
    principal_id: str
    role_arn: str
    created: datetime

    @property
    def account_id(self) -> str:
        return self.role_arn.split(":")[4]

    def described(self, account_name: str | None) -> dict[str, Any]:
        to_role = {
            "principal": {"identityCenter": {self.kind: self.principal_id}},
            "roleArn": self.role_arn,
            "account": self.account_id,
            **({"accountName": account_name} if account_name else {}),
        }
        made = self.created.replace(tzinfo=UTC).isoformat()
        return {"entitlementId": self.entitlement_id, "entitlement": {"principalRole": to_role}, "createdAt": made}
