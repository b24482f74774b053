"""Other names and paths for users and groups.

The part is {"old": "AIDA…", "new": null}: who has the old ARN, and who has the new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import name_of, path_of
from identities.kinds import USER
from identities.models import IamGroup, IamRole, IamUser
from identities.operations.breaks import broken_by_rename, roles_trusting
from identities.operations.owners import OwnerOperation, on_owner
from objects.operations.existence import check_name
from objects.operations.rows import object_key, ref
from policies.holdings import ArnChange
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.checks import PlanFinding
from sync.mirror import resolve_arns
from sync.object_ref import ObjectRef
from sync.operations import AccessChange, Call, Guarantee, Refusal, StepSpec, Value
from sync.plan_draft import Draft

# How many members of a group, and roles that trust a user, are read again at once; a pull brings the others.
_READ_AT_ONCE = 50


@dataclass(frozen=True)
class RenameOwnerParams:
    arn: str
    new_arn: str

    @property
    def is_renamed(self) -> bool:
        return name_of(self.arn) != name_of(self.new_arn)

    @property
    def is_moved(self) -> bool:
        return path_of(self.arn) != path_of(self.new_arn)


class RenameOwner(OwnerOperation[RenameOwnerParams]):
    verb = "rename"
    aws_operation = "Update{}"
    needed_for = "Rename users and groups, and move them to another path."
    guarantee = Guarantee.DETECTABLE
    params_type = RenameOwnerParams

    def parse(self, params: Mapping[str, Any]) -> RenameOwnerParams:
        p = super().parse(params)
        check_name(self.of, name_of(p.new_arn))
        self.of.check(p.new_arn)
        return p

    def title(self, p: RenameOwnerParams) -> str:
        to = f"the path {path_of(p.new_arn)}"
        if not p.is_renamed:
            return f"Move {self.named(p)} to {to}"
        return f"Rename {self.named(p)} to {name_of(p.new_arn)}" + (f", and move it to {to}" if p.is_moved else "")

    def note(self, p: RenameOwnerParams) -> str:
        signs_in = " Whoever signs in with its password gives the new name." if self.of is USER else ""
        return f"Its ARN changes, its unique id and all that it has stay.{signs_in if p.is_renamed else ''}"

    def calls(self, p: RenameOwnerParams) -> list[Call]:
        said: dict[str, str] = {self.of.name_parameter: name_of(p.arn)}
        if p.is_moved:
            said["NewPath"] = path_of(p.new_arn)
        if p.is_renamed:
            said[f"New{self.of.name_parameter}"] = name_of(p.new_arn)
        operation = self.aws_operation
        # AWS asks for the permission on both names.
        return [Call("iam", operation, said, resource_arns=(p.arn, p.new_arn), actions=(f"iam:{operation}",))]

    def objects(self, p: RenameOwnerParams) -> list[str]:
        return [self.key(p), object_key(self.of.model, p.new_arn)]

    def part(self, p: RenameOwnerParams) -> str:
        return f"name:{p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: RenameOwnerParams) -> list[ObjectRef]:
        """With those of whom AWS tells otherwise then: roles that trust it, members of a group."""
        [old] = resolve_arns(aws_account, [ref(self.of.model, p.arn)])
        new = replace(old, name=name_of(p.new_arn), arn=p.new_arn, former_name=old.name)
        row = self.of.model.objects.filter(aws_account=aws_account, arn=p.arn).order_by("-pk").first()
        if isinstance(row, IamGroup):
            members = IamUser.objects.live().filter(memberships__group=row, memberships__gone_at=None).order_by("pk")
            described = [ref(IamUser, user.arn) for user in members[:_READ_AT_ONCE]]
            return (
                [new, *described, new] if described else [new]
            )  # members are tied to groups by name: the group comes first
        trusting = roles_trusting(row)[:_READ_AT_ONCE] if row else ()
        return [new, *(ref(IamRole, role.arn) for role in trusting)]

    def access_changes(self, aws_account: AwsAccount, p: RenameOwnerParams) -> Sequence[AccessChange]:
        return [ArnChange(p.arn, p.new_arn)]

    def describe_existing(self, value: Value) -> str:
        if value["old"] and value["new"]:
            return f"another {self.of.name} of the new name"
        return "it under the new name" if value["new"] else "it under the old name"

    def mirrored(self, draft: Draft, p: RenameOwnerParams) -> Value:
        row = self.row(draft, p)
        names = self.of.model.objects.live().filter(aws_account=draft.aws_account).exclude(pk=row.pk)
        taken = names.filter(name_key=name_of(p.new_arn).casefold()).first()
        if taken and not draft.is_deleted(object_key(self.of.model, taken.arn)):
            raise Refusal(
                f"There is a {self.of.name} {taken.name} already: names are unique, whatever their case.",
                field="name",
            )
        return {"old": row.aws_id, "new": None}

    def after(self, p: RenameOwnerParams, value: Value) -> Value:
        return value if p.arn == p.new_arn else {"old": None, "new": value["old"]}

    def is_so_already(self, p: RenameOwnerParams) -> str:
        return f"This is the name and the path of {self.named(p)} already."

    def limits(self, draft: Draft, p: RenameOwnerParams, value: Value) -> list[PlanFinding]:
        return broken_by_rename(self.row(draft, p))

    def reverse(self, p: RenameOwnerParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [self.other(self.verb, p, arn=p.new_arn, new_arn=p.arn)]

    def live(self, client: AwsClient, p: RenameOwnerParams) -> Value:
        old, new = (self._id_at(client, arn) for arn in (p.arn, p.new_arn))
        return {"old": old, "new": new} if old or new else None

    def parse_part(
        self, client: AwsClient, p: RenameOwnerParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {}

    def _id_at(self, client: AwsClient, arn: str) -> str | None:
        try:
            found = self.of.get(client, arn)
        except NotFound:
            return None
        return str(found[self.of.id_member]) if found["Arn"] == arn else None


def rename(owner: IamUser | IamGroup, name: str, path: str) -> StepSpec:
    head = owner.arn[: -len(f"{owner.path}{owner.name}")]
    return on_owner(owner, RenameOwner.verb, new_arn=f"{head}{path}{name}")
