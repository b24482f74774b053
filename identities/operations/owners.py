"""Calls on a user, a group or a role that differ only in AWS's names: one class makes an operation for each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities.models import IamGroup, IamRole, IamUser, InstanceProfile, Principal
from objects.operations.arns import check_arn
from objects.operations.rows import live_row, object_key, prefetch_rows, ref
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.mirror import mirror_of
from sync.models import LookedAfterRow
from sync.object_ref import ObjectRef
from sync.operations import (
    Call,
    Guarantee,
    Operation,
    PlannedStep,
    Refusal,
    Risk,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft


@dataclass(frozen=True)
class KindOfOwner:
    """What differs between them, in AWS's names and ours."""

    word: str  # "role"
    aws_word: str  # "Role", as in AttachRolePolicy, RoleName and GetRole
    id_field: str  # "RoleId"
    model: type[LookedAfterRow]

    @property
    def name_parameter(self) -> str:
        return f"{self.aws_word}Name"

    @property
    def in_arns(self) -> str:
        return self.word.replace("_", "-")

    @property
    def words(self) -> str:
        return self.word.replace("_", " ")

    @property
    def a_word(self) -> str:
        return f"{'an' if self.word[0] == 'i' else 'a'} {self.words}"


USER = KindOfOwner("user", "User", "UserId", IamUser)
GROUP = KindOfOwner("group", "Group", "GroupId", IamGroup)
ROLE = KindOfOwner("role", "Role", "RoleId", IamRole)
PROFILE = KindOfOwner("instance_profile", "InstanceProfile", "InstanceProfileId", InstanceProfile)  # owns nothing
KINDS_OF_OWNERS = (USER, GROUP, ROLE)
_WORD_OF = {kind.model: kind.word for kind in KINDS_OF_OWNERS}


class OwnerParams(Protocol):
    @property
    def arn(self) -> str: ...


P = TypeVar("P", bound=OwnerParams)


class OwnerOperation(Operation[P]):
    """What the operations on one owner have in common. The part is a dict with "object": AWS's unique id."""

    verb: ClassVar[str]  # "attach", as in iam.role.attach; {} in `aws_operation` is AWS's word for the owner: "Role"
    guarantee = Guarantee.IDEMPOTENT
    undo = Undo.REVERSIBLE
    risk = Risk.HIGH
    kind: str  # type: ignore[misc]  # of the instance: one class makes several operations

    def __init__(self, owner: KindOfOwner) -> None:
        self.owner = owner
        self.kind = f"iam.{owner.word}.{self.verb}"
        self.aws_operation = self.aws_operation.format(owner.aws_word)

    def parse(self, params: Mapping[str, Any]) -> P:
        p = super().parse(params)
        check_arn(p.arn, self.owner.in_arns)
        return p

    def named(self, p: P) -> str:
        """ "the role reports-exporter", for sentences."""
        return f"the {self.owner.words} {name_of(p.arn)}"

    def call(self, p: P, operation: str, **parameters: Any) -> list[Call]:
        sent = {self.owner.name_parameter: name_of(p.arn), **parameters}
        return [Call("iam", operation, sent, resource_arns=(p.arn,), actions=(f"iam:{operation}",))]

    def objects(self, p: P) -> list[str]:
        return [self.key(p)]

    def key(self, p: P) -> str:
        return object_key(self.owner.model, p.arn)

    def earlier(self, draft: Draft, p: P) -> Sequence[PlannedStep]:
        """The steps of the draft that write the same owner."""
        return draft.writing(self.key(p))

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [ref(self.owner.model, p.arn)]

    def named_as_now(self, aws_account: AwsAccount, p: P, expects: Value) -> P:
        arn = arn_of_id(aws_account, self.owner, (expects or {}).get("object"))
        return p if arn in ("", p.arn) else self.parse({**self.spec(p).params, "arn": arn})

    def row(self, draft: Draft, p: P) -> Any:
        """Raises Refusal when there is no such owner, and when AWS keeps it for itself."""
        row = live_row(self.owner.model, draft, p.arn)
        if isinstance(row, IamRole) and row.is_reserved:
            raise Refusal(f"The role {row.name} belongs to an AWS service: only that service can change it.")
        return row

    def other(self, verb: str, p: P, **params: Any) -> StepSpec:
        """A step of another operation on the same owner, with the same parameters but for `params`."""
        return StepSpec(f"iam.{self.owner.word}.{verb}", {**self.spec(p).params, **params})

    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        prefetch_rows(self.owner.model, draft, [p.arn for p in params])

    def describe(self, value: Value) -> str:
        return f"no such {self.owner.words}" if value is None else self.describe_existing(value)

    @abstractmethod
    def describe_existing(self, value: Value) -> str:
        """`told`, where there is such an owner."""

    def live(self, client: AwsClient, p: P) -> Value:
        named = {self.owner.name_parameter: name_of(p.arn)}
        try:
            owner = client.call("iam", f"Get{self.owner.aws_word}", **named, **self._narrow)[self.owner.aws_word]
            return {"object": owner[self.owner.id_field], **self.parse_part(client, p, owner, named)}
        except NotFound:
            return None

    def elsewhere(self, client: AwsClient, expects: Value, live: Value) -> list[ObjectRef]:
        return renamed_owners(client, self.owner, (expects or {}).get("object"), (live or {}).get("object"))

    @property
    def _narrow(self) -> dict[str, int]:
        return {"MaxItems": 1} if self.owner is GROUP else {}  # GetGroup lists the members, too

    @abstractmethod
    def parse_part(
        self, client: AwsClient, p: P, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """The rest of the live part. `owner` as AWS's Get… gives it; `named`: the parameter that names it.

        NotFound raised here means that the owner is gone.
        """


def arn_of_id(aws_account: AwsAccount, owner: KindOfOwner, aws_id: str | None) -> str:
    """By the mirror; "" where it has nobody of that id."""
    rows = owner.model._default_manager.filter(aws_account=aws_account, aws_id=aws_id or "", gone_at__isnull=True)
    return str(rows.values_list("arn", flat=True).first() or "")


def renamed_owners(client: AwsClient, owner: KindOfOwner, expected: str | None, found: str | None) -> list[ObjectRef]:
    """Whom the id `expected` is of, where AWS has them under another name than the one that led to `found`."""
    if not expected or expected == found:
        return []
    lost = ObjectRef(owner.model.kind, expected, "", "")
    return mirror_of(owner.model.kind).renamed(client, [lost])


def on_owner(owner: Principal, verb: str, **params: Any) -> StepSpec:
    """A step of one of these operations on a mirrored user, group or role."""
    return StepSpec(f"iam.{_WORD_OF[type(owner)]}.{verb}", {"arn": owner.arn, **params})
