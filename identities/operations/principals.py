"""Making users, groups and roles, and what roles say of themselves: description and longest session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from accounts.models import AwsAccount
from identities.account.mirrors import RoleSettings
from identities.kinds import GROUP, ROLE, USER
from identities.models import IamRole, IamUser
from identities.operations.attachments import attach
from identities.operations.boundaries import tag
from identities.operations.inline import put_inline
from identities.operations.membership import add_member
from identities.operations.owners import OwnerOperation, on_owner
from identities.operations.trust import limits_of_trust
from identities.selectors import attachments_of, inline_policies_of
from objects.operations.existence import CreateObjectParams, Creation
from objects.operations.rows import check_arn, ref
from objects.operations.tags import is_awss
from policies.holdings import BoundaryChange, ExistenceChange, TrustChange
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operation_mixins import WritesDocument
from sync.operations import AccessChange, BadParams, Call, Refusal, Risk, StepSpec, Value
from sync.plan_draft import Draft

# ---- Making them ---------------------------------------------------------------------------------------------
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


# IAM API Reference, "CreateRole": seconds of MaxSessionDuration, and characters of Description.
SHORTEST_SESSION_S, LONGEST_SESSION_S, USUAL_SESSION_S = 3_600, 43_200, 3_600
LONGEST_DESCRIPTION = 1_000


def _check_settings(description: str, max_session_s: int) -> None:
    if len(description) > LONGEST_DESCRIPTION:
        raise BadParams(
            f"The description of a role has at most {LONGEST_DESCRIPTION:,} characters.", field="description"
        )
    if not SHORTEST_SESSION_S <= max_session_s <= LONGEST_SESSION_S:
        raise BadParams("The longest session of a role is between 1 and 12 hours.", field="max_session_s")


@dataclass(frozen=True)
class CreateRoleParams(CreateObjectParams):
    document: str  # its trust policy
    description: str = ""
    max_session_s: int = USUAL_SESSION_S
    boundary_arn: str = ""

    def __post_init__(self) -> None:
        if not self.document.strip():
            raise BadParams("A role needs a trust policy: who may assume it.", field="document")
        _check_settings(self.description, self.max_session_s)
        if self.boundary_arn:
            check_arn(self.boundary_arn, "policy")


class CreateRole(CreatePrincipal[CreateRoleParams], WritesDocument[CreateRoleParams]):
    writes_type = "trust"
    risk = Risk.HIGH
    params_type = CreateRoleParams

    def more(self, p: CreateRoleParams) -> Mapping[str, Any]:
        said: dict[str, Any] = {"AssumeRolePolicyDocument": p.document, "MaxSessionDuration": p.max_session_s}
        if p.description:
            said["Description"] = p.description
        return said | ({"PermissionsBoundary": p.boundary_arn} if p.boundary_arn else {})

    def affected_objects(self, aws_account: AwsAccount, p: CreateRoleParams) -> list[ObjectRef]:
        [details] = super().affected_objects(aws_account, p)
        return [replace(details, facet=RoleSettings.source), details]

    def writes(self, aws_account: AwsAccount, p: CreateRoleParams) -> str | None:
        return p.document

    def access_changes(self, aws_account: AwsAccount, p: CreateRoleParams) -> Sequence[AccessChange]:
        return [
            *super().access_changes(aws_account, p),
            TrustChange(p.arn, p.document),
            *bounded(p.arn, p.boundary_arn),
        ]

    def limits(self, draft: Draft, p: CreateRoleParams, value: Value) -> list[PlanFinding]:
        return limits_of_trust(draft, p.document)


@dataclass(frozen=True)
class UpdateRoleParams:
    arn: str
    description: str
    max_session_s: int

    def __post_init__(self) -> None:
        _check_settings(self.description, self.max_session_s)


class UpdateRole(OwnerOperation[UpdateRoleParams]):
    """The part is {"object": "AROA…", "description": "", "max_session_s": 3600}.

    Both are always sent: AWS doesn't say what becomes of the one that isn't.
    """

    verb = "update"
    aws_operation = "UpdateRole"
    needed_for = "Set the description and the longest session of a role."
    risk = Risk.LOW
    params_type = UpdateRoleParams

    def title(self, p: UpdateRoleParams) -> str:
        return f"Set the description and the longest session of {self.named(p)}"

    def note(self, p: UpdateRoleParams) -> str:
        return f"Sessions last up to {p.max_session_s / 3600:g} hours, from the next one on."

    def calls(self, p: UpdateRoleParams) -> list[Call]:
        return self.call(p, self.aws_operation, Description=p.description, MaxSessionDuration=p.max_session_s)

    def part(self, p: UpdateRoleParams) -> str:
        return f"settings:{p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: UpdateRoleParams) -> list[ObjectRef]:
        return [replace(ref(IamRole, p.arn), facet=RoleSettings.source)]

    def describe_existing(self, value: Value) -> str:
        return f"sessions of {value['max_session_s'] / 3600:g} hours and the description “{value['description']}”"

    def mirrored(self, draft: Draft, p: UpdateRoleParams) -> Value:
        role = self.row(draft, p)
        if role.max_session_s is None:
            raise Refusal(f"The description of {self.named(p)} was never pulled: pull, then try again.")
        return {"object": role.aws_id, "description": role.description, "max_session_s": role.max_session_s}

    def parse_part(
        self, client: AwsClient, p: UpdateRoleParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {"description": owner.get("Description") or "", "max_session_s": owner.get("MaxSessionDuration")}

    def after(self, p: UpdateRoleParams, value: Value) -> Value:
        return {**value, "description": p.description, "max_session_s": p.max_session_s}

    def is_so_already(self, p: UpdateRoleParams) -> str:
        return f"The description and the longest session of {self.named(p)} are so already."

    def before(self, draft: Draft, p: UpdateRoleParams, value: Value) -> dict[str, Any]:
        return {"description": value["description"], "max_session_s": value["max_session_s"]}

    def reverse(self, p: UpdateRoleParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [self.other(self.verb, p, **before)]


def create_role(
    aws_account: AwsAccount,
    name: str,
    document: str,
    *,
    path: str = "/",
    description: str = "",
    max_session_s: int = USUAL_SESSION_S,
    boundary_arn: str = "",
) -> StepSpec:
    """`document`: its trust policy."""
    said = {"document": document, "description": description, "max_session_s": max_session_s}
    return StepSpec(
        "iam.role.create", {"arn": ROLE.arn_of(aws_account, name, path), **said, "boundary_arn": boundary_arn}
    )


def update_role(role: IamRole, description: str, max_session_s: int) -> StepSpec:
    return on_owner(role, UpdateRole.verb, description=description, max_session_s=max_session_s)


# ---- Making a user or a role like another one: all that it may do, and never a credential --------------------
def clone_user(user: IamUser, name: str, path: str) -> list[StepSpec]:
    """With its boundary, tags, groups and policies."""
    create = create_user(user.aws_account, name, path, user.boundary_arn)
    new = IamUser(aws_account=user.aws_account, arn=create.params["arn"], name=name)
    memberships = user.memberships.live().select_related("group").order_by("name")
    return [create, *_like(user, new), *(add_member(new, membership.group) for membership in memberships)]


def clone_role(role: IamRole, name: str, path: str) -> list[StepSpec]:
    """With its trust policy, settings, boundary, tags and policies. Raises Refusal."""
    if role.trust is None:
        raise Refusal(f"The trust policy of {role.name} isn’t read yet: pull, then try again.")
    create = create_role(
        role.aws_account,
        name,
        role.trust.text,
        path=path,
        description=role.description,
        max_session_s=role.max_session_s or USUAL_SESSION_S,
        boundary_arn=role.boundary_arn,
    )
    new = IamRole(aws_account=role.aws_account, arn=create.params["arn"], name=name)
    return [create, *_like(role, new)]


def _like(old: IamUser | IamRole, new: IamUser | IamRole) -> Iterator[StepSpec]:
    yield from (tag(new, key, value) for key, value in sorted(old.tags.items()) if not is_awss(key))
    yield from (attach(new, attached.arn) for attached in attachments_of(old))
    yield from (put_inline(new, inline.name, inline.document.text) for inline in inline_policies_of(old))
