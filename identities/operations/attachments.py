"""Attaching managed policies to users, groups and roles, and detaching them: one mechanism for six operations.

The part is {"owner": "AROA…", "attached": true}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamRole, IamUser, Principal
from identities.operations.rows import live_row, ref
from policies.models import ManagedPolicy
from policies.operations.arns import check_arn, is_managed_by_aws, name_of
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.checks import Finding, Severity
from sync.mirror import ObjectRef
from sync.operations import Call, Done, Guarantee, Operation, Planned, Refusal, Risk, StepSpec, Tried, Undo, Value

# IAM User Guide, "IAM and AWS STS quotas": for users and roles AWS raises it on request; then AWS will say.
MOST_ATTACHED = 10


@dataclass(frozen=True)
class KindOfOwner:
    """What differs between the three, in AWS's names and ours."""

    word: str  # "role"
    aws_word: str  # "Role", as in AttachRolePolicy, RoleName and GetRole
    id_field: str  # "RoleId"
    model: type[Principal]

    @property
    def name_parameter(self) -> str:
        return f"{self.aws_word}Name"


KINDS_OF_OWNERS = (
    KindOfOwner("user", "User", "UserId", IamUser),
    KindOfOwner("group", "Group", "GroupId", IamGroup),
    KindOfOwner("role", "Role", "RoleId", IamRole),
)
_WORD_OF = {kind.model: kind.word for kind in KINDS_OF_OWNERS}


@dataclass(frozen=True)
class AttachmentParams:
    owner_arn: str
    policy_arn: str

    def __post_init__(self) -> None:
        check_arn(self.policy_arn, "policy")


class AttachmentOperation(Operation[AttachmentParams]):
    verb: ClassVar[str]  # "attach"
    leaves: ClassVar[bool]  # attached, afterwards
    guarantee = Guarantee.IDEMPOTENT
    undo = Undo.REVERSIBLE
    risk = Risk.HIGH
    params_type = AttachmentParams
    kind: str  # type: ignore[misc]  # of the instance: one class makes three operations

    def __init__(self, owner: KindOfOwner) -> None:
        self.owner = owner
        self.kind = f"iam.{owner.word}.{self.verb}"

    def parse(self, params: Mapping[str, Any]) -> AttachmentParams:
        p = super().parse(params)
        check_arn(p.owner_arn, self.owner.word)
        return p

    def calls(self, p: AttachmentParams) -> list[Call]:
        operation = f"{self.verb.title()}{self.owner.aws_word}Policy"
        parameters = {self.owner.name_parameter: name_of(p.owner_arn), "PolicyArn": p.policy_arn}
        return [Call("iam", operation, parameters, resource_arns=(p.owner_arn,), actions=(f"iam:{operation}",))]

    def objects(self, p: AttachmentParams) -> list[str]:
        return [f"iam.{self.owner.word}:{p.owner_arn}"]

    def part(self, p: AttachmentParams) -> str:
        return f"attachment:{p.owner_arn} {p.policy_arn}"

    def refs(self, aws_account: AwsAccount, p: AttachmentParams) -> list[ObjectRef]:
        return [ref(self.owner.model, aws_account, p.owner_arn), ref(ManagedPolicy, aws_account, p.policy_arn)]

    def told(self, value: Value) -> str:
        if value is None:
            return f"no such {self.owner.word}"
        return "it attached" if value["attached"] else "it not attached"

    def mirrored(self, aws_account: AwsAccount, p: AttachmentParams) -> Value:
        owner = live_row(self.owner.model, aws_account, p.owner_arn)
        return {"owner": owner.aws_id, "attached": self._attached(owner).filter(arn=p.policy_arn).exists()}

    def after(self, p: AttachmentParams, value: Value) -> Value:
        return {**value, "attached": self.leaves}

    def live(self, client: AwsClient, p: AttachmentParams) -> Value:
        named = {self.owner.name_parameter: name_of(p.owner_arn)}
        try:
            owner = client.call("iam", f"Get{self.owner.aws_word}", **named)[self.owner.aws_word]
            pages = client.pages("iam", f"ListAttached{self.owner.aws_word}Policies", **named)
            attached = {policy["PolicyArn"] for page in pages for policy in page.items["AttachedPolicies"]}
        except NotFound:
            return None
        return {"owner": owner[self.owner.id_field], "attached": p.policy_arn in attached}

    def done(self, client: AwsClient, p: AttachmentParams, live: Value, tried: Sequence[Tried]) -> Done | None:
        return Done() if live is not None and live == self.after(p, tried[0].found) else None

    def _attached(self, owner: Principal) -> Any:
        return Attachment.objects.live().filter(**{self.owner.word: owner})


class Attach(AttachmentOperation):
    verb = "attach"
    leaves = True

    def title(self, p: AttachmentParams) -> str:
        return f"Attach {name_of(p.policy_arn)} to the {self.owner.word} {name_of(p.owner_arn)}"

    def mirrored(self, aws_account: AwsAccount, p: AttachmentParams) -> Value:
        # AWS's own policies are mirrored where they are attached only, so one that isn't may be there all the same.
        if not is_managed_by_aws(p.policy_arn):
            policy = live_row(ManagedPolicy, aws_account, p.policy_arn)
            if not policy.attachable:
                raise Refusal(f"AWS doesn't let {policy.name} be attached.")
        return super().mirrored(aws_account, p)

    def limits(
        self, aws_account: AwsAccount, p: AttachmentParams, value: Value, earlier: Sequence[Planned]
    ) -> list[Finding]:
        owner = f"the {self.owner.word} {name_of(p.owner_arn)}"
        if value["attached"]:
            words = f"{name_of(p.policy_arn)} is attached to {owner} already."
            return [Finding("NO_CHANGE", "error", words)]
        row = live_row(self.owner.model, aws_account, p.owner_arn)
        attached = set(self._attached(row).values_list("arn", flat=True))
        for step in earlier:
            if isinstance(step.operation, AttachmentOperation) and step.params.owner_arn == p.owner_arn:
                (attached.add if step.operation.leaves else attached.discard)(step.params.policy_arn)
        if len(attached) < MOST_ATTACHED:
            return []
        words = f"{len(attached)} policies are attached to {owner}; AWS allows {MOST_ATTACHED}."
        severity: Severity = "error" if self.owner.model is IamGroup else "warning"  # a group's limit can't be raised
        return [Finding("TOO_MANY_ATTACHED", severity, words)]

    def reverse(self, p: AttachmentParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(f"iam.{self.owner.word}.detach", self.spec(p).params)]


class Detach(AttachmentOperation):
    verb = "detach"
    leaves = False

    def title(self, p: AttachmentParams) -> str:
        return f"Detach {name_of(p.policy_arn)} from the {self.owner.word} {name_of(p.owner_arn)}"

    def limits(
        self, aws_account: AwsAccount, p: AttachmentParams, value: Value, earlier: Sequence[Planned]
    ) -> list[Finding]:
        if value["attached"]:
            return []
        words = f"{name_of(p.policy_arn)} isn't attached to the {self.owner.word} {name_of(p.owner_arn)}."
        return [Finding("NO_CHANGE", "error", words)]

    def reverse(self, p: AttachmentParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(f"iam.{self.owner.word}.attach", self.spec(p).params)]


def attach(owner: Principal, policy_arn: str) -> StepSpec:
    return _spec(owner, "attach", policy_arn)


def detach(owner: Principal, policy_arn: str) -> StepSpec:
    return _spec(owner, "detach", policy_arn)


def _spec(owner: Principal, verb: str, policy_arn: str) -> StepSpec:
    return StepSpec(f"iam.{_WORD_OF[type(owner)]}.{verb}", {"owner_arn": owner.arn, "policy_arn": policy_arn})
