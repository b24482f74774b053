"""A large AWS account as GetAccountAuthorizationDetails tells of it: its pages of XML, written directly.

The emulator would need minutes for 63,000 objects. The pages look as AWS's do (documents URL-encoded, users first, then
groups, roles and policies, so that what users and roles refer to comes later), and are the same each time.
"""

from __future__ import annotations

import json
from base64 import b32encode
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from urllib.parse import quote
from xml.sax.saxutils import escape

ACCOUNT_ID = "111122223333"  # not the emulator's: bench.clicks has both
NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
_CREATED = "2024-03-01T09:30:00Z"
_LIST_OF = {
    "User": "UserDetailList",
    "Group": "GroupDetailList",
    "Role": "RoleDetailList",
    "LocalManagedPolicy": "Policies",
    "AWSManagedPolicy": "Policies",
}
_LISTS = tuple(dict.fromkeys(_LIST_OF.values()))
FILTERS = tuple(_LIST_OF)

Value = str | dict[str, "Value"] | list["Value"]


@dataclass(frozen=True)
class Size:
    users: int
    groups: int
    roles: int
    policies: int

    @property
    def objects(self) -> int:
        return self.users + self.groups + self.roles + self.policies

    def __str__(self) -> str:
        return f"{self.users},{self.groups},{self.roles},{self.policies}"

    @classmethod
    def parse(cls, text: str) -> Size:
        return cls(*map(int, text.split(",")))


USUAL = Size(users=2_000, groups=200, roles=1_000, policies=500)
LARGE = Size(users=34_000, groups=3_400, roles=17_100, policies=8_500)
TINY = Size(users=400, groups=40, roles=200, policies=100)


def pages(size: Size, items: int = 1000, filters: Collection[str] = FILTERS) -> Iterator[bytes]:
    """The answers in their order; page n is asked for with the marker "n", the first with none."""
    lists = {_LIST_OF[each] for each in filters}
    described = (each for each in _items(size) if each[0] in lists)
    number, page = 0, list(islice(described, items))
    while page:
        number, this = number + 1, page
        page = list(islice(described, items))
        yield _answer(this, marker=str(number + 1) if page else "")


def _items(size: Size) -> Iterator[tuple[str, Value]]:
    for number in range(size.users):
        yield "UserDetailList", _user(number, size)
    for number in range(size.groups):
        yield "GroupDetailList", _group(number, size)
    for number in range(size.roles):
        yield "RoleDetailList", _role(number, size)
    for number in range(size.policies):
        yield "Policies", _policy(number, size)


def _user(number: int, size: Size) -> Value:
    groups = sorted({number % size.groups, (number + 7) % size.groups})
    return {
        "Path": f"/team-{number % 40}/",
        "UserName": f"user-{number}",
        "UserId": _id("AIDA", number),
        "Arn": f"arn:aws:iam::{ACCOUNT_ID}:user/team-{number % 40}/user-{number}",
        "CreateDate": _CREATED,
        "UserPolicyList": [_inline(f"sqs:Send{number}")] if number % 5 == 0 else [],
        "GroupList": [f"group-{group}" for group in groups],
        "AttachedManagedPolicies": [_attached(number, size)] if number % 10 == 0 else [],
        "Tags": [{"Key": "team", "Value": f"team-{number % 40}"}],
    }


def _group(number: int, size: Size) -> Value:
    return {
        "Path": "/",
        "GroupName": f"group-{number}",
        "GroupId": _id("AGPA", number),
        "Arn": f"arn:aws:iam::{ACCOUNT_ID}:group/group-{number}",
        "CreateDate": _CREATED,
        "GroupPolicyList": [],
        "AttachedManagedPolicies": [_attached(number, size)],
    }


def _role(number: int, size: Size) -> Value:
    return {
        "Path": "/",
        "RoleName": f"role-{number}",
        "RoleId": _id("AROA", number),
        "Arn": f"arn:aws:iam::{ACCOUNT_ID}:role/role-{number}",
        "CreateDate": _CREATED,
        "AssumeRolePolicyDocument": _trust(number),
        "InstanceProfileList": [],
        "RolePolicyList": [_inline(f"logs:Put{number}")],
        "AttachedManagedPolicies": [_attached(number, size), _attached(number + 3, size)],
        "Tags": [],
        "RoleLastUsed": {"LastUsedDate": _CREATED, "Region": "eu-central-1"} if number % 2 else {},
    }


def _policy(number: int, size: Size) -> Value:
    versions = range(3 if number % 4 == 0 else 1, 0, -1)
    return {
        "PolicyName": f"policy-{number}",
        "PolicyId": _id("ANPA", number),
        "Arn": _policy_arn(number, size),
        "Path": "/",
        "DefaultVersionId": f"v{versions[0]}",
        "AttachmentCount": "4",
        "PermissionsBoundaryUsageCount": "0",
        "IsAttachable": "true",
        "CreateDate": _CREATED,
        "UpdateDate": _CREATED,
        "PolicyVersionList": [
            {
                "Document": _allow(f"s3:Get{number}v{version}"),
                "VersionId": f"v{version}",
                "IsDefaultVersion": "true" if version == versions[0] else "false",
                "CreateDate": _CREATED,
            }
            for version in versions
        ],
    }


def _inline(action: str) -> Value:
    return {"PolicyName": "own", "PolicyDocument": _allow(action)}


def _attached(number: int, size: Size) -> Value:
    return {"PolicyName": f"policy-{number % size.policies}", "PolicyArn": _policy_arn(number, size)}


def _policy_arn(number: int, size: Size) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:policy/policy-{number % size.policies}"


def _allow(action: str) -> str:
    return _document(
        {
            "Sid": f"S{part}",
            "Effect": "Allow",
            "Action": [action, f"ec2:Describe{part}"],
            "Resource": f"arn:aws:s3:::b{part}/*",
        }
        for part in range(4)
    )


def _trust(number: int) -> str:
    """Of ten roles nine are for one of twenty services, one is for somebody outside."""
    principal = {"Service": f"service-{number % 20}.amazonaws.com"}
    if number % 10 == 0:
        principal = {"AWS": f"arn:aws:iam::{210_000_000_000 + number}:root"}
    return _document([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}])


def _document(statements: Iterator[object] | Sequence[object]) -> str:
    return quote(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), safe="")


def _id(prefix: str, number: int) -> str:
    """As AWS makes them: 21 characters, in no order."""
    return prefix + b32encode(sha256(f"{prefix}{number}".encode()).digest()).decode()[:17]


def _answer(page: Sequence[tuple[str, Value]], *, marker: str) -> bytes:
    lists: dict[str, Value] = {name: [item for kind, item in page if kind == name] for name in _LISTS}
    lists["IsTruncated"] = "true" if marker else "false"
    return answer("GetAccountAuthorizationDetails", lists | ({"Marker": marker} if marker else {}))


def answer(operation: str, result: Value) -> bytes:
    """What AWS's query protocol says."""
    body = f"<{operation}Result>{_xml(result)}</{operation}Result>"
    metadata = "<ResponseMetadata><RequestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</RequestId></ResponseMetadata>"
    return f'<{operation}Response xmlns="{NAMESPACE}">{body}{metadata}</{operation}Response>'.encode()


def _xml(value: Value) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(part)}</{name}>" for name, part in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(part)}</member>" for part in value)
    return escape(value)
