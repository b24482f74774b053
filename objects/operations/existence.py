"""Making and deleting objects. Of making, the part is what AWS has under the name: None, or {"id": "AIDA…", …}."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import name_of, path_of
from objects.kinds import AwsKind, IamKind
from objects.operations.objects import FacetOperation, ObjectParams
from sync.aws.client import AwsClient
from sync.aws.permission import Permission, write
from sync.object_ref import ObjectRef
from sync.operations import (
    BadParams,
    Call,
    DeletesObject,
    Guarantee,
    MakesObject,
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


def check_name(of: IamKind, name: str) -> None:
    """Raises BadParams."""
    if len(name) > of.longest or not _NAME.fullmatch(name):
        raise BadParams(
            f"The name of {of.a_word} has 1 to {of.longest} letters, digits and +=,.@_- only.", field="name"
        )


class Creation(MakesObject[P]):
    """Names are unique in an AWS account, whatever their path and case (IAM User Guide, "IAM identifiers")."""

    verb: ClassVar[str] = "create"
    aws_operation = "Create{}"
    guarantee: ClassVar[Guarantee] = Guarantee.DETECTABLE
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.LOW
    kind: str  # type: ignore[misc]  # of the instance: one class makes several operations

    def __init__(self, of: IamKind) -> None:
        self.of = of
        self.kind = of.step_kind(self.verb)
        self.aws_operation = self.aws_operation.format(of.noun)

    @property
    def permissions(self) -> Sequence[Permission]:
        return [write(f"iam:{self.aws_operation}", f"Make {self.of.several}.", self.of.arns)]

    def parse(self, params: Mapping[str, Any]) -> P:
        p = super().parse(params)
        self.check_name(p)
        self.of.check(p.arn)
        return p

    def check_name(self, p: P) -> None:
        """Raises BadParams."""
        check_name(self.of, p.name)

    def title(self, p: P) -> str:
        return f"Make the {self.of.word} {p.name}"

    def note(self, p: P) -> str:
        return "Its reverse deletes it, as long as nothing depends on it."

    def calls(self, p: P) -> list[Call]:
        """By its name: it has no ARN yet."""
        parameters = {self.of.name_parameter: p.name, "Path": p.path, **self.more(p)}
        action = f"iam:{self.aws_operation}"
        return [Call("iam", self.aws_operation, parameters, resource_arns=(p.arn,), actions=(action,))]

    def more(self, p: P) -> Mapping[str, Any]:
        """The parameters that only this kind has."""
        return {}

    def objects(self, p: P) -> list[str]:
        return [self.of.key(p.arn)]

    def makes(self, p: P) -> str:
        return self.of.key(p.arn)

    def part(self, p: P) -> str:
        return f"existence:{p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        # Without an id: what had this ARN before is another object.
        return [ObjectRef(self.of.model.kind, "", p.name, p.arn)]

    def describe(self, value: Value) -> str:
        return f"no {self.of.word} of that name" if value is None else f"{self.of.a_word} of that name"

    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        model = self.of.model
        named: dict[str, list[Any]] = {p.name.casefold(): [] for p in params}
        for row in model.objects.live().filter(aws_account=draft.aws_account, name_key__in=list(named)):
            named[row.name.casefold()].append(row)
        draft.remembered.update({(model, "named", name): rows for name, rows in named.items()})

    def mirrored(self, draft: Draft, p: P) -> Value:
        if (key := (self.of.model, "named", p.name.casefold())) not in draft.remembered:
            self.prefetch(draft, [p])
        for row in draft.remembered[key]:
            if not draft.is_deleted(self.of.key(row.arn)):
                raise Refusal(
                    f"There is {self.of.a_word} {row.name} already: names are unique, whatever their case.",
                    field="name",
                )
        return None

    def after(self, p: P, value: Value) -> Value:
        return {"id": ""}

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [delete(self.of, p.arn)]

    def live(self, client: AwsClient, p: P) -> Value:
        """None, or {"id", "arn", "made"}: made when, in ISO 8601."""
        found = self.of.read(client, p.arn)
        if found is None:
            return None
        return {"id": found.object_id, "arn": found.arn, "made": found.volatile["created_at"].isoformat()}

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer[self.of.noun][self.of.id_member]} if self.of.by_get else {}

    def done(self, client: AwsClient, p: P, live: Value, tried: Sequence[PreviousAttempt]) -> StepResult | None:
        """One that wasn't there before our first try, and was made since then at our path."""
        if live is None or tried[0].found is not None or live["arn"] != p.arn:
            return None
        return StepResult({"id": live["id"]}) if tried[0].may_have_made(live["made"]) else None


@dataclass(frozen=True)
class DeleteObjectParams:
    arn: str


D = TypeVar("D", bound=ObjectParams)


class Deletion(FacetOperation[D], DeletesObject[D]):
    verb = "delete"
    aws_operation = "Delete{}"
    risk: ClassVar[Risk] = Risk.DESTRUCTIVE

    def __init__(self, of: AwsKind) -> None:
        super().__init__(of)
        self.needed_for = of.changed_for or f"Delete {of.several}."

    def title(self, p: D) -> str:
        return f"Delete {self.named(p)}"

    def calls(self, p: D) -> list[Call]:
        return self.call(p, self.aws_operation)

    def deletes(self, p: D) -> str:
        return self.key(p)

    def part(self, p: D) -> str:
        return f"whole:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        return "it as it was, or as somebody changed it"

    def is_so_already(self, p: D) -> str:
        return f"There is no such {self.of.word}."


def delete(of: AwsKind, arn: str) -> StepSpec:
    return StepSpec(of.step_kind(Deletion.verb), {"arn": arn})
