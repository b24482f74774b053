"""Making and deleting objects. Of making, the part is what AWS has under the name: None, or {"id": "AIDA…", …}."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.utils.dateparse import parse_datetime

from accounts.models import AwsAccount
from aws_constraints.arn import name_of, path_of
from objects.operations.arns import check_arn
from objects.operations.objects import KindOfObject, ObjectOperation, ObjectParams
from objects.operations.rows import object_key
from sync.aws.client import AwsClient
from sync.mirror.base import mirror_of
from sync.models import MirroredRow
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

_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)


@dataclass(frozen=True)
class CreateObjectParams:
    arn: str  # as AWS will call it: its path and its name are in it

    @property
    def name(self) -> str:
        return name_of(self.arn)

    @property
    def path(self) -> str:
        return path_of(self.arn)


P = TypeVar("P", bound=CreateObjectParams)


def check_name_of(word: str, name: str, longest: int) -> None:
    """Raises BadParams."""
    if len(name) > longest or not _NAME.fullmatch(name):
        raise BadParams(f"The name of {a(word)} has 1 to {longest} letters, digits and +=,.@_- only.", field="name")


def a(word: str) -> str:
    """ "a user", "an instance profile"."""
    return f"{'an' if word[0] in 'iO' else 'a'} {word}"


class Creation(Operation[P]):
    """Names are unique in an AWS account, whatever their path and case (IAM User Guide, "IAM identifiers")."""

    word: str  # as sentences have it: "user", "SAML provider"
    resource: str  # as ARNs have it: "user", "saml-provider"
    model: type[MirroredRow]
    longest: int = 128  # characters of a name
    guarantee = Guarantee.DETECTABLE
    undo = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.LOW

    def parse(self, params: Mapping[str, Any]) -> P:
        p = super().parse(params)
        self.check_name(p)
        check_arn(p.arn, self.resource)
        return p

    def check_name(self, p: P) -> None:
        """Raises BadParams."""
        check_name_of(self.word, p.name, self.longest)

    def title(self, p: P) -> str:
        return f"Make the {self.word} {p.name}"

    def note(self, p: P) -> str:
        return "Its reverse deletes it, as long as nothing depends on it."

    def objects(self, p: P) -> list[str]:
        return [object_key(self.model, p.arn)]

    def makes(self, p: P) -> str:
        return object_key(self.model, p.arn)

    def part(self, p: P) -> str:
        return f"existence:{p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        # Without an id: what had this ARN before is another object.
        return [ObjectRef(self.model.kind, "", p.name, p.arn)]

    def describe(self, value: Value) -> str:
        return f"no {self.word} of that name" if value is None else f"{a(self.word)} of that name"

    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        named: dict[str, list[Any]] = {p.name.casefold(): [] for p in params}
        for row in self.model.objects.live().filter(aws_account=draft.aws_account, name_key__in=list(named)):
            named[row.name.casefold()].append(row)
        draft.remembered.update({(self.model, "named", name): rows for name, rows in named.items()})

    def mirrored(self, draft: Draft, p: P) -> Value:
        if (key := (self.model, "named", p.name.casefold())) not in draft.remembered:
            self.prefetch(draft, [p])
        for row in draft.remembered[key]:
            if not draft.is_deleted(object_key(self.model, row.arn)):
                raise Refusal(
                    f"There is {a(self.word)} {row.name} already: names are unique, whatever their case.", field="name"
                )
        return None

    def after(self, p: P, value: Value) -> Value:
        return {"id": ""}

    @abstractmethod
    def live(self, client: AwsClient, p: P) -> Value:
        """None, or {"id", "arn", "made"}: made when, in ISO 8601."""

    def done(self, client: AwsClient, p: P, live: Value, tried: Sequence[PreviousAttempt]) -> StepResult | None:
        """One that wasn't there before our first try, and was made since then at our path. AWS tells whole seconds."""
        if live is None or tried[0].found is not None or live["arn"] != p.arn:
            return None
        made = parse_datetime(live["made"])
        began = tried[0].at.replace(microsecond=0)
        return StepResult({"id": live["id"]}) if made is not None and made >= began else None


class ObjectCreation(Creation[P]):
    kind: str  # type: ignore[misc]  # of the instance

    def __init__(self, of: KindOfObject) -> None:
        self.of = of
        self.kind = f"iam.{of.word}.create"
        self.word, self.resource, self.model = of.title, of.resource, of.model

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [delete(self.of, p.arn)]

    def live(self, client: AwsClient, p: P) -> Value:
        mirror = mirror_of(self.model.kind)
        item = mirror.read_one(client, ObjectRef(self.model.kind, "", p.name, p.arn))
        if item is None:
            return None
        seen = mirror.see(item)
        return {"id": seen.object_id, "arn": seen.arn, "made": seen.volatile["created_at"].isoformat()}


@dataclass(frozen=True)
class DeleteObjectParams:
    arn: str


D = TypeVar("D", bound=ObjectParams)


class Deletion(ObjectOperation[D]):
    verb = "delete"
    aws_operation = "Delete{}"
    risk: ClassVar[Risk] = Risk.DESTRUCTIVE

    def title(self, p: D) -> str:
        return f"Delete {self.of.words(p.arn)}"

    def calls(self, p: D) -> list[Call]:
        return [self.of.call(p.arn, self.aws_operation)]

    def deletes(self, p: D) -> str:
        return self.key(p)

    def part(self, p: D) -> str:
        return f"whole:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        return "it as it was, or as somebody changed it"

    def after(self, p: D, value: Value) -> Value:
        return None

    def is_so_already(self, p: D) -> str:
        return f"There is no such {self.of.title}."

    def done(self, client: AwsClient, p: D, live: Value, tried: Sequence[PreviousAttempt]) -> StepResult | None:
        """One that was made since then under its name is another one."""
        return StepResult() if live is None or live["object"] != tried[0].found["object"] else None


def delete(of: KindOfObject, arn: str) -> StepSpec:
    return StepSpec(f"iam.{of.word}.{Deletion.verb}", {"arn": arn})
