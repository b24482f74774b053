"""Deleting service-linked roles: AWS does it on its own time, and only when the service needs the role no more.

IAM API Reference, "DeleteServiceLinkedRole": asked again meanwhile, it says the id of the task that it began before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities.kinds import ROLE
from identities.models import IamRole
from identities.operations.owners import OwnerOperation
from objects.operations.arns import check_arn
from objects.operations.rows import live_row, object_key, ref
from policies.holdings import ExistenceChange
from sync.aws.client import AwsClient
from sync.aws.errors import Conflict, NotFound
from sync.aws.permission import look
from sync.object_ref import ObjectRef
from sync.operations import AccessChange, Call, Gate, PreviousAttempt, Refusal, Risk, StepResult, StepSpec, Undo, Value
from sync.placeholders import is_placeholder, placeholder_for
from sync.plan_draft import Draft


@dataclass(frozen=True)
class LinkedParams:
    arn: str


class DeleteLinked(OwnerOperation[LinkedParams]):
    """The part is {"object": "AROA…"}; the result's "id" is that of AWS's task."""

    verb = "delete"
    aws_operation = "DeleteServiceLinkedRole"
    needed_for = "Ask AWS to delete a service-linked role."
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE
    params_type = LinkedParams

    def __init__(self) -> None:
        super().__init__(ROLE)
        self.kind = f"iam.slr.{self.verb}"

    def title(self, p: LinkedParams) -> str:
        return f"Ask AWS to delete the service-linked role {name_of(p.arn)}"

    def note(self, p: LinkedParams) -> str:
        return "Can’t be undone from here: its service makes it again when it needs it."

    def calls(self, p: LinkedParams) -> list[Call]:
        return self.call(p, self.aws_operation)

    def part(self, p: LinkedParams) -> str:
        return f"existence:{p.arn}"

    def row(self, draft: Draft, p: LinkedParams) -> IamRole:
        role = live_row(IamRole, draft, p.arn)
        if not role.is_service_linked:
            raise Refusal(f"The role {role.name} isn’t linked to a service: delete it like any other.")
        return role

    def describe_existing(self, value: Value) -> str:
        return "the role"

    def mirrored(self, draft: Draft, p: LinkedParams) -> Value:
        return {"object": self.row(draft, p).aws_id}

    def after(self, p: LinkedParams, value: Value) -> Value:
        return None

    def access_changes(self, aws_account: AwsAccount, p: LinkedParams) -> Sequence[AccessChange]:
        return [ExistenceChange(p.arn, False)]

    def parse_part(
        self, client: AwsClient, p: LinkedParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {}

    def is_so_already(self, p: LinkedParams) -> str:
        return f"{name_of(p.arn)} is gone already."

    def done(
        self, client: AwsClient, p: LinkedParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        return StepResult() if tried[0].found and live != tried[0].found else None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["DeletionTaskId"]}

    def reverse(self, p: LinkedParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return []


@dataclass(frozen=True)
class AwaitParams:
    arn: str
    task: str  # AWS's id of it, as an earlier step is told

    def __post_init__(self) -> None:
        check_arn(self.arn, ROLE.word)


class AwaitDeletion(Gate[AwaitParams]):
    kind = "iam.slr.await_deletion"
    aws_operation = "GetServiceLinkedRoleDeletionStatus"
    permissions = (
        look(
            "iam:GetServiceLinkedRoleDeletionStatus",
            "See what became of that deletion.",
            DeletionTaskId="task/aws-service-role/nobody.amazonaws.com/nobody/0",
        ),
    )
    until = "AWS has deleted the role"
    every = timedelta(minutes=1)
    params_type = AwaitParams

    def title(self, p: AwaitParams) -> str:
        return f"Wait until AWS has deleted {name_of(p.arn)}"

    def objects(self, p: AwaitParams) -> list[str]:
        return [object_key(IamRole, p.arn)]

    def part(self, p: AwaitParams) -> str:
        return f"deletion:{p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: AwaitParams) -> list[ObjectRef]:
        return [ref(IamRole, p.arn)]

    def waits_for(self, client: AwsClient, p: AwaitParams, since: datetime) -> str:
        """Raises Conflict with AWS's reason when AWS has given up."""
        name = name_of(p.arn)
        try:
            client.call("iam", "GetRole", RoleName=name)
        except NotFound:
            return ""
        if not is_placeholder(p.task):
            described = client.call("iam", self.aws_operation, DeletionTaskId=p.task)
            if described["Status"] == "FAILED":
                reason = described.get("Reason", {}).get("Reason") or "its service still needs it"
                raise Conflict(f"AWS keeps {name}: {reason}", operation="iam:DeleteServiceLinkedRole")
        return f"AWS is still deleting {name}."


def delete_linked(role: IamRole, position: int = 1) -> list[StepSpec]:
    """`position` of the first of these steps in the plan."""
    return delete_linked_by_arn(role.arn, position)


def delete_linked_by_arn(arn: str, position: int = 1) -> list[StepSpec]:
    deletion = {"arn": arn}
    return [
        StepSpec("iam.slr.delete", deletion),
        StepSpec(AwaitDeletion.kind, {**deletion, "task": placeholder_for(position)}),
    ]
