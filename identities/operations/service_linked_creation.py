"""Making service-linked roles: the service and a suffix are said, the role's name is AWS's.

So the part is which roles of that service (with that suffix) there are, by AWS's ids: {"there": {"AROA…": "AWSSe…"}}.
IAM API Reference, "CreateServiceLinkedRole": a second one of a service takes another suffix, else AWS refuses it. What
appears while ours is being made therefore is the one that there can be, whoever asked for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import path_of
from iamconsole.web.words import some
from identities.account.mirrors import RoleSettings
from identities.models import IamRole
from identities.operations.roles import LONGEST_DESCRIPTION
from identities.operations.service_linked import delete_linked_by_arn
from objects.permissions import iam_objects
from sync.aws.client import AwsClient
from sync.aws.permission import look, write
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operations import (
    BadParams,
    Call,
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
from sync.plan_draft import Draft

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
