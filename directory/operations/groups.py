"""Making and deleting groups of Identity Center. Identity Store API Reference, "CreateGroup" and "DeleteGroup"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from directory import reads
from directory.models import DirectoryGroup, DirectoryMembership, DirectoryUser
from directory.operations.base import assignments_left
from directory.operations.memberships import members_again
from directory.operations.store_base import (
    CHANGE_GROUPS,
    StoreOperation,
    StoreParams,
    check_id,
    directory_of,
    group_row,
    looking,
    new_group_key,
)
from directory.permissions import NOBODYS_ID
from directory.selectors import account_ids_of
from iamconsole.web.words import counted
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.mirror.hashing import moment
from sync.object_ref import ObjectRef
from sync.operations import (
    BadParams,
    Call,
    DeletesObject,
    MakesObject,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.placeholders import placeholder_for
from sync.plan_draft import Draft

LONGEST = 1_024  # characters of a name, or of a description
MOST_GROUPS = 100_000
_BY_NAME = {"AlternateIdentifier": {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "nobody"}}}


@dataclass(frozen=True)
class CreateGroupParams(StoreParams):
    name: str
    description: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.name) <= LONGEST or not self.name.strip() or not self.name.isprintable():
            raise BadParams(
                f"The name of a group has 1 to {LONGEST} characters, none of them a line break.", field="name"
            )
        if len(self.description) > LONGEST:
            raise BadParams(f"The description has at most {LONGEST} characters.", field="description")


class CreateDirectoryGroup(StoreOperation[CreateGroupParams], MakesObject[CreateGroupParams]):
    """Names are unique. The part is what has the name: None, or {"id", "made", "description"}, made in ISO 8601."""

    kind = "identitystore.group.create"
    aws_operation = "CreateGroup"
    risk = Risk.LOW
    params_type = CreateGroupParams

    @property
    def permissions(self) -> Sequence[Permission]:
        return (
            self.writing(),
            looking("GetGroupId", CHANGE_GROUPS, **_BY_NAME),
            looking("DescribeGroup", CHANGE_GROUPS, GroupId=NOBODYS_ID),
        )

    def title(self, p: CreateGroupParams) -> str:
        return f"Make the group {p.name} of Identity Center"

    def note(self, p: CreateGroupParams) -> str:
        return "It gives nobody access until it is assigned a permission set. Its reverse deletes it."

    def calls(self, p: CreateGroupParams) -> list[Call]:
        described = {"Description": p.description} if p.description else {}
        return self.call(p, (), DisplayName=p.name, **described)

    def makes(self, p: CreateGroupParams) -> str:
        return new_group_key(p.name)

    def part(self, p: CreateGroupParams) -> str:
        return f"group of the name:{p.name}"

    def affected_objects(self, aws_account: AwsAccount, p: CreateGroupParams) -> list[ObjectRef]:
        return [ObjectRef(DirectoryGroup.kind, "", p.name, p.store_arn)]

    def affected_accounts(self, aws_account: AwsAccount, p: CreateGroupParams) -> Collection[str]:
        return ()

    def describe(self, value: Value) -> str:
        return "no group of that name" if value is None else "a group of that name"

    def mirrored(self, draft: Draft, p: CreateGroupParams) -> Value:
        rows = DirectoryGroup.objects.live().filter(aws_account=draft.aws_account, name=p.name)
        if any(not draft.is_deleted(f"{DirectoryGroup.kind}:{row.aws_id}") for row in rows):
            raise Refusal(f"There is a group {p.name} already.", field="name")
        if directory := directory_of(draft.aws_account, DirectoryGroup):
            raise Refusal(f"Groups of this Identity Center come from {directory}: make it there.", field="name")
        return None

    def after(self, p: CreateGroupParams, value: Value) -> Value:
        return {"id": ""}

    def limits(self, draft: Draft, p: CreateGroupParams, value: Value) -> list[PlanFinding]:
        found = []
        if directory := directory_of(draft.aws_account, DirectoryUser):
            words = (
                f"People come from {directory}, which won’t know this group: who is in it is said here, and AWS’s own "
                "pages can’t change it."
            )
            found.append(PlanFinding("PEOPLE_FROM_DIRECTORY", "suggestion", words))
        if DirectoryGroup.objects.live().filter(aws_account=draft.aws_account).count() >= MOST_GROUPS:
            words = f"There are {MOST_GROUPS:,} groups, as many as AWS allows unless it was asked for more."
            found.append(PlanFinding("TOO_MANY_GROUPS", "warning", words, about=()))
        return found

    def live(self, client: AwsClient, p: CreateGroupParams) -> Value:
        found = reads.group_named(client, p.store_id, p.name)
        if found is None:
            return None
        made = moment(found.get("CreatedAt"))
        said = {"id": found["GroupId"], "made": made.isoformat() if made else ""}
        return {**said, "description": found.get("Description") or ""}

    def done(
        self, client: AwsClient, p: CreateGroupParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """One that wasn't there before our first try, and was made since."""
        if live is None or tried[0].found is not None or live["description"] != p.description:
            return None
        return StepResult({"id": live["id"]}) if tried[0].may_have_made(live["made"]) else None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["GroupId"]}

    def reverse(self, p: CreateGroupParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if not result.get("id"):
            return []
        return [StepSpec(DeleteDirectoryGroup.kind, {**p.of_store, "group_id": result["id"], "name": p.name})]


@dataclass(frozen=True)
class DeleteGroupParams(StoreParams):
    group_id: str
    name: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_id(self.group_id, "a group", "group")


class DeleteDirectoryGroup(StoreOperation[DeleteGroupParams], DeletesObject[DeleteGroupParams]):
    """AWS deletes it with its memberships, and keeps its assignments, which then are nobody's. The part is {"object",
    "members"}: who loses what the group gives.
    """

    kind = "identitystore.group.delete"
    aws_operation = "DeleteGroup"
    undo = Undo.NEW_ID
    risk = Risk.DESTRUCTIVE
    params_type = DeleteGroupParams

    @property
    def permissions(self) -> Sequence[Permission]:
        return (
            self.writing(),
            looking("DescribeGroup", CHANGE_GROUPS, GroupId=NOBODYS_ID),
            looking("ListGroupMemberships", CHANGE_GROUPS, GroupId=NOBODYS_ID),
        )

    def title(self, p: DeleteGroupParams) -> str:
        return f"Delete the group {p.name} of Identity Center"

    def note(self, p: DeleteGroupParams) -> str:
        return "Made again, with the same people in it, it has another id."

    def calls(self, p: DeleteGroupParams) -> list[Call]:
        return self.call(p, (p.arn_of("group", p.group_id),), GroupId=p.group_id)

    def deletes(self, p: DeleteGroupParams) -> str:
        return f"{DirectoryGroup.kind}:{p.group_id}"

    def part(self, p: DeleteGroupParams) -> str:
        return f"whole:{p.group_id}"

    def affected_objects(self, aws_account: AwsAccount, p: DeleteGroupParams) -> list[ObjectRef]:
        members = _members(aws_account, p.group_id)
        return [
            ObjectRef(DirectoryGroup.kind, p.group_id, p.name, p.store_arn),
            *(ObjectRef(DirectoryMembership.kind, row.aws_id, row.name, p.store_arn) for row in members),
        ]

    def affected_accounts(self, aws_account: AwsAccount, p: DeleteGroupParams) -> Collection[str]:
        return account_ids_of(aws_account, p.group_id)

    def describe(self, value: Value) -> str:
        return "no such group" if value is None else f"it with {counted(len(value['members']), 'person', 'people')}"

    def is_so_already(self, p: DeleteGroupParams) -> str:
        return "There is no such group."

    def mirrored(self, draft: Draft, p: DeleteGroupParams) -> Value:
        if group_row(draft, p.group_id, p.name) is None:
            raise Refusal(f"An earlier step makes {p.name}.")
        members = {row.user_id for row in _members(draft.aws_account, p.group_id)}
        return {"object": p.group_id, "members": sorted(members)}

    def live(self, client: AwsClient, p: DeleteGroupParams) -> Value:
        try:
            reads.group(client, p.store_id, p.group_id)
            members = reads.members(client, p.store_id, p.group_id)
        except NotFound:
            return None
        return {"object": p.group_id, "members": sorted(each["MemberId"]["UserId"] for each in members)}

    def limits(self, draft: Draft, p: DeleteGroupParams, value: Value) -> list[PlanFinding]:
        left = assignments_left(draft, principal_id=p.group_id)
        if not left:
            return []
        words = f"{p.name} has {counted(left, 'assignment')}, which AWS would keep for nobody: end them first."
        return [PlanFinding("GROUP_IN_USE", "error", words)]

    def before(self, draft: Draft, p: DeleteGroupParams, value: Value) -> dict[str, Any]:
        row = group_row(draft, p.group_id, p.name)
        return {"description": row.description if row else "", "members": value["members"]}

    def reverse(self, p: DeleteGroupParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        made = StepSpec(CreateDirectoryGroup.kind, {**p.of_store, "name": p.name, "description": before["description"]})
        return [made, *members_again(p.of_store, placeholder_for(1), p.name, before["members"])]


def _members(aws_account: AwsAccount, group_id: str) -> list[DirectoryMembership]:
    rows = DirectoryMembership.objects.live().filter(aws_account=aws_account, group_id=group_id)
    return list(rows.order_by("pk"))


def delete_group(row: DirectoryGroup, region: str) -> StepSpec:
    about = {"store_arn": row.arn, "region": region, "group_id": row.aws_id, "name": row.name}
    return StepSpec(DeleteDirectoryGroup.kind, about)
