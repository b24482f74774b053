"""Operations on one object whose ARN is known: one class makes an operation for each kind of object.

The part is a dict with "object", AWS's unique id, and what the operation depends on.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

from accounts.models import AwsAccount
from objects.kinds import AwsKind
from objects.operations.rows import prefetch_rows
from sync.aws.client import AwsClient
from sync.aws.permission import Permission, write
from sync.mirror import Content
from sync.mirror.base import DETAILS, mirror_of
from sync.object_ref import ObjectRef
from sync.operation_mixins import FollowsRenames
from sync.operations import (
    Call,
    Guarantee,
    PlannedStep,
    Refusal,
    Risk,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft


class ObjectParams(Protocol):
    @property
    def arn(self) -> str: ...


P = TypeVar("P", bound=ObjectParams)


class ObjectOperation(FollowsRenames[P]):
    verb: ClassVar[str]  # "tag", as in iam.saml.tag; {} in `aws_operation` is AWS's noun: "SAMLProvider"
    guarantee: ClassVar[Guarantee] = Guarantee.IDEMPOTENT
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.HIGH
    kind: str  # type: ignore[misc]  # of the instance: one class makes several operations
    needed_for: str  # a sentence: the feature that needs the permission of its call

    def __init__(self, of: AwsKind) -> None:
        self.of = of
        self.kind = of.step_kind(self.verb)
        self.aws_operation = self.aws_operation.format(of.noun)

    @property
    def permissions(self) -> Sequence[Permission]:
        return [write(f"{self.of.service}:{self.aws_operation}", self.needed_for, self.of.arns)]

    def parse(self, params: Mapping[str, Any]) -> P:
        p = super().parse(params)
        self.of.check(p.arn)
        return p

    def named(self, p: P) -> str:
        """ "the SAML provider okta", for sentences."""
        return self.of.words(p.arn, getattr(p, "called", ""))

    def call(self, p: P, operation: str, **parameters: Any) -> list[Call]:
        return [self.of.call(p.arn, operation, **parameters)]

    def other(self, verb: str, p: P, **params: Any) -> StepSpec:
        """A step of another operation on the same object, with the same parameters but for `params`."""
        return StepSpec(self.of.step_kind(verb), {**self.spec(p).params, **params})

    def key(self, p: P) -> str:
        return self.of.key(p.arn)

    def objects(self, p: P) -> list[str]:
        return [self.key(p)]

    def earlier(self, draft: Draft, p: P) -> Sequence[PlannedStep]:
        """The steps of the draft that write the same object."""
        return draft.writing(self.key(p))

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [self.of.ref(p.arn)]

    def named_as_now(self, aws_account: AwsAccount, p: P, expects: Value) -> P:
        arn = arn_of_id(aws_account, self.of, (expects or {}).get("object"))
        return p if arn in ("", p.arn) else self.parse({**self.spec(p).params, "arn": arn})

    def elsewhere(self, client: AwsClient, expects: Value, live: Value) -> list[ObjectRef]:
        return renamed_objects(client, self.of, (expects or {}).get("object"), (live or {}).get("object"))

    def row(self, draft: Draft, p: P) -> Any:
        """Raises Refusal when there is no such object, and when AWS keeps it for itself."""
        row = self.of.row(draft, p.arn)
        if why := row.kept_by_aws:
            raise Refusal(why)
        return row

    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        prefetch_rows(self.of.model, draft, [p.arn for p in params])

    def describe(self, value: Value) -> str:
        return f"no such {self.of.word}" if value is None else self.describe_existing(value)

    @abstractmethod
    def describe_existing(self, value: Value) -> str:
        """The same, where there is such an object."""


class FacetOperation(ObjectOperation[P]):
    """The part is of what one source tells: as its mirror understands it, so that `mirrored` and `live` agree."""

    @property
    def facet(self) -> str:
        return DETAILS

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [self.of.ref(p.arn, self.facet)]

    def mirrored(self, draft: Draft, p: P) -> Value:
        row = self.row(draft, p)
        return {"object": row.aws_id, **self.held(row, p)}

    @abstractmethod
    def held(self, row: Any, p: P) -> Mapping[str, Any]:
        """The rest of the part as the row has it. Raises Refusal."""

    def live(self, client: AwsClient, p: P) -> Value:
        found = self.of.read(client, p.arn, self.facet)
        return None if found is None else {"object": found.object_id, **self.parse_part(found.content, p)}

    @abstractmethod
    def parse_part(self, content: Content, p: P) -> Mapping[str, Any]:
        """The rest of the part as AWS has it: of the facet's content."""


def arn_of_id(aws_account: AwsAccount, of: AwsKind, aws_id: str | None) -> str:
    """By the mirror; "" where it has nothing of that id."""
    if not aws_id:
        return ""
    rows = of.model._default_manager.filter(aws_account=aws_account, aws_id=aws_id, gone_at__isnull=True)
    return str(rows.values_list("arn", flat=True).first() or "")


def renamed_objects(client: AwsClient, of: AwsKind, expected: str | None, found: str | None) -> list[ObjectRef]:
    """What the id `expected` is of, where AWS has it under another name than the one that led to `found`."""
    if not expected or expected == found:
        return []
    return mirror_of(of.model.kind).renamed(client, [ObjectRef(of.model.kind, expected, "", "")])
