"""Instance profiles: making and deleting them, and putting another role into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accounts.models import AwsAccount
from identities.kinds import INSTANCE_PROFILE
from identities.models import IamRole, InstanceProfile
from identities.operations.deletion import DeleteOwner, TakenOff, delete
from identities.operations.membership import add_role, remove_role
from identities.operations.owners import OwnerParams
from objects.operations.existence import CreateObjectParams, Creation
from objects.operations.rows import ref
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operations import AccessChange, Refusal, StepSpec, Value
from sync.plan_draft import Draft


class CreateProfile(Creation[CreateObjectParams]):
    params_type = CreateObjectParams


class DeleteProfile(DeleteOwner):
    """Its tags come back with it only by hand: this console has no operation for those yet."""

    def affected_objects(self, aws_account: AwsAccount, p: OwnerParams) -> list[ObjectRef]:
        return [ref(InstanceProfile, p.arn)]

    def access_changes(self, aws_account: AwsAccount, p: OwnerParams) -> Sequence[AccessChange]:
        return ()

    def note(self, p: OwnerParams) -> str:
        return "Instances that were started with it keep no credentials. Its reverse makes another of that name."

    def dependents(self, draft: Draft, row: Any) -> Iterator[str]:
        if row.role:
            yield f"role {row.role.name}"

    def taking_off(self, draft: Draft, p: OwnerParams) -> TakenOff:
        profile = self.row(draft, p)
        if profile.role:
            yield f"role {profile.role.name}", [remove_role(profile, profile.role)]

    def parse_part(
        self, client: AwsClient, p: OwnerParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {"left": sorted(f"role {role['RoleName']}" for role in owner["Roles"])}

    def warnings(self, draft: Draft, row: Any) -> list[PlanFinding]:
        return []

    def before(self, draft: Draft, p: OwnerParams, value: Value) -> dict[str, Any]:
        return {"create": {}, "tags": {}}


def create_profile(aws_account: AwsAccount, name: str, path: str = "/") -> StepSpec:
    return StepSpec("iam.instance_profile.create", {"arn": INSTANCE_PROFILE.arn_of(aws_account, name, path)})


def delete_whole_profile(profile: InstanceProfile) -> list[StepSpec]:
    return [*([remove_role(profile, profile.role)] if profile.role else []), delete(profile)]


def put_role(profile: InstanceProfile, role: IamRole | None) -> list[StepSpec]:
    """The role that is in it goes first; None leaves it empty."""
    if role is not None and profile.role_id == role.pk:
        raise Refusal(f"The role {role.name} is in it already.", field="role")
    out = [remove_role(profile, profile.role)] if profile.role else []
    return [*out, *([add_role(profile, role)] if role else [])]
