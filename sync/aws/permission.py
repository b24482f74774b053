"""The permissions that the console's two roles need in an AWS account, each with the feature that needs it.

Operations, mirrors and sources declare theirs, and are registered with them; `register` is for a page's own calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from accounts.models import AwsAccount
from sync.aws.purpose import Tier

# IAM checks the permission before it looks whether the object exists: "no such entity" means that we may ask.
NOBODY = "iam-console-permission-check"
_BEFORE_WRITES = (
    "Look, just before writing, whether the object is still as the plan expects, and after it, whether AWS shows it."
)


@dataclass(frozen=True)
class ArnsOfKind:
    """The ARNs of one kind of object, for what is allowed on it: those of all, and one that is nobody's."""

    word: str  # "policy", "userpool"
    pattern: str  # "arn:{partition}:iam::*:policy/*"
    nobody: str  # "arn:{partition}:iam::{account_id}:policy/nobody"

    def nobodys(self, aws_account: AwsAccount) -> str:
        return str(_filled_in(self.nobody, aws_account))


SETTINGS = ArnsOfKind("settings", "*", "*")  # what AWS checks on no resource


@dataclass(frozen=True)
class Permission:
    """`on` is the kind of object that a write is about; None of a read, which is of no use to narrow, as a rule.

    `probe`: the parameters with which a read asks for one entry, or about nobody. `call`: where it is named otherwise.
    """

    action: str
    feature: str
    tier: Tier
    on: ArnsOfKind | None = None
    probe: Mapping[str, Any] = field(default_factory=dict, hash=False)
    call: str = ""  # "iam-toolbox:GetRequestAuthorizationDetails"
    part: RolePart | None = None  # that it belongs to, where its service doesn't say so

    @property
    def operation(self) -> tuple[str, str]:
        """The service and the name of the call."""
        service, _, name = (self.call or self.action).partition(":")
        return service, name

    def probe_params(self, aws_account: AwsAccount) -> dict[str, Any]:
        return {name: _filled_in(value, aws_account) for name, value in self.probe.items()}


def _filled_in(value: Any, aws_account: AwsAccount) -> Any:
    if not isinstance(value, str):
        return value
    return value.format(
        partition=aws_account.partition, account_id=aws_account.account_id, region=aws_account.default_region
    )


def read(action: str, feature: str, **probe: Any) -> Permission:
    """For pulls, and for pages that ask AWS."""
    return Permission(action, feature, "read", probe=probe)


def look(action: str, feature: str = _BEFORE_WRITES, **probe: Any) -> Permission:
    """To read, as the role to write, what a change stands on."""
    return Permission(action, feature, "write", probe=probe)


def reread(action: str, feature: str, **probe: Any) -> tuple[Permission, Permission]:
    """To read one object: for pulls, and before and after a change."""
    return read(action, feature, **probe), look(action, **probe)


def write(action: str, feature: str, on: ArnsOfKind) -> Permission:
    return Permission(action, feature, "write", on)


def pulling(title: str) -> str:
    """The feature of a source of that title: "Pull server certificates."."""
    is_word = title[1:2].islower()
    return f"Pull {title[0].lower() if is_word else title[0]}{title[1:]}."


_registered: dict[tuple[Tier, str], Permission] = {}


def register(permissions: Iterable[Permission]) -> None:
    """What several need is told by the feature of the first."""
    for permission in permissions:
        _registered.setdefault((permission.tier, permission.action), permission)


def registered() -> list[Permission]:
    return list(_registered.values())


# ---- The parts of a role -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RolePart:
    """A policy of the role: AWS takes 6,144 characters of each, and who doesn't use a service leaves its part out."""

    name: str
    title: str = ""  # "Cognito"; "" of the part that is always there
    about: str = ""  # what it is for, in a sentence
    services: frozenset[str] = frozenset()  # as actions begin: "cognito-idp"


IAM = RolePart("iam")
# Of several services, so each permission that is in it says so.
PEOPLE = RolePart(
    "people",
    "people",
    "for the people of user pools and of Identity Center: who they are, and to look after those of user pools",
)
_optional: list[RolePart] = [PEOPLE]


def of_people(*permissions: Permission) -> tuple[Permission, ...]:
    """The same, in the part for people."""
    return tuple(replace(each, part=PEOPLE) for each in permissions)


def register_part(part: RolePart) -> None:
    """What is about other services than it names is in the part that is always there."""
    _optional.append(part)


def optional_parts() -> list[RolePart]:
    return list(_optional)


def parts_of(tier: Tier) -> list[RolePart]:
    """Those that may be left out, and of which the role has any: some are only for reading."""
    return [part for part in _optional if permissions_of(tier, part)]


def part_of(permission: Permission) -> RolePart:
    service = permission.action.partition(":")[0]
    return permission.part or next((part for part in _optional if service in part.services), IAM)


# ---- The documents of the console's two roles ----------------------------------------------------------------------
# Permissions policies, from what is registered, and trust policies.
def permissions_of(tier: Tier, part: RolePart = IAM) -> list[Permission]:
    """The reads first; each by its name."""
    found = [each for each in registered() if each.tier == tier and part_of(each) == part]
    return sorted(found, key=lambda each: (_word(each.on), each.action))


def console_role_policy(tier: Tier, partition: str = "aws", part: RolePart = IAM) -> dict[str, Any]:
    """The least that the console's role to read, or to write, must be allowed of that part."""
    return {"Version": "2012-10-17", "Statement": list(_statements(tier, partition, part))}


def _statements(tier: Tier, partition: str, part: RolePart) -> Iterator[dict[str, Any]]:
    for on, group in groupby(permissions_of(tier, part), key=lambda permission: permission.on):
        yield {
            "Sid": f"{tier.title()}{_word(on).title().replace('-', '').replace('/', '')}"
            if on
            else "Read",  # letters only
            "Effect": "Allow",
            "Action": [permission.action for permission in group],
            "Resource": (on or SETTINGS).pattern.format(partition=partition),
        }


def _word(on: ArnsOfKind | None) -> str:
    return on.word if on else ""


def console_role_trust(
    tier: Tier, *, principal_arn: Any, external_id: Any = "", organization_id: Any = ""
) -> dict[str, Any]:
    """Who may assume the role: the console's own identity. To write, it also names the operator and the change.

    `organization_id`: of the organization in which that identity is. All three are texts, or what stands for one in a
    template.
    """
    principal = {"AWS": principal_arn}
    within = {"aws:PrincipalOrgID": organization_id} if organization_id else {}
    entering = {"sts:ExternalId": external_id, **within} if external_id else within
    statements = [_trusting(principal, "sts:AssumeRole", entering)]
    if tier == "write":
        # A statement of its own: AWS knows the external id at sts:AssumeRole only.
        statements.append(_trusting(principal, ["sts:SetSourceIdentity", "sts:TagSession"], within))
    return {"Version": "2012-10-17", "Statement": statements}


def _trusting(principal: Mapping[str, Any], action: str | list[str], equals: Mapping[str, Any]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return {**statement, "Condition": {"StringEquals": equals}} if equals else statement
