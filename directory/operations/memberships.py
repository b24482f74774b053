"""Who is in which group of Identity Center. The part is {"group", "user", "member"}.

AWS gives each membership an id, and takes it away by that. Identity Store API Reference, "CreateGroupMembership" and
"DeleteGroupMembership".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from accounts.models import AwsAccount
from directory import reads
from directory.access_facts import administrator_sets, changed_ways, group_ids_of, person_arn, ways_of
from directory.models import DirectoryGroup, DirectoryMembership, DirectoryUser
from directory.operations.store_base import (
    CHANGE_GROUPS,
    StoreOperation,
    StoreParams,
    check_id,
    group_row,
    looking,
    user_row,
)
from directory.permissions import NOBODYS_ID
from directory.selectors import account_ids_of
from iamconsole.web.words import some
from policies.holdings import ElsewhereChange
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operation_mixins import FollowsRenames
from sync.operations import (
    AccessChange,
    Call,
    MakesObject,
    PreviousAttempt,
    StepResult,
    StepSpec,
    Value,
)
from sync.placeholders import placeholder_for
from sync.plan_draft import Draft

_MEMBER = {"MemberId": {"UserId": NOBODYS_ID}}


@dataclass(frozen=True)
class MemberParams(StoreParams):
    """`called`: the group, for sentences; people are told by their ids, and pages say who that is."""

    group_id: str
    user_id: str
    called: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_id(self.group_id, "a group", "group")
        check_id(self.user_id, "a person", "person")

    @property
    def pair(self) -> str:
        return f"{self.group_id}/{self.user_id}"

    @property
    def group(self) -> str:
        return f"the group {self.called or self.group_id}"


class DirectoryMembershipOperation(StoreOperation[Any]):
    adds: ClassVar[bool]

    @property
    def permissions(self) -> Sequence[Permission]:
        return (
            self.writing(),
            looking("DescribeGroup", CHANGE_GROUPS, GroupId=NOBODYS_ID),
            looking("ListGroupMembershipsForMember", CHANGE_GROUPS, **_MEMBER),
        )

    def objects(self, p: MemberParams) -> list[str]:
        return [f"{DirectoryMembership.kind}:{p.pair}"]

    def part(self, p: MemberParams) -> str:
        return f"member:{p.pair}"

    def affected_accounts(self, aws_account: AwsAccount, p: MemberParams) -> Collection[str]:
        return account_ids_of(aws_account, p.group_id)

    def describe(self, value: Value) -> str:
        if value is None:
            return "no such group, or no such person"
        return "them in it" if value["member"] else "them not in it"

    def mirrored(self, draft: Draft, p: MemberParams) -> Value:
        group_row(draft, p.group_id, p.called)
        user_row(draft, p.user_id)
        return {"group": p.group_id, "user": p.user_id, "member": bool(membership_id(draft.aws_account, p))}

    def after(self, p: MemberParams, value: Value) -> Value:
        return value and {**value, "member": self.adds}

    def live(self, client: AwsClient, p: MemberParams) -> Value:
        try:
            reads.group(client, p.store_id, p.group_id)
            found = reads.membership_of(client, p.store_id, p.group_id, p.user_id)
        except NotFound:
            return None
        return {"group": p.group_id, "user": p.user_id, "member": found is not None}

    def access_changes(self, aws_account: AwsAccount, p: MemberParams) -> Sequence[AccessChange]:
        """Of the person, with all that they have by other groups and by themselves."""
        others = [p.user_id, *(each for each in group_ids_of(aws_account, p.user_id) if each != p.group_id)]
        without, within = ways_of(aws_account, others), ways_of(aws_account, [*others, p.group_id])
        who = person_arn(p.store_arn, p.user_id)
        found: Iterator[ElsewhereChange] = changed_ways(
            aws_account, who, *((without, within) if self.adds else (within, without))
        )
        return list(found)


def membership_id(aws_account: AwsAccount, p: MemberParams) -> str:
    """By the mirror; "" for none."""
    rows = DirectoryMembership.objects.live().filter(aws_account=aws_account, group_id=p.group_id, user_id=p.user_id)
    return str(rows.order_by("-pk").values_list("aws_id", flat=True).first() or "")


class AddMember(DirectoryMembershipOperation, MakesObject[Any]):
    kind = "identitystore.member.add"
    aws_operation = "CreateGroupMembership"
    adds = True
    params_type = MemberParams

    def may_end(self, p: MemberParams) -> bool:
        """Its id is of use to nobody else."""
        return True

    def title(self, p: MemberParams) -> str:
        return f"Add the person {p.user_id} to {p.group}"

    def note(self, p: MemberParams) -> str:
        return "They get into every AWS account that the group gets into, by the same permission sets."

    def calls(self, p: MemberParams) -> list[Call]:
        on = (p.arn_of("group", p.group_id), p.arn_of("user", p.user_id))
        return self.call(p, on, GroupId=p.group_id, MemberId={"UserId": p.user_id})

    def makes(self, p: MemberParams) -> str:
        return f"{DirectoryMembership.kind}:{p.pair}"

    def affected_objects(self, aws_account: AwsAccount, p: MemberParams) -> list[ObjectRef]:
        return [ObjectRef(DirectoryMembership.kind, "", p.pair, p.store_arn, former_name=p.pair)]

    def is_so_already(self, p: MemberParams) -> str:
        return f"They are in {p.group} already."

    def limits(self, draft: Draft, p: MemberParams, value: Value) -> list[PlanFinding]:
        found = []
        if grave := administrator_sets(draft.aws_account, p.group_id):
            where = some([f"{name} in {target_id}" for name, target_id in grave])
            words = f"By {p.group} they get everything: {where}."
            about = (p.group_id, *(f"{name} {target_id}" for name, target_id in grave))
            found.append(PlanFinding("GROUP_GIVES_ADMINISTRATOR", "security_warning", words, about=about))
        if user_row(draft, p.user_id).status == DirectoryUser.Status.DISABLED:
            words = "The person is disabled: they get in nowhere until somebody enables them."
            found.append(PlanFinding("PERSON_DISABLED", "warning", words, about=(p.user_id,)))
        return found

    def done(
        self, client: AwsClient, p: MemberParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        if live is None or live != self.after(p, tried[0].found) or tried[0].found == live:
            return None
        found = reads.membership_of(client, p.store_id, p.group_id, p.user_id)
        return StepResult({"id": str(found["MembershipId"])}) if found else None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["MembershipId"]}

    def before(self, draft: Draft, p: MemberParams, value: Value) -> dict[str, Any]:
        """By its place in the plan its end knows the membership before AWS has given it an id."""
        return {"position": len(draft.steps) + 1}

    def reverse(self, p: MemberParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        made = result.get("id") or placeholder_for(before["position"])
        return [StepSpec(RemoveMember.kind, {**self.spec(p).params, "membership_id": made})]


@dataclass(frozen=True)
class RemoveMemberParams(MemberParams):
    membership_id: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_id(self.membership_id, "a membership", "person")


class RemoveMember(DirectoryMembershipOperation, FollowsRenames[Any]):
    kind = "identitystore.member.remove"
    aws_operation = "DeleteGroupMembership"
    adds = False
    params_type = RemoveMemberParams

    def title(self, p: RemoveMemberParams) -> str:
        return f"Remove the person {p.user_id} from {p.group}"

    def note(self, p: RemoveMemberParams) -> str:
        return "No new sessions by the group. One that runs goes on until it ends, after 12 hours at most."

    def calls(self, p: RemoveMemberParams) -> list[Call]:
        on = (
            p.arn_of("group", p.group_id),
            p.arn_of("user", p.user_id),
            p.arn_of("membership", p.membership_id),
        )
        return self.call(p, on, MembershipId=p.membership_id)

    def affected_objects(self, aws_account: AwsAccount, p: RemoveMemberParams) -> list[ObjectRef]:
        """Also the one that somebody may have made in its place."""
        return [
            ObjectRef(DirectoryMembership.kind, p.membership_id, p.pair, p.store_arn),
            ObjectRef(DirectoryMembership.kind, "", p.pair, p.store_arn, former_name=p.pair),
        ]

    def is_so_already(self, p: RemoveMemberParams) -> str:
        return f"They aren’t in {p.group}."

    def reverse(self, p: RemoveMemberParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        params = {name: value for name, value in self.spec(p).params.items() if name != "membership_id"}
        return [StepSpec(AddMember.kind, params)]

    def replanned(self, draft: Draft, p: RemoveMemberParams) -> list[StepSpec]:
        return super().replanned(draft, self.named_as_now(draft.aws_account, p, None))

    def named_as_now(self, aws_account: AwsAccount, p: RemoveMemberParams, expects: Value) -> RemoveMemberParams:
        """Somebody may have taken them out and in again since: that is another membership."""
        now = membership_id(aws_account, p)
        return replace(p, membership_id=now) if now and now != p.membership_id else p

    def elsewhere(self, client: AwsClient, expects: Value, live: Value) -> list[ObjectRef]:
        return []


def add_member(group: DirectoryGroup, user_id: str, region: str) -> StepSpec:
    p = MemberParams(group.arn, region, group.aws_id, user_id, group.name)
    return AddMember().spec(p)


def remove_member(row: DirectoryMembership, region: str) -> StepSpec:
    p = RemoveMemberParams(row.arn, region, row.group_id, row.user_id, row.name, row.aws_id)
    return RemoveMember().spec(p)


def members_again(about: Mapping[str, str], group_id: str, name: str, user_ids: Iterable[str]) -> list[StepSpec]:
    params = {**about, "group_id": group_id, "called": name}
    return [StepSpec(AddMember.kind, {**params, "user_id": user_id}) for user_id in user_ids]
