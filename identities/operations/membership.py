"""Which user is in which group, and which role in which instance profile.

The part of a membership is {"user": "AIDA…", "group": "AGPA…", "member": true}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities.kinds import GROUP, USER
from identities.models import IamGroup, IamRole, IamUser, InstanceProfile, Membership
from objects.operations.objects import arn_of_id, renamed_objects
from objects.operations.rows import check_arn, live_row, names_of, object_key, prefetch_names, prefetch_rows, ref
from objects.permissions import iam_objects
from policies.holdings import InstanceProfileFact, MembershipChange
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
    Operation,
    Refusal,
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


# ---- Which role is in an instance profile --------------------------------------------------------------------
# The part is {"profile": "AIPA…", "role": "AROA…", "inside": true}.
_FEATURE = "Put a role into an instance profile, or take it out."


@dataclass(frozen=True)
class InProfileParams:
    profile_arn: str
    role_arn: str

    def __post_init__(self) -> None:
        check_arn(self.profile_arn, "instance-profile")
        check_arn(self.role_arn, "role")

    @property
    def profile(self) -> str:
        return name_of(self.profile_arn)

    @property
    def role(self) -> str:
        return name_of(self.role_arn)


class InProfileOperation(Operation[InProfileParams]):
    leaves: ClassVar[bool]  # inside, afterwards
    opposite: ClassVar[str]
    also_needs: ClassVar[tuple[str, ...]] = ()
    guarantee = Guarantee.IDEMPOTENT
    undo = Undo.REVERSIBLE
    risk = Risk.HIGH
    params_type = InProfileParams

    @property
    def permissions(self) -> Sequence[Permission]:
        return [
            write(f"iam:{self.aws_operation}", _FEATURE, iam_objects("instance-profile")),
            *(write(action, f"{_FEATURE} AWS asks for it then.", iam_objects("role")) for action in self.also_needs),
        ]

    def note(self, p: InProfileParams) -> str:
        return "Instances that run with it see that within some minutes, or when it is associated with them again."

    def calls(self, p: InProfileParams) -> list[Call]:
        parameters = {"InstanceProfileName": p.profile, "RoleName": p.role}
        actions = (f"iam:{self.aws_operation}", *self.also_needs)
        return [Call("iam", self.aws_operation, parameters, resource_arns=(p.profile_arn, p.role_arn), actions=actions)]

    def objects(self, p: InProfileParams) -> list[str]:
        return [object_key(InstanceProfile, p.profile_arn), object_key(IamRole, p.role_arn)]

    def dependent_on(self, p: InProfileParams, object_key: str) -> tuple[str, bool]:
        is_of_role = object_key.startswith(f"{IamRole.kind}:")
        return f"instance profile {p.profile}" if is_of_role else f"role {p.role}", self.leaves

    def part(self, p: InProfileParams) -> str:
        return f"profile:{p.profile_arn} {p.role_arn}"

    def affected_objects(self, aws_account: AwsAccount, p: InProfileParams) -> list[ObjectRef]:
        return [ref(InstanceProfile, p.profile_arn)]

    def access_changes(self, aws_account: AwsAccount, p: InProfileParams) -> Sequence[AccessChange]:
        return [InstanceProfileFact(p.profile_arn, p.role_arn, self.leaves)]

    def describe(self, value: Value) -> str:
        if value is None:
            return "no such instance profile or role"
        return "the role in it" if value["inside"] else "the role not in it"

    def prefetch(self, draft: Draft, params: Sequence[InProfileParams]) -> None:
        prefetch_rows(InstanceProfile, draft, [p.profile_arn for p in params])
        prefetch_rows(IamRole, draft, [p.role_arn for p in params])

    def mirrored(self, draft: Draft, p: InProfileParams) -> Value:
        profile, role = live_row(InstanceProfile, draft, p.profile_arn), live_row(IamRole, draft, p.role_arn)
        if role.kept_by_aws:
            raise Refusal(role.kept_by_aws)
        inside = bool(role.pk) and profile.role_id == role.pk
        return {"profile": profile.aws_id, "role": role.aws_id, "inside": inside}

    def after(self, p: InProfileParams, value: Value) -> Value:
        return {**value, "inside": self.leaves}

    def is_so_already(self, p: InProfileParams) -> str:
        return f"The role {p.role} is {'already' if self.leaves else 'not'} in the instance profile {p.profile}."

    def reverse(self, p: InProfileParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(self.opposite, self.spec(p).params)]

    def live(self, client: AwsClient, p: InProfileParams) -> Value:
        try:
            profile = client.call("iam", "GetInstanceProfile", InstanceProfileName=p.profile)["InstanceProfile"]
            role = client.call("iam", "GetRole", RoleName=p.role)["Role"]
        except NotFound:
            return None
        inside = role["RoleId"] in {each["RoleId"] for each in profile["Roles"]}
        return {"profile": profile["InstanceProfileId"], "role": role["RoleId"], "inside": inside}


class AddRole(InProfileOperation):
    kind = "iam.instance_profile.add_role"
    opposite = "iam.instance_profile.remove_role"
    aws_operation = "AddRoleToInstanceProfile"
    also_needs = ("iam:PassRole",)
    leaves = True

    def title(self, p: InProfileParams) -> str:
        return f"Put the role {p.role} into the instance profile {p.profile}"

    def limits(self, draft: Draft, p: InProfileParams, value: Value) -> list[PlanFinding]:
        profile = live_row(InstanceProfile, draft, p.profile_arn)
        inside = {profile.role.arn} if profile.role else set()
        for step in draft.writing(object_key(InstanceProfile, p.profile_arn)):
            if isinstance(step.operation, InProfileOperation):
                (inside.add if step.operation.leaves else inside.discard)(step.params.role_arn)
        if not inside:
            return []
        words = (
            f"The role {name_of(min(inside))} is in the instance profile {p.profile}. AWS takes one: take it out first."
        )
        return [PlanFinding("ANOTHER_ROLE_INSIDE", "error", words)]


class RemoveRole(InProfileOperation):
    kind = "iam.instance_profile.remove_role"
    opposite = "iam.instance_profile.add_role"
    aws_operation = "RemoveRoleFromInstanceProfile"
    leaves = False

    def title(self, p: InProfileParams) -> str:
        return f"Take the role {p.role} out of the instance profile {p.profile}"


def add_role(profile: InstanceProfile, role: IamRole) -> StepSpec:
    return StepSpec(AddRole.kind, {"profile_arn": profile.arn, "role_arn": role.arn})


def remove_role(profile: InstanceProfile, role: IamRole) -> StepSpec:
    return StepSpec(RemoveRole.kind, {"profile_arn": profile.arn, "role_arn": role.arn})
