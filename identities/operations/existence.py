"""Making users, groups, roles and instance profiles.

The part is what AWS has under the name: None for nothing, {"id": "AIDA…"} for something.

The names of users, of groups and of roles are unique in an AWS account, whatever their path and case (IAM User Guide,
"IAM identifiers").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.dateparse import parse_datetime

from accounts.models import AwsAccount
from identities.operations.owners import GROUP, USER, KindOfOwner
from policies.operations.arns import check_arn, name_of, path_of
from policies.operations.rows import object_key
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.checks import Finding
from sync.draft import Draft
from sync.mirror import ObjectRef
from sync.operations import (
    BadParams,
    Call,
    Done,
    Guarantee,
    Operation,
    Refusal,
    Risk,
    StepSpec,
    Tried,
    Undo,
    Value,
)

# IAM API Reference: CreateUser, CreateGroup, CreateRole, CreateInstanceProfile.
_LONGEST_NAME = {"user": 64, "group": 128, "role": 64, "instance_profile": 128}
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)


def check_name(owner: KindOfOwner, name: str) -> None:
    """Raises BadParams."""
    longest = _LONGEST_NAME[owner.word]
    if len(name) > longest or not _NAME.fullmatch(name):
        raise BadParams(f"The name of {owner.a_word} has 1 to {longest} letters, digits and +=,.@_- only.")


@dataclass(frozen=True)
class CreateParams:
    arn: str  # as AWS will call it: its path and its name are in it

    @property
    def name(self) -> str:
        return name_of(self.arn)

    @property
    def path(self) -> str:
        return path_of(self.arn)


P = TypeVar("P", bound=CreateParams)


class Create(Operation[P]):
    """One class makes the operation of each kind of owner."""

    kind: str  # type: ignore[misc]  # of the instance
    guarantee = Guarantee.DETECTABLE
    undo = Undo.REVERSIBLE
    risk = Risk.LOW

    def __init__(self, owner: KindOfOwner) -> None:
        self.owner = owner
        self.kind = f"iam.{owner.word}.create"

    def parse(self, params: Mapping[str, Any]) -> P:
        p = super().parse(params)
        check_name(self.owner, p.name)
        check_arn(p.arn, self.owner.in_arns)
        return p

    def title(self, p: P) -> str:
        return f"Make the {self.owner.words} {p.name}"

    def note(self, p: P) -> str:
        return "Its reverse deletes it, as long as nothing hangs on it."

    def calls(self, p: P) -> list[Call]:
        operation = f"Create{self.owner.aws_word}"
        parameters = {self.owner.name_parameter: p.name, "Path": p.path, **self.more(p)}
        return [Call("iam", operation, parameters, resource_arns=(p.arn,), actions=(f"iam:{operation}",))]

    def more(self, p: P) -> Mapping[str, Any]:
        """The parameters that only this kind of owner has."""
        return {}

    def objects(self, p: P) -> list[str]:
        return [object_key(self.owner.model, p.arn)]

    def makes(self, p: P) -> str:
        return object_key(self.owner.model, p.arn)

    def part(self, p: P) -> str:
        return f"existence:{p.arn}"

    def refs(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        # Without an id: one of that ARN that is gone has another.
        return [ObjectRef(self.owner.model.kind, "", p.name, p.arn)]

    def told(self, value: Value) -> str:
        return f"no {self.owner.words} of that name" if value is None else f"{self.owner.a_word} of that name"

    def mirrored(self, draft: Draft, p: P) -> Value:
        rows = self.owner.model.objects.live().filter(aws_account=draft.aws_account, name_key=p.name.casefold())
        for row in rows:
            if not draft.is_deleted(object_key(self.owner.model, row.arn)):
                raise Refusal(
                    f"There is {self.owner.a_word} {row.name} already: names are unique, whatever their case."
                )
        return None

    def after(self, p: P, value: Value) -> Value:
        return {"id": ""}

    def limits(self, draft: Draft, p: P, value: Value) -> list[Finding]:
        return []

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(f"iam.{self.owner.word}.delete", {"owner_arn": p.arn})]

    def live(self, client: AwsClient, p: P) -> Value:
        try:
            answer = client.call("iam", f"Get{self.owner.aws_word}", **{self.owner.name_parameter: p.name})
        except NotFound:
            return None
        found = answer[self.owner.aws_word]
        return {"id": found[self.owner.id_field], "arn": found["Arn"], "made": found["CreateDate"].isoformat()}

    def done(self, client: AwsClient, p: P, live: Value, tried: Sequence[Tried]) -> Done | None:
        """One that wasn't there before our first try, and was made since then at our path. AWS tells whole seconds."""
        if live is None or tried[0].found is not None or live["arn"] != p.arn:
            return None
        made = parse_datetime(live["made"])
        began = tried[0].at.replace(microsecond=0)
        return Done({"id": live["id"]}) if made is not None and made >= began else None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer[self.owner.aws_word][self.owner.id_field]}


@dataclass(frozen=True)
class CreateUserParams(CreateParams):
    boundary_arn: str = ""

    def __post_init__(self) -> None:
        if self.boundary_arn:
            check_arn(self.boundary_arn, "policy")


class CreateUser(Create[CreateUserParams]):
    params_type = CreateUserParams

    def more(self, p: CreateUserParams) -> Mapping[str, Any]:
        return {"PermissionsBoundary": p.boundary_arn} if p.boundary_arn else {}


class CreateGroup(Create[CreateParams]):
    params_type = CreateParams


def arn_of(aws_account: AwsAccount, owner: KindOfOwner, name: str, path: str = "/") -> str:
    """The ARN that AWS will give it."""
    return f"arn:{aws_account.partition}:iam::{aws_account.account_id}:{owner.in_arns}{path}{name}"


def create_user(aws_account: AwsAccount, name: str, path: str = "/", boundary_arn: str = "") -> StepSpec:
    return StepSpec("iam.user.create", {"arn": arn_of(aws_account, USER, name, path), "boundary_arn": boundary_arn})


def create_group(aws_account: AwsAccount, name: str, path: str = "/") -> StepSpec:
    return StepSpec("iam.group.create", {"arn": arn_of(aws_account, GROUP, name, path)})
