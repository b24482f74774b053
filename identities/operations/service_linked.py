"""Making and deleting service-linked roles.

AWS deletes one on its own time, and only when the service needs the role no more. IAM API Reference,
"DeleteServiceLinkedRole": asked again meanwhile, it says the id of the task that it began before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import name_of, path_of
from iamconsole.web.words import some
from identities.account.mirrors import RoleSettings
from identities.kinds import ROLE
from identities.models import IamRole
from identities.operations.owners import OwnerOperation, OwnerParams
from identities.operations.principals import LONGEST_DESCRIPTION
from objects.operations.rows import check_arn, live_row, object_key, ref
from objects.permissions import iam_objects
from policies.holdings import ExistenceChange
from sync.aws.client import AwsClient
from sync.aws.errors import Conflict, NotFound
from sync.aws.permission import look, write
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Gate,
    Guarantee,
    Operation,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.placeholders import is_placeholder, placeholder_for
from sync.plan_draft import Draft


class DeleteLinked(OwnerOperation[OwnerParams]):
    """The part is {"object": "AROA…"}; the result's "id" is that of AWS's task."""

    verb = "delete"
    aws_operation = "DeleteServiceLinkedRole"
    needed_for = "Ask AWS to delete a service-linked role."
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE
    params_type = OwnerParams

    def __init__(self) -> None:
        super().__init__(ROLE)
        self.kind = f"iam.slr.{self.verb}"

    def title(self, p: OwnerParams) -> str:
        return f"Ask AWS to delete the service-linked role {name_of(p.arn)}"

    def note(self, p: OwnerParams) -> str:
        return "Can’t be undone from here: its service makes it again when it needs it."

    def calls(self, p: OwnerParams) -> list[Call]:
        return self.call(p, self.aws_operation)

    def part(self, p: OwnerParams) -> str:
        return f"existence:{p.arn}"

    def row(self, draft: Draft, p: OwnerParams) -> IamRole:
        role = live_row(IamRole, draft, p.arn)
        if not role.is_service_linked:
            raise Refusal(f"The role {role.name} isn’t linked to a service: delete it like any other.")
        return role

    def describe_existing(self, value: Value) -> str:
        return "the role"

    def mirrored(self, draft: Draft, p: OwnerParams) -> Value:
        return {"object": self.row(draft, p).aws_id}

    def after(self, p: OwnerParams, value: Value) -> Value:
        return None

    def access_changes(self, aws_account: AwsAccount, p: OwnerParams) -> Sequence[AccessChange]:
        return [ExistenceChange(p.arn, False)]

    def parse_part(
        self, client: AwsClient, p: OwnerParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {}

    def is_so_already(self, p: OwnerParams) -> str:
        return f"{name_of(p.arn)} is gone already."

    def done(
        self, client: AwsClient, p: OwnerParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        return StepResult() if tried[0].found and live != tried[0].found else None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["DeletionTaskId"]}


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


# ---- Making them: the service and a suffix are said, the role's name is AWS's --------------------------------
# So the part is which roles of that service (with that suffix) there are, by AWS's ids: {"there": {"AROA…": "AWSSe…"}}.
# IAM API Reference, "CreateServiceLinkedRole": a second one of a service takes another suffix, else AWS refuses it.
# What appears while ours is being made therefore is the one that there can be, whoever asked for it.
_UNDER = re.compile(
    r"arn:aws[a-z-]*:iam::\d{12}:role/aws-service-role/(?P<service>[\w+=,.@-]{1,128})/", re.ASCII
)  # IAM API Reference, "CreateServiceLinkedRole": AWSServiceName, and CustomSuffix
_SUFFIX = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_DESCRIPTION = re.compile(r"[\t\n\r\x20-\x7e\xa1-\xff]*")


@dataclass(frozen=True)
class CreateLinkedParams:
    under: str  # "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/": where AWS will put it
    suffix: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        if not _UNDER.fullmatch(self.under):
            raise BadParams("The name of a service is like autoscaling.amazonaws.com.", field="under")
        if self.suffix and not _SUFFIX.fullmatch(self.suffix):
            raise BadParams("A suffix has 1 to 64 letters, digits and +=,.@_- only.", field="suffix")
        if len(self.description) > LONGEST_DESCRIPTION or not _DESCRIPTION.fullmatch(self.description):
            raise BadParams(
                f"The description of a role has at most {LONGEST_DESCRIPTION:,} characters, of Latin-1 only.",
                field="description",
            )

    @property
    def service(self) -> str:
        return self.under.split("/")[2]


class CreateLinked(Operation[CreateLinkedParams]):
    kind = "iam.slr.create"
    aws_operation = "CreateServiceLinkedRole"
    permissions = (
        write("iam:CreateServiceLinkedRole", "Make a service-linked role.", iam_objects("role/aws-service-role")),
        look("iam:ListRoles", "See which roles an AWS service has, before and after one is made for it.", MaxItems=1),
    )
    guarantee = Guarantee.DETECTABLE
    undo = Undo.REVERSIBLE
    risk = Risk.LOW
    params_type = CreateLinkedParams

    def title(self, p: CreateLinkedParams) -> str:
        with_suffix = f" with the suffix {p.suffix}" if p.suffix else ""
        return f"Make the service-linked role of {p.service}{with_suffix}"

    def note(self, p: CreateLinkedParams) -> str:
        return "AWS names it and says what it may do. Its reverse asks AWS to delete it: it does when nothing needs it."

    def calls(self, p: CreateLinkedParams) -> list[Call]:
        said = {"AWSServiceName": p.service, "CustomSuffix": p.suffix, "Description": p.description}
        operation = self.aws_operation
        sent = {name: text for name, text in said.items() if text}
        return [Call("iam", operation, sent, resource_arns=(f"{p.under}*",), actions=(f"iam:{operation}",))]

    def objects(self, p: CreateLinkedParams) -> list[str]:
        return [f"iam.slr:{p.under}{p.suffix}"]

    def part(self, p: CreateLinkedParams) -> str:
        return f"linked:{p.under} {p.suffix}"

    def affected_objects(self, aws_account: AwsAccount, p: CreateLinkedParams) -> list[ObjectRef]:
        """The newest role there: the mirrors of roles know how to find it."""
        newest = ObjectRef(IamRole.kind, "", p.service, f"{p.under}*_{p.suffix}" if p.suffix else f"{p.under}*")
        return [replace(newest, facet=RoleSettings.source), newest]

    def describe(self, value: Value) -> str:
        there = [name or "a new one" for name in value["there"].values()]
        return some(there) if there else "no such role"

    def counts(self, p: CreateLinkedParams, name: str) -> bool:
        """Whether a role of the service may be the one: AWS puts the suffix behind its name, after a "_"."""
        return not p.suffix or name.endswith(f"_{p.suffix}")

    def mirrored(self, draft: Draft, p: CreateLinkedParams) -> Value:
        if self.part(p) in draft.parts:
            raise Refusal(
                f"A change makes one service-linked role of {p.service} with that suffix, not two.", field="suffix"
            )
        rows = IamRole.objects.live().filter(aws_account=draft.aws_account, path=path_of(p.under))
        there = {row.aws_id: row.name for row in rows if self.counts(p, row.name)}
        return {"there": dict(sorted(there.items()))}

    def after(self, p: CreateLinkedParams, value: Value) -> Value:
        return {"there": {**value["there"], "": ""}}

    def limits(self, draft: Draft, p: CreateLinkedParams, value: Value) -> list[PlanFinding]:
        """A name without a suffix may have a "_" all the same, so without one it isn't always sure."""
        there = sorted(value["there"].values())
        taken = there if p.suffix else [name for name in there if "_" not in name]
        if taken:
            words = f"{p.service} has the role {taken[0]} already: another one needs another suffix."
            return [PlanFinding("HAS_LINKED_ROLE", "error", words)]
        if there:
            words = f"{p.service} has {some(there)} already: AWS refuses another one without a suffix of its own."
            return [PlanFinding("MAY_HAVE_LINKED_ROLE", "warning", words, about=tuple(there))]
        return []

    def live(self, client: AwsClient, p: CreateLinkedParams) -> Value:
        pages = client.pages("iam", "ListRoles", PathPrefix=path_of(p.under))
        roles = [role for page in pages for role in page.items["Roles"] if self.counts(p, role["RoleName"])]
        return {"there": {role["RoleId"]: role["RoleName"] for role in sorted(roles, key=lambda role: role["RoleId"])}}

    def done(
        self, client: AwsClient, p: CreateLinkedParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """One that wasn't there before our first try."""
        before = tried[0].found["there"]
        new = [(aws_id, name) for aws_id, name in live["there"].items() if aws_id not in before]
        return StepResult({"id": new[0][0], "name": new[0][1]}) if new else None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["Role"]["RoleId"], "name": answer["Role"]["RoleName"]}

    def reverse(self, p: CreateLinkedParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return delete_linked_by_arn(f"{p.under}{result['name']}")


def create_linked(aws_account: AwsAccount, service: str, suffix: str = "", description: str = "") -> StepSpec:
    """`service`: "autoscaling.amazonaws.com"."""
    under = f"arn:{aws_account.partition}:iam::{aws_account.account_id}:role/aws-service-role/{service}/"
    return StepSpec(CreateLinked.kind, {"under": under, "suffix": suffix, "description": description})
