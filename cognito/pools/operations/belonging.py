"""Making and deleting what belongs to a pool: groups, identity providers, resource servers.

Of making, the part is what AWS has under the name: None, or {"object", "settings"}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import region_in
from cognito.models import AppClient, CognitoGroup, CognitoUser
from cognito.people.messages import NO_MESSAGE
from cognito.people.operations.base import on_person
from cognito.pool_calls import PoolParams, pool_call
from cognito.pools.operations.base import PoolObjectOperation, child_row, pool_row, role_given, rows_of
from cognito.pools.operations.replacing import shown, with_sealed
from cognito.pools.operations.shapes import GROUP, PROVIDER, Shape
from iamconsole.web.words import counted, some
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.mirror import mirror_of
from sync.object_ref import ObjectRef
from sync.operations import (
    AccessChange,
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

# API reference: CreateGroup, CreateIdentityProvider, CreateResourceServer.
_NAMES = {
    "GroupName": (re.compile(r"\S{1,128}"), "A group’s name has 1 to 128 characters, and no spaces."),
    "ProviderName": (
        re.compile(r"[^_\s]\S{1,30}[^_\s]"),
        "A provider’s name has 3 to 32 characters, no spaces, and no _ at either end.",
    ),
    "Identifier": (
        re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,256}"),
        "An identifier has 1 to 256 characters, such as "
        "https://api.example.org, without spaces, quotes and backslashes.",
    ),
}


@dataclass(frozen=True)
class CreatePoolObjectParams(PoolParams):
    name: str
    settings: dict[str, Any] = field(default_factory=dict)  # by AWS's names
    provider_type: str = ""  # of an identity provider: "OIDC"


@dataclass(frozen=True)
class DeletePoolObjectParams(PoolParams):
    name: str  # a client's is its id
    called: str = ""  # what people call it, where that is something else

    @property
    def words(self) -> str:
        return self.called or self.name


class CreatePoolObject(PoolObjectOperation[CreatePoolObjectParams]):
    verb = "Create"
    guarantee = Guarantee.DETECTABLE
    params_type = CreatePoolObjectParams

    def parse(self, params: Mapping[str, Any]) -> CreatePoolObjectParams:
        p = super().parse(params)
        pattern, sentence = _NAMES[self.of.asked_by]
        if not pattern.fullmatch(p.name):
            raise BadParams(sentence, field="name")
        if unknown := p.settings.keys() - self.of.sent:
            raise BadParams(f"AWS knows no {', '.join(sorted(unknown))} of {self.of.title}s.")
        if bool(p.provider_type) is not (self.of is PROVIDER):
            raise BadParams("An identity provider has a type, and nothing else has.")
        return p

    def title(self, p: CreatePoolObjectParams) -> str:
        return f"Make the {self.of.title} {p.name}"

    def note(self, p: CreatePoolObjectParams) -> str:
        return "No app client lets people in through it yet." if self.of is PROVIDER else ""

    def calls(self, p: CreatePoolObjectParams) -> list[Call]:
        typed = {"ProviderType": p.provider_type} if p.provider_type else {}
        return [
            pool_call(p.pool_arn, self.aws_operation, **{self.of.asked_by: p.name}, **typed, **with_sealed(p.settings))
        ]

    def part(self, p: CreatePoolObjectParams) -> str:
        return f"{self.of.model.kind} there:{p.pool_arn} {p.name}"

    def affected_objects(self, aws_account: AwsAccount, p: CreatePoolObjectParams) -> list[ObjectRef]:
        # Without an id: what had this name before is another one.
        return [ObjectRef(self.of.model.kind, "", p.name, p.pool_arn, region_in(p.pool_arn))]

    def describe(self, value: Value) -> str:
        return f"no {self.of.title} of that name" if value is None else f"one of that name: the {self.of.title}"

    def access_changes(self, aws_account: AwsAccount, p: CreatePoolObjectParams) -> Sequence[AccessChange]:
        return role_given(p.pool_arn, p.name, "", p.settings.get("RoleArn", "")) if self.of is GROUP else ()

    def mirrored(self, draft: Draft, p: CreatePoolObjectParams) -> Value:
        pool = pool_row(draft, p.pool_arn)
        there = rows_of(self.of, draft.aws_account, p.pool_arn, p.name).exists()
        if pool.pk and there and not draft.is_deleted(self.key(p)):
            raise Refusal(f"{pool.name} has the {self.of.title} {p.name} already.", field="name")
        return None

    def after(self, p: CreatePoolObjectParams, value: Value) -> Value:
        return {"object": "", "settings": self._settings(p)}

    def _settings(self, p: CreatePoolObjectParams) -> dict[str, Any]:
        return shown(self.of.payload(p.settings))

    def reverse(
        self, p: CreatePoolObjectParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        return [remove(self.of, p.pool_arn, p.name)]

    def done(
        self, client: AwsClient, p: CreatePoolObjectParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """One that wasn't there before our first try, and has what we asked for. AWS adds what it derives."""
        if live is None or tried[0].found is not None:
            return None
        asked, has = self._settings(p), live["settings"]
        return StepResult({"id": live["object"]}) if all(_holds(has.get(name), asked[name]) for name in asked) else None


class CreateCognitoGroup(CreatePoolObject, MakesObject[CreatePoolObjectParams]):
    """Later steps may put people into it."""

    def makes(self, p: CreatePoolObjectParams) -> str:
        return self.key(p)

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": mirror_of(self.of.model.kind).object_id(answer["Group"])}


def _holds(has: Any, asked: Any) -> bool:
    if isinstance(has, dict) and isinstance(asked, dict):
        return all(has.get(name) == value for name, value in asked.items())
    return bool(has == asked)


class DeletePoolObject(PoolObjectOperation[DeletePoolObjectParams], DeletesObject[DeletePoolObjectParams]):
    """The part is that of its settings: it is deleted as it was."""

    verb = "Delete"
    risk = Risk.DESTRUCTIVE
    params_type = DeletePoolObjectParams

    def title(self, p: DeletePoolObjectParams) -> str:
        return f"Delete the {self.of.title} {p.words}"

    def calls(self, p: DeletePoolObjectParams) -> list[Call]:
        return [pool_call(p.pool_arn, self.aws_operation, **{self.of.asked_by: p.name})]

    def deletes(self, p: DeletePoolObjectParams) -> str:
        return self.key(p)

    def mirrored(self, draft: Draft, p: DeletePoolObjectParams) -> Value:
        row = child_row(self.of, draft, p.pool_arn, p.name)
        return {"object": row.aws_id, "settings": self.of.payload(row.settings)}

    def limits(self, draft: Draft, p: DeletePoolObjectParams, value: Value) -> list[PlanFinding]:
        """What refers to it has to let go of it first."""
        gone = {
            step.params.name
            for step in draft.steps
            if isinstance(step.operation, DeletePoolObject) and step.operation.of.model is AppClient
        }
        left = [
            client.name
            for client in using(self.of, draft.aws_account, p.pool_arn, p.name)
            if client.aws_id not in gone and not _lets_go(draft, p, client.aws_id, self.of)
        ]
        if not left:
            return []
        words = f"The app clients {some(left)} use {p.words}: take it from them first."
        return [PlanFinding("IN_USE", "error", words)]

    def before(self, draft: Draft, p: DeletePoolObjectParams, value: Value) -> dict[str, Any]:
        return {"settings": value["settings"]} if value else {}

    def reverse(
        self, p: DeletePoolObjectParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        again = self.undo is Undo.REVERSIBLE and before
        return [make(self.of, p.pool_arn, p.name, before["settings"])] if again else []


class DeletePoolProvider(DeletePoolObject):
    undo = Undo.NEVER

    def note(self, p: DeletePoolObjectParams) -> str:
        return "Its people can't sign in through it any more. It has a secret that this console doesn't keep."


class DeleteClient(DeletePoolObject):
    undo = Undo.NEVER

    def note(self, p: DeletePoolObjectParams) -> str:
        return "Apps that use it stop working at once, and a new one has another id. Tokens last until they expire."


def using(of: Shape, aws_account: AwsAccount, pool_arn: str, name: str) -> list[AppClient]:
    """The app clients that name the provider, or a scope of the resource server."""
    if of.asked_by not in ("ProviderName", "Identifier"):
        return []
    clients = AppClient.objects.live().filter(aws_account=aws_account, arn=pool_arn).order_by("name_key", "pk")
    return [client for client in clients if _uses(of, client.settings, name)]


def _uses(of: Shape, settings: Mapping[str, Any], name: str) -> bool:
    if of.asked_by == "ProviderName":
        return name in settings.get("SupportedIdentityProviders", [])
    return any(scope.startswith(f"{name}/") for scope in settings.get("AllowedOAuthScopes", []))


def _lets_go(draft: Draft, p: DeletePoolObjectParams, client_id: str, of: Shape) -> bool:
    steps = [step for step in draft.steps if step.kind == "cognito.client.update" and step.params.name == client_id]
    return bool(steps) and not _uses(of, steps[-1].params.settings, p.name)


def make(of: Shape, pool_arn: str, name: str, settings: Mapping[str, Any], provider_type: str = "") -> StepSpec:
    """`settings`: by AWS's names; what is secret in them by the reference of what was sealed."""
    said = {"pool_arn": pool_arn, "name": name, "settings": dict(settings)}
    return StepSpec(of.step_kind("create"), said | ({"provider_type": provider_type} if provider_type else {}))


def remove(of: Shape, pool_arn: str, name: str, called: str = "") -> StepSpec:
    said = {"pool_arn": pool_arn, "name": name}
    return StepSpec(of.step_kind("delete"), said | ({"called": called} if called else {}))


# ---- Deleting a group of a pool. Its reverse makes it again, and puts back whom the mirror knew to be in it --------
PUT_BACK = 500  # members at most: one step, and two calls, each
ADD = "cognito.user.group.add"


class DeleteCognitoGroup(DeletePoolObject):
    undo = Undo.NEW_ID

    def note(self, p: DeletePoolObjectParams) -> str:
        return (
            "Its members stay people of the pool. Its reverse makes it again with its settings, and puts back whom the "
            f"mirror knows to be in it now, {PUT_BACK} people at most."
        )

    def access_changes(self, aws_account: AwsAccount, p: DeletePoolObjectParams) -> Sequence[AccessChange]:
        row = rows_of(self.of, aws_account, p.pool_arn, p.name).first()
        return role_given(p.pool_arn, p.name, row.role_arn if row else "", "")

    def limits(self, draft: Draft, p: DeletePoolObjectParams, value: Value) -> list[PlanFinding]:
        """What of the members a reverse could not bring back."""
        group = child_row(self.of, draft, p.pool_arn, p.name)
        found = super().limits(draft, p, value)
        if group.members_read_at is None:
            words = f"The mirror doesn’t know who is in {p.name}: a reverse makes it again with nobody in it."
            return [*found, PlanFinding("MEMBERS_UNKNOWN", "warning", words, about=())]
        number = _members(group).count()
        if number > PUT_BACK:
            words = (
                f"{p.name} has {counted(number, 'member')}: a reverse puts back the first {PUT_BACK}. Export the "
                "people of the group first, to put back the others from that file."
            )
            found.append(PlanFinding("MANY_MEMBERS", "warning", words, about=(), amount=number))
        return found

    def before(self, draft: Draft, p: DeletePoolObjectParams, value: Value) -> dict[str, Any]:
        """With its members by their `sub`."""
        kept = super().before(draft, p, value)
        pool = pool_row(draft, p.pool_arn)
        group = CognitoGroup.objects.filter(pool=pool.pk, aws_id=value["object"]).first() if kept else None
        if group is None:
            return kept
        subs = _members(group).order_by("aws_id").values_list("aws_id", flat=True)[:PUT_BACK]
        return {**kept, "members": list(subs)}

    def reverse(
        self, p: DeletePoolObjectParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        """Who is gone since isn't put back. Of a change from before members were kept there are none."""
        if not before:
            return []
        people = CognitoUser.objects.live().filter(pool__arn=p.pool_arn, aws_id__in=before.get("members", []))
        back = [
            on_person(person, ADD, NO_MESSAGE, group=p.name)
            for person in people.select_related("pool").order_by("aws_id")
        ]
        return [make(self.of, p.pool_arn, p.name, before["settings"]), *back]


def _members(group: CognitoGroup) -> Any:
    held = group.memberships.filter(gone_at__isnull=True)
    return CognitoUser.objects.live().filter(pk__in=held.values("user"))
