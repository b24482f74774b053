"""Making users, groups, roles and instance profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from accounts.models import AwsAccount
from identities.operations.owners import GROUP, USER, KindOfOwner
from objects.operations.arns import check_arn
from objects.operations.existence import CreateObjectParams, Creation, check_name_of
from policies.holdings import BoundaryChange, ExistenceChange
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.operations import AccessChange, Call, StepSpec, Value

# IAM API Reference: CreateUser, CreateGroup, CreateRole, CreateInstanceProfile.
_LONGEST_NAME = {"user": 64, "group": 128, "role": 64, "instance_profile": 128}


def check_name(owner: KindOfOwner, name: str) -> None:
    """Raises BadParams."""
    check_name_of(owner.words, name, _LONGEST_NAME[owner.word])


P = TypeVar("P", bound=CreateObjectParams)


class CreateOwner(Creation[P]):
    """One class makes the operation of each kind of owner."""

    kind: str  # type: ignore[misc]  # of the instance

    def __init__(self, owner: KindOfOwner) -> None:
        self.owner = owner
        self.kind = f"iam.{owner.word}.create"
        self.word, self.resource = owner.words, owner.in_arns
        self.model = owner.model
        self.longest = _LONGEST_NAME[owner.word]

    def calls(self, p: P) -> list[Call]:
        operation = self.aws_operation
        parameters = {self.owner.name_parameter: p.name, "Path": p.path, **self.more(p)}
        return [Call("iam", operation, parameters, resource_arns=(p.arn,), actions=(f"iam:{operation}",))]

    def more(self, p: P) -> Mapping[str, Any]:
        """The parameters that only this kind of owner has."""
        return {}

    def access_changes(self, aws_account: AwsAccount, p: P) -> Sequence[AccessChange]:
        return [ExistenceChange(p.arn, True)]

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(f"iam.{self.owner.word}.delete", {"arn": p.arn})]

    def live(self, client: AwsClient, p: P) -> Value:
        try:
            answer = client.call("iam", f"Get{self.owner.aws_word}", **{self.owner.name_parameter: p.name})
        except NotFound:
            return None
        found = answer[self.owner.aws_word]
        return {"id": found[self.owner.id_field], "arn": found["Arn"], "made": found["CreateDate"].isoformat()}

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer[self.owner.aws_word][self.owner.id_field]}


@dataclass(frozen=True)
class CreateUserParams(CreateObjectParams):
    boundary_arn: str = ""

    def __post_init__(self) -> None:
        if self.boundary_arn:
            check_arn(self.boundary_arn, "policy")


class CreateUser(CreateOwner[CreateUserParams]):
    aws_operation = "CreateUser"
    params_type = CreateUserParams

    def more(self, p: CreateUserParams) -> Mapping[str, Any]:
        return {"PermissionsBoundary": p.boundary_arn} if p.boundary_arn else {}

    def access_changes(self, aws_account: AwsAccount, p: CreateUserParams) -> Sequence[AccessChange]:
        return [*super().access_changes(aws_account, p), *bounded(p.arn, p.boundary_arn)]


class CreateGroup(CreateOwner[CreateObjectParams]):
    aws_operation = "CreateGroup"
    params_type = CreateObjectParams


def bounded(arn: str, boundary_arn: str) -> list[AccessChange]:
    """What is new has no boundary unless it is made with one."""
    return [BoundaryChange(arn, boundary_arn)] if boundary_arn else []


def arn_of(aws_account: AwsAccount, owner: KindOfOwner, name: str, path: str = "/") -> str:
    """The ARN that AWS will give it."""
    return f"arn:{aws_account.partition}:iam::{aws_account.account_id}:{owner.in_arns}{path}{name}"


def create_user(aws_account: AwsAccount, name: str, path: str = "/", boundary_arn: str = "") -> StepSpec:
    return StepSpec("iam.user.create", {"arn": arn_of(aws_account, USER, name, path), "boundary_arn": boundary_arn})


def create_group(aws_account: AwsAccount, name: str, path: str = "/") -> StepSpec:
    return StepSpec("iam.group.create", {"arn": arn_of(aws_account, GROUP, name, path)})
