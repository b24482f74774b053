"""What undoes a change of Identity Center that somebody made outside this console. Of people nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import AwsAccount
from directory import selectors
from directory.instances import held_instance
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    PermissionSet,
    PrincipalType,
)
from directory.operations.assignments import assign, params_of, withdraw
from directory.operations.edits import Edit, edited
from directory.operations.groups import CreateDirectoryGroup, CreateGroupParams, delete_group
from directory.operations.memberships import add_member, remove_member
from directory.operations.set_edits import DeleteSetInline, PutSetInline, UpdateSet
from directory.operations.set_existence import delete_set, plan_set
from directory.operations.set_policies import (
    AttachCustomer,
    AttachManaged,
    DeleteSetBoundary,
    DetachCustomer,
    DetachManaged,
    PutSetBoundary,
)
from directory.operations.sets_base import SetContent, region_of, region_of_store
from policies.documents import texts_of
from sync import reversals
from sync.mirror import Content
from sync.mirror.base import DETAILS
from sync.object_ref import ObjectRef
from sync.reversals import Reversal

_GONE_SINCE = "It is gone since."
_DONE = "It is so by now."
_NOT_KEPT = "What its inline policy said isn’t kept any more."
_NEW_ARN = "It gets another ARN, and is assigned to nobody: assign it from its page."
_IN_USE = "It is assigned by now. Delete it from its page, which ends the assignments first."
_NOBODY = "Who has it, or is in it, AWS no longer has."
_NO_CALL = "This console has no operation that changes this back."
_SETTINGS = ("description", "session_s", "relay_state")


# ---- Permission sets -------------------------------------------------------------------------------------------------
def reverse_set(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    row = PermissionSet.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if not after:
        return _set_made_again(aws_account, before)
    if row is None:
        return Reversal(left=(_GONE_SINCE,))
    if not before:
        if selectors.assignments_of(row).exists():
            return Reversal(left=(_IN_USE,))
        return Reversal((delete_set(row, region_of(row)),))
    left: list[str] = []
    edits = list(_edits(before, after, left))
    return Reversal(tuple(edited(row, *edits)) if edits else (), tuple(left))


def _set_made_again(aws_account: AwsAccount, before: Content) -> Reversal:
    instance = held_instance(aws_account)
    text = _inline(before)
    if instance is None or text is None:
        return Reversal(left=(_NOT_KEPT if instance else _GONE_SINCE,))
    content = SetContent(
        "",
        before["description"],
        before["session_s"],
        before["relay_state"],
        text,
        tuple(before["managed"]),
        tuple(before["customer"]),
        before["boundary"],
    )
    steps = plan_set(instance.arn, instance.primary_region, before["name"], content)
    return Reversal(tuple(steps), (_NEW_ARN,))


def _inline(content: Content) -> str | None:
    """ "" for none; None where its text isn't kept."""
    if not content["inline"]:
        return ""
    text_hash = content["inline"]["text"]
    return texts_of([text_hash]).get(text_hash)


def _edits(before: Content, after: Content, left: list[str]) -> Iterator[Edit]:
    settings = {name: before[name] for name in _SETTINGS}
    if settings != {name: after[name] for name in _SETTINGS}:
        yield UpdateSet.kind, settings
    if before["inline"] != after["inline"]:
        text = _inline(before)
        if text is None:
            left.append(_NOT_KEPT)
        else:
            yield (PutSetInline.kind, {"document": text}) if text else (DeleteSetInline.kind, {})
    for name, attach, detach in (
        ("managed", AttachManaged.kind, DetachManaged.kind),
        ("customer", AttachCustomer.kind, DetachCustomer.kind),
    ):
        yield from ((detach, {"policy": policy}) for policy in sorted(set(after[name]) - set(before[name])))
        yield from ((attach, {"policy": policy}) for policy in sorted(set(before[name]) - set(after[name])))
    if before["boundary"] != after["boundary"]:
        policy = before["boundary"]
        yield (PutSetBoundary.kind, {"policy": policy}) if policy else (DeleteSetBoundary.kind, {})
    if before["tags"] != after["tags"]:
        left.append("Its tags stay as they are: this console doesn’t write them.")


# ---- Assignments -----------------------------------------------------------------------------------------------------
def reverse_assignment(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    of = {"aws_account": aws_account}
    row = AccountAssignment.objects.live().filter(**of, aws_id=ref.object_id).first()
    content = before or after
    chosen = PermissionSet.objects.live().filter(**of, aws_id=content["set_id"]).first()
    if (row is not None) is bool(before):
        return Reversal(left=(_DONE,))
    if chosen is None:
        return Reversal(left=(_GONE_SINCE,))
    if row is not None:
        return Reversal(tuple(withdraw(row)))
    model = DirectoryGroup if content["principal_type"] == PrincipalType.GROUP else DirectoryUser
    principal = model.objects.live().filter(**of, aws_id=content["principal_id"]).first()
    if principal is None:
        return Reversal(left=(_NOBODY,))
    return Reversal(tuple(assign(params_of(chosen, region_of(chosen), content["target_id"], principal))))


# ---- Groups, and who is in them --------------------------------------------------------------------------------------
def reverse_group(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    row = DirectoryGroup.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if before and after:
        return Reversal(left=(_NO_CALL,))
    if before:
        instance = held_instance(aws_account)
        if instance is None:
            return Reversal(left=(_GONE_SINCE,))
        about = (instance.store_arn, instance.primary_region)
        made = CreateGroupParams(*about, before["name"], before["description"])
        return Reversal((CreateDirectoryGroup().spec(made),), ("It gets another id, and nobody is in it.",))
    if row is None:
        return Reversal(left=(_GONE_SINCE,))
    if selectors.assignments_to(aws_account, row.aws_id).exists():
        return Reversal(left=(_IN_USE,))
    return Reversal((delete_group(row, region_of_store(row)),))


def reverse_membership(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    of, content = {"aws_account": aws_account}, before or after
    pair = {"group_id": content["group_id"], "user_id": content["user_id"]}
    row = DirectoryMembership.objects.live().filter(**of, **pair).first()
    group = DirectoryGroup.objects.live().filter(**of, aws_id=content["group_id"]).first()
    person = DirectoryUser.objects.live().filter(**of, aws_id=content["user_id"])
    if (row is not None) is bool(before):
        return Reversal(left=(_DONE,))
    if group is None or not person.exists():
        return Reversal(left=(_NOBODY,))
    region = region_of_store(group)
    return Reversal((remove_member(row, region) if row else add_member(group, content["user_id"], region),))


def register() -> None:
    reversals.register(PermissionSet.kind, DETAILS, reverse_set)
    reversals.register(AccountAssignment.kind, DETAILS, reverse_assignment)
    reversals.register(DirectoryGroup.kind, DETAILS, reverse_group)
    reversals.register(DirectoryMembership.kind, DETAILS, reverse_membership)
