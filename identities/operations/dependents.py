"""The dependents of users, groups and roles, which AWS wants gone before it deletes one: keys, policies, memberships …

(IAM API Reference: DeleteUser, DeleteGroup, DeleteRole.) The mirror and AWS give each the same name for people, which
the plan counts by, too: "access key AKIA…", "password", "MFA device <serial>", "signing certificate <id>",
"SSH key <id>", "service credential <id>", "inline policy <name>", "policy <arn>", "group <name>", "member <name>",
"instance profile <name>".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol, runtime_checkable

from identities.credentials.base import CredentialsMirror
from identities.credentials.mirrors import KINDS
from identities.kinds import GROUP, ROLE, USER
from identities.models import Attachment, InlinePolicy, InstanceProfile, Membership, Principal
from identities.operations.dependent_rows import dependent_rows
from objects.kinds import IamKind
from sync.aws.client import AwsClient
from sync.aws.errors import UnsupportedError
from sync.models import MirroredRow
from sync.operations import PlannedStep
from sync.plan_draft import Draft


@runtime_checkable
class HasDependent(Protocol):
    """An operation that creates or removes a dependent of its object. Its objects() has that object."""

    def dependent(self, p: Any) -> tuple[str, bool] | None:
        """The dependent, and whether it is there afterwards; None where the step is about something else."""


@runtime_checkable
class TiesTwoObjects(Protocol):
    """An operation that ties two objects, or separates them: each is a dependent of the other."""

    def dependent_on(self, p: Any, object_key: str) -> tuple[str, bool]: ...


def dependent_of(step: PlannedStep, object_key: str) -> tuple[str, bool] | None:
    """The dependent of that object that the step creates or removes."""
    if isinstance(step.operation, TiesTwoObjects):
        return step.operation.dependent_on(step.params, object_key)
    return step.operation.dependent(step.params) if isinstance(step.operation, HasDependent) else None


# How each kind of credential is called, by the name of its facet.
_CREDENTIALS = {
    "keys": "access key {}",
    "mfa": "MFA device {}",
    "login": "password",
    "certificates": "signing certificate {}",
    "ssh_keys": "SSH key {}",
    "service_credentials": "service credential {}",
}


@dataclass(frozen=True)
class DependentKind:
    """Dependents other than credentials: `column` of the rows, and `member` of what AWS lists, say the same."""

    words: str
    model: type[MirroredRow]
    column: str
    operation: str
    listed: str
    member: str = ""  # "" where AWS lists names alone


def _policies(owner: IamKind) -> tuple[DependentKind, DependentKind]:
    inline, attached = f"List{owner.noun}Policies", f"ListAttached{owner.noun}Policies"
    return (
        DependentKind("inline policy {}", InlinePolicy, "name", inline, "PolicyNames"),
        DependentKind("policy {}", Attachment, "arn", attached, "AttachedPolicies", "PolicyArn"),
    )


_PROFILES = DependentKind(
    "instance profile {}",
    InstanceProfile,
    "name",
    "ListInstanceProfilesForRole",
    "InstanceProfiles",
    "InstanceProfileName",
)
_DEPENDENTS: Mapping[IamKind, tuple[DependentKind, ...]] = {
    USER: (
        *_policies(USER),
        DependentKind("group {}", Membership, "group.name", "ListGroupsForUser", "Groups", "GroupName"),
    ),
    GROUP: (*_policies(GROUP), DependentKind("member {}", Membership, "user.name", "GetGroup", "Users", "UserName")),
    ROLE: (*_policies(ROLE), _PROFILES),
}


def left_after(dependents: Iterable[str], draft: Draft, key: str) -> list[str]:
    """The dependents of the object of that key that are left after the steps of the draft."""
    left = set(dependents)
    for step in draft.writing(key):
        if found := dependent_of(step, key):
            dependent, is_there = found
            (left.add if is_there else left.discard)(dependent)
    return sorted(left)


def dependents_in_mirror(owner: IamKind, draft: Draft, row: Principal) -> Iterator[str]:
    for kind in KINDS if owner is USER else ():
        yield from (
            _CREDENTIALS[kind.source].format(each.name) for each in dependent_rows(draft, row, kind.credential_model)
        )
    for other in _DEPENDENTS[owner]:
        named = attrgetter(other.column)
        yield from (other.words.format(named(each)) for each in dependent_rows(draft, row, other.model))


def dependents_in_aws(owner: IamKind, client: AwsClient, named: Mapping[str, str]) -> Iterator[str]:
    """`named`: the parameter that names it. Raises NotFound when it is gone."""
    for kind in KINDS if owner is USER else ():
        yield from _credentials(kind, client, named[USER.name_parameter])
    for other in _DEPENDENTS[owner]:
        for page in client.pages("iam", other.operation, **named):
            for found in page.items[other.listed]:
                yield other.words.format(found[other.member] if other.member else found)


def _credentials(kind: CredentialsMirror, client: AwsClient, user_name: str) -> Iterator[str]:
    try:
        for entry in kind.entries(client, user_name):
            yield _CREDENTIALS[kind.source].format(entry[kind.id_member])
    except UnsupportedError:
        return  # where AWS doesn't know the call, nobody has one
