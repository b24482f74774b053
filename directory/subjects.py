"""Which permission sets, assignments and groups of Identity Center an event is about.

The source: "Logging IAM Identity Center API calls with AWS CloudTrail" in the IAM Identity Center User Guide.
"""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import AwsAccount
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    Instance,
    PermissionSet,
)
from sync.activity.records import TrailRecord
from sync.activity.subjects import EventSubject, held, inner, register_subjects

_ASSIGNMENTS = ("CreateAccountAssignment", "DeleteAccountAssignment")


def subjects_of_sets(aws_account: AwsAccount, record: TrailRecord) -> Iterator[EventSubject]:
    arn = record.text("permissionSetArn")
    if record.name in _ASSIGNMENTS:
        yield from _assignment(aws_account, record, arn)
        return
    yield from held(aws_account, PermissionSet.kind, aws_id=arn.rpartition("/")[2])
    if made := inner(record.answered, "permissionSet", "permissionSetArn"):
        name = inner(record.answered, "permissionSet", "name")
        yield EventSubject(PermissionSet.kind, made.rpartition("/")[2], name=name, arn=made)


def _assignment(aws_account: AwsAccount, record: TrailRecord, set_arn: str) -> Iterator[EventSubject]:
    """Known by its four parts. The set of it is named as the mirror calls it."""
    its_set = PermissionSet.objects.filter(aws_account=aws_account, aws_id=set_arn.rpartition("/")[2]).first()
    parts = [record.text(member) for member in ("targetId", "principalType", "principalId")]
    if its_set is not None and all(parts):
        object_id = "/".join((its_set.aws_id, *parts))
        yield EventSubject(AccountAssignment.kind, object_id, its_set.region, its_set.name, its_set.arn)


def subjects_of_store(aws_account: AwsAccount, record: TrailRecord) -> Iterator[EventSubject]:
    store = Instance.objects.live().filter(aws_account=aws_account, store_id=record.text("identityStoreId")).first()
    if store is None:
        return
    membership_id = record.text("membershipId") or inner(record.answered, "membershipId")
    if membership_id:
        found = held(aws_account, DirectoryMembership.kind, aws_id=membership_id)
        new = EventSubject(DirectoryMembership.kind, membership_id, store.region, membership_id, store.store_arn)
        yield from found or ([new] if record.name == "CreateGroupMembership" else [])
        return
    if record.name == "CreateGroup" and (group_id := inner(record.answered, "groupId")):
        yield EventSubject(DirectoryGroup.kind, group_id, store.region, group_id, store.store_arn)
    yield from held(aws_account, DirectoryGroup.kind, aws_id=record.text("groupId"))
    yield from held(aws_account, DirectoryUser.kind, aws_id=record.text("userId"))


def register() -> None:
    register_subjects("sso.amazonaws.com", subjects_of_sets)
    register_subjects("identitystore.amazonaws.com", subjects_of_store)
