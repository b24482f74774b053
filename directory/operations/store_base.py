"""What operations on users, groups and memberships of the identity store have in common.

What comes from a directory by synchronization isn't changed here: the directory wouldn't hear of it, and undo it.
Identity Store API Reference, "Welcome": "your identity source won't automatically update with the changes".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from accounts.models import AwsAccount
from directory import reads
from directory.models import DirectoryGroup, DirectoryUser
from directory.operations.base import OfIdentityCenter
from directory.permissions import NOBODYS_STORE, STORE
from sync.aws.permission import ArnsOfKind, Permission
from sync.operations import BadParams, Call, Guarantee, Refusal, Risk, Undo
from sync.placeholders import is_placeholder
from sync.plan_draft import Draft

CHANGE_GROUPS = "Make and delete groups of Identity Center, and say who is in them."
CHANGE_USERS = "Make and delete users of Identity Center."
_STORE_ARN = re.compile(r"arn:aws[a-z-]*:identitystore::\d{12}:identitystore/d-[0-9a-f]{10}", re.ASCII)
_ID = re.compile(r"([0-9a-f]{10}-)?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
OF_STORE = ArnsOfKind(
    "identity-store",
    "arn:{partition}:identitystore::*:identitystore/*",
    "arn:{partition}:identitystore::{account_id}:identitystore/d-0000000000",
)


def looking(operation: str, feature: str, **probe: Any) -> Permission:
    """To read, as the role to write, what a change stands on."""
    return Permission(f"{STORE}:{operation}", feature, "write", probe={"IdentityStoreId": NOBODYS_STORE, **probe})


def is_id(value: str) -> bool:
    """Of a user, a group or a membership, or what stands for one that a step of the plan makes."""
    return bool(_ID.fullmatch(value)) or is_placeholder(value)


def check_id(value: str, what: str, field: str) -> None:
    """Raises BadParams."""
    if not is_id(value):
        raise BadParams(f"{value!r} is no id of {what}.", field=field)


@dataclass(frozen=True)
class StoreParams:
    """`region`: of the instance."""

    store_arn: str
    region: str

    def __post_init__(self) -> None:
        if not _STORE_ARN.fullmatch(self.store_arn):
            raise BadParams(f"{self.store_arn!r} isn't the ARN of an identity store.")

    @property
    def of_store(self) -> dict[str, str]:
        """The parameters that every operation on the same store has."""
        return {"store_arn": self.store_arn, "region": self.region}

    @property
    def store_id(self) -> str:
        return reads.store_id_of(self.store_arn)

    def arn_of(self, kind: str, its_id: str) -> str:
        """Of a "user", "group" or "membership", as policies name it."""
        return f"arn:{self.store_arn.split(':')[1]}:identitystore:::{kind}/{its_id}"


class OfStore(Protocol):
    @property
    def store_arn(self) -> str: ...

    @property
    def region(self) -> str: ...

    @property
    def store_id(self) -> str: ...


P = TypeVar("P", bound=OfStore)


class StoreOperation(OfIdentityCenter[P]):
    guarantee: ClassVar[Guarantee] = Guarantee.DETECTABLE
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.HIGH
    needed_for: ClassVar[str] = CHANGE_GROUPS

    def call(self, p: P, on: Sequence[str], **parameters: Any) -> list[Call]:
        sent = {"IdentityStoreId": p.store_id, **parameters}
        action = f"{STORE}:{self.aws_operation}"
        return [Call(STORE, self.aws_operation, sent, (p.store_arn, *on), (action,), p.region)]

    @classmethod
    def writing(cls) -> Permission:
        return Permission(f"{STORE}:{cls.aws_operation}", cls.needed_for, "write", OF_STORE)


# ---- What the mirror has ---------------------------------------------------------------------------------------------
def new_group_key(name: str) -> str:
    return f"{DirectoryGroup.kind}:new {name}"


def group_key(group_id: str, name: str) -> str:
    """Also of one that a step of the plan makes."""
    return new_group_key(name) if is_placeholder(group_id) else f"{DirectoryGroup.kind}:{group_id}"


def group_row(draft: Draft, group_id: str, name: str) -> DirectoryGroup | None:
    """None for one that an earlier step makes. Raises Refusal, also for one that comes from a directory."""
    if draft.placeholder_of(group_key(group_id, name)) == group_id:
        return None
    rows = DirectoryGroup.objects.live().filter(aws_account=draft.aws_account, aws_id=group_id)
    row: DirectoryGroup | None = draft.once((DirectoryGroup, group_id), rows.first)
    if row is None:
        raise Refusal(f"The mirror has no group {name}: pull, then try again.", field="group")
    if row.issuer:
        raise Refusal(
            f"The group {row.name} comes from {row.issuer}: change it there. What is changed here, the next "
            "synchronization undoes.",
            field="group",
        )
    return row


def user_row(draft: Draft, user_id: str) -> DirectoryUser:
    """Raises Refusal."""
    rows = DirectoryUser.objects.live().filter(aws_account=draft.aws_account, aws_id=user_id)
    row: DirectoryUser | None = draft.once((DirectoryUser, user_id), rows.first)
    if row is None:
        raise Refusal(f"The mirror doesn’t have the person {user_id}: pull, then try again.", field="person")
    return row


def directory_of(aws_account: AwsAccount, model: type[Any]) -> str:
    """The directory from which users, or groups, of the AWS account's Identity Center come; "" where they don't."""
    rows = model.objects.live().filter(aws_account=aws_account).exclude(issuer="")
    return str(rows.values_list("issuer", flat=True).first() or "")
