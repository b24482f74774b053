"""Making users, groups and roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from accounts.models import AwsAccount
from identities.kinds import GROUP, USER
from objects.operations.arns import check_arn
from objects.operations.existence import CreateObjectParams, Creation
from policies.holdings import BoundaryChange, ExistenceChange
from sync.operations import AccessChange, StepSpec

P = TypeVar("P", bound=CreateObjectParams)


class CreatePrincipal(Creation[P]):
    def access_changes(self, aws_account: AwsAccount, p: P) -> Sequence[AccessChange]:
        return [ExistenceChange(p.arn, True)]


@dataclass(frozen=True)
class CreateUserParams(CreateObjectParams):
    boundary_arn: str = ""

    def __post_init__(self) -> None:
        if self.boundary_arn:
            check_arn(self.boundary_arn, "policy")


class CreateUser(CreatePrincipal[CreateUserParams]):
    params_type = CreateUserParams

    def more(self, p: CreateUserParams) -> Mapping[str, Any]:
        return {"PermissionsBoundary": p.boundary_arn} if p.boundary_arn else {}

    def access_changes(self, aws_account: AwsAccount, p: CreateUserParams) -> Sequence[AccessChange]:
        return [*super().access_changes(aws_account, p), *bounded(p.arn, p.boundary_arn)]


class CreateGroup(CreatePrincipal[CreateObjectParams]):
    params_type = CreateObjectParams


def bounded(arn: str, boundary_arn: str) -> list[AccessChange]:
    """What is new has no boundary unless it is made with one."""
    return [BoundaryChange(arn, boundary_arn)] if boundary_arn else []


def create_user(aws_account: AwsAccount, name: str, path: str = "/", boundary_arn: str = "") -> StepSpec:
    return StepSpec("iam.user.create", {"arn": USER.arn_of(aws_account, name, path), "boundary_arn": boundary_arn})


def create_group(aws_account: AwsAccount, name: str, path: str = "/") -> StepSpec:
    return StepSpec("iam.group.create", {"arn": GROUP.arn_of(aws_account, name, path)})
