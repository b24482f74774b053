"""The dependents of users, groups and roles, which AWS wants gone before it deletes one: keys, policies, memberships …

(IAM API Reference: DeleteUser, DeleteGroup, DeleteRole.) The mirror and AWS give each the same name for people, which
the plan counts by, too: "access key AKIA…", "password", "MFA device <serial>", "signing certificate <id>",
"SSH key <id>", "service credential <id>", "inline policy <name>", "policy <arn>", "group <name>", "member <name>",
"instance profile <name>".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol, runtime_checkable

from identities.credentials.base import CredentialsMirror
from identities.credentials.mirrors import KINDS
from identities.kinds import GROUP, ROLE, USER
from identities.models import Attachment, IamGroup, InlinePolicy, InstanceProfile, Membership, Principal
from objects.kinds import IamKind
from sync.aws.client import AwsClient
from sync.aws.errors import UnsupportedError
from sync.models import MirroredRow
from sync.operations import PlannedStep
from sync.plan_draft import Draft

# ---- Their rows in the mirror, read for many owners at once --------------------------------------------------
_RELATED: dict[type[MirroredRow], tuple[str, ...]] = {Membership: ("user", "group"), InlinePolicy: ("document",)}


class DependentRows:
    """Of some owners of one kind: a query for each model that is asked for, whoever asks first."""

    def __init__(self, owners: Sequence[Principal]) -> None:
        self._owners = owners
        self._read: dict[type[MirroredRow], dict[int, list[Any]]] = {}

    def of(self, owner: Principal, model: type[MirroredRow]) -> list[Any]:
        """What is there of that kind on one of the owners, in the order in which people read it."""
        if model not in self._read:
            word = owner.kind.removeprefix("iam.")
            order = ("user__name_key",) if isinstance(owner, IamGroup) and model is Membership else ("name", "arn")
            rows = model.objects.live().filter(**{f"{word}__in": [each.pk for each in self._owners]})
            found: defaultdict[int, list[Any]] = defaultdict(list)
            if related := _RELATED.get(model):
                rows = rows.select_related(*related)
            for row in rows.order_by(*order, "pk"):
                found[getattr(row, f"{word}_id")].append(row)
            self._read[model] = found
        return self._read[model].get(owner.pk, [])


def prefetch_dependents(draft: Draft, owners: Sequence[Principal]) -> None:
    """What `dependent_rows` is asked for of these owners of one kind is read at once."""
    held_by = DependentRows(owners)
    for owner in owners:
        draft.remembered.setdefault((DependentRows, owner.kind, owner.pk), held_by)


def dependent_rows(draft: Draft, owner: Principal, model: type[MirroredRow]) -> list[Any]:
    """Its dependents of that kind in the mirror. Nobody may change the rows."""
    rows = draft.remembered.setdefault((DependentRows, owner.kind, owner.pk), DependentRows([owner]))
    found: list[Any] = rows.of(owner, model)
    return found


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
