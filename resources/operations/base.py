"""What steps about a resource have in common: its row, its ARN, how AWS is asked about it, what the role needs.

A part of a resource is read by the entry of its kind (resources/table/), so that mirror and AWS agree to the letter.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import Arn
from resources import reads
from resources.governing import governor_of
from resources.models import Resource
from resources.permissions import PART, needed
from resources.reading import is_on
from resources.table.entry import Listed, ResourceKind, id_of
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import ArnsOfKind, Permission, look, write
from sync.object_ref import ObjectRef
from sync.operations import BadParams, Call, Guarantee, Operation, Refusal, Risk, Undo, Value
from sync.plan_draft import Draft

CHANGE_POLICIES = "Change the policies of resources."


@dataclass(frozen=True)
class ResourceParams:
    """`region`: the one that it is in. `account`: whose it is, 12 digits. `called`: its name, for sentences."""

    arn: str
    region: str
    account: str
    called: str


class NamesResource(Protocol):
    @property
    def arn(self) -> str: ...

    @property
    def region(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def called(self) -> str: ...


P = TypeVar("P", bound=NamesResource)


class ResourceOperation(Operation[P]):
    """One class makes an operation for each kind. The part is {"object": id, …}: a resource has no id but its ARN."""

    verb: ClassVar[str]  # "policy.put", as in s3.bucket.policy.put
    about: ClassVar[str]  # the part of the kind that it is about: "policy"
    guarantee = Guarantee.IDEMPOTENT
    undo = Undo.REVERSIBLE
    risk = Risk.HIGH
    kind: str  # type: ignore[misc]  # of the instance

    def __init__(self, of: ResourceKind) -> None:
        self.of = of
        self.kind = f"{of.kind}.{self.verb}"

    # ---- What the console's role to write needs --------------------------------------------------------------
    def needed_to_write(self, action: str, on: ArnsOfKind, operation: str) -> list[Permission]:
        """The call, and the looks before and after it: all that a mirror reads of such a resource."""
        writing = replace(write(action, CHANGE_POLICIES, on), call=f"{self.of.client}:{operation}")
        needs = [*self.of.needs, *(need for part in self.of.parts for need in part.needs)]
        looks = [
            replace(look(each.action), probe=each.probe, call=each.call) for need in needs for each in [needed(need)]
        ]
        return [replace(each, part=PART) for each in (writing, *looks)]

    # ---- Which one -------------------------------------------------------------------------------------------
    def parse(self, params: Mapping[str, Any]) -> P:
        p = super().parse(params)
        governor, arn = governor_of(p.arn), Arn.parse(p.arn)
        if governor is None or arn is None or (governor.kind, governor.arn) != (self.of.kind, p.arn):
            raise BadParams(f"{p.arn!r} isn’t the ARN of one of the {self.of.several}.", field="arn")
        if (arn.region or p.region) != p.region or (arn.account or p.account) != p.account:
            raise BadParams("Its Region and its AWS account aren’t those of its ARN.", field="arn")
        return p

    def named(self, p: P) -> str:
        """ "the SQS queue orders"."""
        return f"the {self.of.word} {p.called}"

    def objects(self, p: P) -> list[str]:
        return [f"{self.of.kind}:{p.arn}"]

    def part(self, p: P) -> str:
        return f"{self.about} of a resource:{p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        place = p.region if self.of.regional else ""
        return [ObjectRef(self.of.kind, id_of(p.arn), p.called, p.arn, place)]

    def call(self, p: P, operation: str, action: str, parameters: Mapping[str, Any]) -> list[Call]:
        return [Call(self.of.client, operation, parameters, (p.arn,), (action,), p.region)]

    # ---- In the mirror ---------------------------------------------------------------------------------------
    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        arns = {p.arn for p in params}
        rows = Resource.objects.live().filter(aws_account=draft.aws_account, kind=self.of.kind, arn__in=arns)
        found = {row.arn: row for row in rows.select_related("aws_account").prefetch_related("policies__document")}
        draft.remembered.update({(Resource, arn): found.get(arn) for arn in arns})

    def row(self, draft: Draft, p: P) -> Resource:
        """Raises Refusal where there is none, or where what it has isn't read any more."""
        if (Resource, p.arn) not in draft.remembered:
            self.prefetch(draft, [p])
        row: Resource | None = draft.remembered[Resource, p.arn]
        if row is None:
            raise Refusal(f"The mirror of {draft.aws_account} has no {self.of.word} {p.called}: pull, then try again.")
        place = f" in {row.region}" if row.region else ""
        if not is_on(draft.aws_account, self.of.service, row.region):
            words = f"{self.of.title} are no longer read{place}, so nobody knows what {p.called} has by now. Owners "
            raise Refusal(f"{words}switch them on again on “Which are read”.")
        if problem := row.not_read.get(self.about):
            title = self.of.part(self.about).title.lower()
            words = f"Of {self.named(p)} the {title} isn’t read, so no plan can say what it changes."
            raise Refusal(f"{words} {problem['why']}")
        return row

    def mirrored(self, draft: Draft, p: P) -> Value:
        row = self.row(draft, p)
        return {"object": row.aws_id, **self.held(row, p)}

    @abstractmethod
    def held(self, row: Resource, p: P) -> Mapping[str, Any]:
        """The rest of the part as the row has it."""

    # ---- At AWS ----------------------------------------------------------------------------------------------
    def live(self, client: AwsClient, p: P) -> Value:
        part, listed = self.of.part(self.about), self.listed(p)
        ask = reads.asker(client, self.of, p.region).at(p.region)
        try:
            found = reads.told(part, part.get(ask, listed), listed)
        except NotFound:
            return None
        return {"object": id_of(p.arn), **self.read(found, p)}

    @abstractmethod
    def listed(self, p: P) -> Listed:
        """As the list of its kind has it."""

    @abstractmethod
    def read(self, found: Any, p: P) -> Mapping[str, Any]:
        """The rest of the part: of what AWS told of it."""

    def describe(self, value: Value) -> str:
        return f"no such {self.of.word}" if value is None else self.describe_existing(value)

    @abstractmethod
    def describe_existing(self, value: Value) -> str:
        """The same, where there is such a resource."""
