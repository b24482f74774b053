"""Who is in which group. The part is {"user": "AIDA…", "group": "AGPA…", "member": true}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities.kinds import GROUP, USER
from identities.models import IamGroup, IamUser, Membership
from objects.operations.objects import arn_of_id, renamed_objects
from objects.operations.rows import check_arn, live_row, names_of, object_key, prefetch_names, prefetch_rows, ref
from objects.permissions import iam_objects
from policies.holdings import MembershipChange
from policies.quotas import GROUPS_OF_USER, quotas_in
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import Permission, write
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operation_mixins import FollowsRenames
from sync.operations import (
    AccessChange,
    Call,
    Guarantee,
    Risk,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft


@dataclass(frozen=True)
class MembershipParams:
    user_arn: str
    group_arn: str

    def __post_init__(self) -> None:
        check_arn(self.user_arn, "user")
        check_arn(self.group_arn, "group")

    @property
    def user(self) -> str:
        return name_of(self.user_arn)

    @property
    def group(self) -> str:
        return name_of(self.group_arn)


class MembershipOperation(FollowsRenames[MembershipParams]):
    leaves: ClassVar[bool]  # a member, afterwards
    opposite: ClassVar[str]
    guarantee = Guarantee.IDEMPOTENT
    undo = Undo.REVERSIBLE
    risk = Risk.HIGH
    params_type = MembershipParams

    @property
    def permissions(self) -> Sequence[Permission]:
        return [write(f"iam:{self.aws_operation}", "Add and remove members of a group.", iam_objects("group"))]

    def calls(self, p: MembershipParams) -> list[Call]:
        action = f"iam:{self.aws_operation}"
        parameters = {"GroupName": p.group, "UserName": p.user}
        return [Call("iam", self.aws_operation, parameters, resource_arns=(p.group_arn,), actions=(action,))]

    def objects(self, p: MembershipParams) -> list[str]:
        return [f"iam.group:{p.group_arn}", f"iam.user:{p.user_arn}"]

    def dependent_on(self, p: MembershipParams, object_key: str) -> tuple[str, bool]:
        is_of_user = object_key.startswith(f"{IamUser.kind}:")
        return f"group {p.group}" if is_of_user else f"member {p.user}", self.leaves

    def part(self, p: MembershipParams) -> str:
        return f"membership:{p.user_arn} {p.group_arn}"

    def named_as_now(self, aws_account: AwsAccount, p: MembershipParams, expects: Value) -> MembershipParams:
        user = arn_of_id(aws_account, USER, (expects or {}).get("user"))
        group = arn_of_id(aws_account, GROUP, (expects or {}).get("group"))
        return MembershipParams(user or p.user_arn, group or p.group_arn)

    def affected_objects(self, aws_account: AwsAccount, p: MembershipParams) -> list[ObjectRef]:
        return [ref(IamUser, p.user_arn)]  # AWS's details tell of a user's groups, not of a group's users

    def describe(self, value: Value) -> str:
        if value is None:
            return "no such user or group"
        return "a member" if value["member"] else "no member"

    def prefetch(self, draft: Draft, params: Sequence[MembershipParams]) -> None:
        prefetch_rows(IamUser, draft, [p.user_arn for p in params])
        prefetch_rows(IamGroup, draft, [p.group_arn for p in params])
        users = [draft.remembered[IamUser, p.user_arn] for p in params if (IamUser, p.user_arn) in draft.remembered]
        prefetch_names(draft, Membership, "user", "group__arn", users)

    def mirrored(self, draft: Draft, p: MembershipParams) -> Value:
        user, group = live_row(IamUser, draft, p.user_arn), live_row(IamGroup, draft, p.group_arn)
        member = group.arn in names_of(draft, Membership, "user", "group__arn", user)
        return {"user": user.aws_id, "group": group.aws_id, "member": member}

    def access_changes(self, aws_account: AwsAccount, p: MembershipParams) -> Sequence[AccessChange]:
        return [MembershipChange(p.user_arn, p.group_arn, self.leaves)]

    def after(self, p: MembershipParams, value: Value) -> Value:
        return {**value, "member": self.leaves}

    def is_so_already(self, p: MembershipParams) -> str:
        return f"{p.user} is {'already' if self.leaves else 'not'} in the group {p.group}."

    def reverse(self, p: MembershipParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(self.opposite, self.spec(p).params)]

    def live(self, client: AwsClient, p: MembershipParams) -> Value:
        try:
            user = client.call("iam", "GetUser", UserName=p.user)["User"]
            group = client.call("iam", "GetGroup", GroupName=p.group, MaxItems=1)["Group"]
            pages = client.pages("iam", "ListGroupsForUser", UserName=p.user)
            member = {each["GroupId"] for page in pages for each in page.items["Groups"]}
        except NotFound:
            return None
        return {"user": user["UserId"], "group": group["GroupId"], "member": group["GroupId"] in member}

    def elsewhere(self, client: AwsClient, expects: Value, live: Value) -> list[ObjectRef]:
        """Both, as long as both are there: whichever of them was renamed, they still belong together."""
        before, now = expects or {}, live or {}
        if all(before.get(name) == now.get(name) for name in ("user", "group")):
            return []
        user = renamed_objects(client, USER, before.get("user"), None)
        group = renamed_objects(client, GROUP, before.get("group"), None)
        return [*user, *group] if user and group else []


class AddUser(MembershipOperation):
    kind = "iam.group.add_user"
    opposite = "iam.group.remove_user"
    aws_operation = "AddUserToGroup"
    leaves = True

    def title(self, p: MembershipParams) -> str:
        return f"Add {p.user} to the group {p.group}"

    def limits(self, draft: Draft, p: MembershipParams, value: Value) -> list[PlanFinding]:
        user = live_row(IamUser, draft, p.user_arn)
        groups = set(names_of(draft, Membership, "user", "group__arn", user))
        for step in draft.writing(object_key(IamUser, p.user_arn)):
            if isinstance(step.operation, MembershipOperation):
                (groups.add if step.operation.leaves else groups.discard)(step.params.group_arn)
        words = f"{p.user} is in {len(groups)} groups"
        return quotas_in(draft)[GROUPS_OF_USER].findings(len(groups) + 1, "TOO_MANY_GROUPS", words)


class RemoveUser(MembershipOperation):
    kind = "iam.group.remove_user"
    opposite = "iam.group.add_user"
    aws_operation = "RemoveUserFromGroup"
    leaves = False

    def title(self, p: MembershipParams) -> str:
        return f"Remove {p.user} from the group {p.group}"


def add_member(user: IamUser, group: IamGroup) -> StepSpec:
    return StepSpec(AddUser.kind, {"user_arn": user.arn, "group_arn": group.arn})


def remove_member(user: IamUser, group: IamGroup) -> StepSpec:
    return StepSpec(RemoveUser.kind, {"user_arn": user.arn, "group_arn": group.arn})
