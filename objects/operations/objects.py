"""Calls on one object that differ only in AWS's names: one class makes an operation for each kind of object.

The part is a dict with "object", AWS's unique id, and what the operation depends on. What AWS says of it is understood
as the mirror of its facet understands it, so that `mirrored` and `live` agree.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, TypeVar

from accounts.models import AwsAccount
from objects.operations.arns import check_arn
from objects.operations.rows import live_row, object_key, ref
from sync.aws.client import AwsClient
from sync.mirror import Content
from sync.mirror.base import DETAILS, mirror_of
from sync.models import MirroredRow
from sync.object_ref import ObjectRef
from sync.operations import (
    Call,
    Guarantee,
    Operation,
    PlannedStep,
    Refusal,
    Risk,
    Undo,
    Value,
)
from sync.plan_draft import Draft


@dataclass(frozen=True)
class KindOfObject:
    """What differs between them, in AWS's names and ours."""

    word: str  # "saml", as in iam.saml.tag
    title: str  # "SAML provider", for sentences
    noun: str  # "SAMLProvider", as in TagSAMLProvider
    resource: str  # "saml-provider", as in its ARN
    model: type[MirroredRow]
    by_arn: bool  # calls take its ARN, and not its name
    tags_in: str = DETAILS  # the facet that has its tags

    def name_of(self, arn: str) -> str:
        """The last part; an OIDC provider's name is a URL, with slashes."""
        resource = arn.split(":", 5)[5].partition("/")[2]
        return resource if self.resource == "oidc-provider" else resource.rpartition("/")[2]

    def named(self, arn: str) -> dict[str, str]:
        """The parameter of a call that says which one."""
        return {f"{self.noun}Arn": arn} if self.by_arn else {f"{self.noun}Name": self.name_of(arn)}

    def words(self, arn: str) -> str:
        """ "the SAML provider okta"."""
        return f"the {self.title} {self.name_of(arn)}"

    def call(self, arn: str, operation: str, **parameters: Any) -> Call:
        sent = {**self.named(arn), **parameters}
        return Call("iam", operation, sent, resource_arns=(arn,), actions=(f"iam:{operation}",))


class ObjectParams(Protocol):
    @property
    def arn(self) -> str: ...


P = TypeVar("P", bound=ObjectParams)


class ObjectOperation(Operation[P]):
    verb: ClassVar[str]  # "tag", as in iam.saml.tag; {} in `aws_operation` is AWS's noun: "SAMLProvider"
    guarantee: ClassVar[Guarantee] = Guarantee.IDEMPOTENT
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.HIGH
    kind: str  # type: ignore[misc]  # of the instance: one class makes several operations

    def __init__(self, of: KindOfObject) -> None:
        self.of = of
        self.kind = f"iam.{of.word}.{self.verb}"
        self.aws_operation = self.aws_operation.format(of.noun)

    @property
    def facet(self) -> str:
        """The one that says what the operation depends on."""
        return DETAILS

    def parse(self, params: Mapping[str, Any]) -> P:
        p = super().parse(params)
        check_arn(p.arn, self.of.resource)
        return p

    def key(self, p: P) -> str:
        return object_key(self.of.model, p.arn)

    def objects(self, p: P) -> list[str]:
        return [self.key(p)]

    def earlier(self, draft: Draft, p: P) -> Sequence[PlannedStep]:
        """The steps of the draft that write the same object."""
        return draft.writing(self.key(p))

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [replace(ref(self.of.model, p.arn), name=self.of.name_of(p.arn), facet=self.facet)]

    def row(self, draft: Draft, p: P) -> Any:
        """Raises Refusal when there is no such object, and when it is not the customer's."""
        row = live_row(self.of.model, draft, p.arn)
        if getattr(row, "is_aws", False):
            raise Refusal(f"{row.name} is managed by AWS: nobody else can change it.")
        return row

    def describe(self, value: Value) -> str:
        return f"no such {self.of.title}" if value is None else self.describe_existing(value)

    @abstractmethod
    def describe_existing(self, value: Value) -> str:
        """`told`, where there is such an object."""

    def mirrored(self, draft: Draft, p: P) -> Value:
        row = self.row(draft, p)
        return {"object": row.aws_id, **self.held(row, p)}

    @abstractmethod
    def held(self, row: Any, p: P) -> Mapping[str, Any]:
        """The rest of the part as the row has it. Raises Refusal."""

    def live(self, client: AwsClient, p: P) -> Value:
        mirror = mirror_of(self.of.model.kind, self.facet)
        item = mirror.read_one(client, ObjectRef(self.of.model.kind, "", self.of.name_of(p.arn), p.arn))
        if item is None:
            return None
        seen = mirror.see(item)
        return {"object": seen.object_id, **self.parse_part(seen.content, p)}

    @abstractmethod
    def parse_part(self, content: Content, p: P) -> Mapping[str, Any]:
        """The rest of the part as AWS has it: of the facet's content."""
