"""Attributes of a person. The part is {"sub", "attributes": {name: digest}} of those that the mirror keeps.

A plan has values encrypted, and of what it expects to find digests only: they are personal, and audit entries stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.crypto import salted_hmac

from cognito.models import CognitoUser
from cognito.people import schema
from cognito.people.guarded import guarded_attributes, why_guarded_attributes
from cognito.people.mirrors.person import find_one
from cognito.people.operations.base import PersonOperation, PersonParams, is_elsewhere
from cognito.people.person_record import SUB
from cognito.permissions import SET_ATTRIBUTES
from sync.aws.client import AwsClient
from sync.calls import PersonalParameter, concealed, revealed
from sync.checks import PlanFinding
from sync.mirror import Item
from sync.operations import (
    BadParams,
    Call,
    Guarantee,
    PreviousAttempt,
    Risk,
    StepResult,
    StepSpec,
    Value,
)
from sync.plan_draft import Draft
from sync.sealed import NotKept

_DIGITS = 16
_ADDRESSES = ("email", "phone_number")


def digest(sub: str, name: str, value: str) -> str:
    """ "" of no value. Nobody without the console's key can tell the value, nor that two people have the same."""
    said = f"{sub}\n{name}\n{value}"
    return salted_hmac("cognito.attribute", said, algorithm="sha256").hexdigest()[:_DIGITS] if value else ""


@dataclass(frozen=True)
class AttributeNamesParams(PersonParams):
    compared: tuple[str, ...] = ()  # names that the mirror keeps, so that the plan knows what is there


@dataclass(frozen=True)
class SetAttributesParams(AttributeNamesParams):
    """`attributes` are encrypted, by their names; `digests` of those that will show at once."""

    attributes: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.attributes:
            raise BadParams("There is no attribute to set.")


@dataclass(frozen=True)
class DeleteAttributesParams(AttributeNamesParams):
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.names:
            raise BadParams("There is no attribute to remove.")


N = TypeVar("N", bound=AttributeNamesParams)


class AttributesOperation(PersonOperation[N]):
    bills = True
    needed_for = SET_ATTRIBUTES

    def names(self, p: N) -> Sequence[str]:
        raise NotImplementedError

    def wanted(self, p: N) -> Mapping[str, str]:
        """The digests that it leaves, by name; "" where nothing is left."""
        raise NotImplementedError

    def gives(self, draft: Draft, p: N) -> str:
        return why_guarded_attributes(draft, p.pool_id, self.names(p))

    def risk_of(self, draft: Draft, p: N) -> Risk:
        risk = super().risk_of(draft, p)
        return Risk.HIGH if risk is Risk.LOW and self.sign_in_names(draft, p) else risk

    def sign_in_names(self, draft: Draft, p: N) -> list[str]:
        """Of what it sets: that by which the person signs in. Whoever comes by an outside provider does so there."""
        person = self._there(draft, p)
        if person is None or is_elsewhere(person):
            return []
        ways = {*person.pool.username_attributes, *person.pool.alias_attributes}
        return sorted(ways.intersection(self.names(p)))

    def part(self, p: N) -> str:
        return f"person.attributes:{p.pool_id}/{p.sub} {' '.join(sorted(self.names(p)))}"

    def describe_existing(self, value: Value) -> str:
        said = {name: f"value {found}" if found else "none" for name, found in value["attributes"].items()}
        listed = ", ".join(f"{name} ({found})" for name, found in said.items())
        return listed or "the person; the mirror keeps none of these attributes"

    def of_row(self, draft: Draft, p: N, row: CognitoUser) -> Mapping[str, Value]:
        return {"attributes": {name: digest(p.sub, name, row.attributes.get(name, "")) for name in p.compared}}

    def of_item(self, client: AwsClient, p: N, item: Item) -> Mapping[str, Value]:
        found = digests_of(p.sub, item)
        return {"attributes": {name: found.get(name, "") for name in p.compared}}

    def after(self, p: N, value: Value) -> Value:
        wanted = self.wanted(p)
        left = {name: wanted.get(name, found) for name, found in value["attributes"].items()}
        return {**value, "attributes": left}

    def changes(self, p: N, value: Value) -> bool:
        return bool(set(self.names(p)) - set(p.compared)) or super().changes(p, value)

    def done(self, client: AwsClient, p: N, live: Value, tried: Sequence[PreviousAttempt]) -> StepResult | None:
        """By all attributes that it sets, kept in the mirror or not."""
        item = find_one(client.at(p.region), p.pool_id, SUB, p.sub)
        if item is None:
            return None
        found = digests_of(p.sub, item)
        return StepResult() if all(found.get(name, "") == wanted for name, wanted in self.wanted(p).items()) else None

    def limits(self, draft: Draft, p: N, value: Value) -> list[PlanFinding]:
        found = [PlanFinding("BAD_ATTRIBUTE", "error", said) for said in self.refusals(draft, p)]
        guarded = guarded_attributes(draft, p.pool_id, self.names(p))
        if guarded and not found:
            words = f"{', '.join(guarded)} can give AWS access or an account away: somebody else should look at it."
            found.append(PlanFinding("GUARDED_ATTRIBUTE", "security_warning", words, about=tuple(guarded)))
        return found

    def refusals(self, draft: Draft, p: N) -> list[str]:
        raise NotImplementedError

    def kept(self, p: N) -> Sequence[str]:
        """The encrypted values that it sets; one of somebody who is erased is empty."""
        return []

    def before(self, draft: Draft, p: N, value: Value) -> dict[str, Any]:
        """What was there, encrypted; of an address also whether it was verified."""
        row = self.row(draft, p)
        names = {*p.compared, *(f"{name}_verified" for name in _ADDRESSES if name in p.compared)}
        kept = {name: row.attributes.get(name, "") for name in names if name in row.attributes or name in p.compared}
        return {"attributes": {name: concealed(said) if said else "" for name, said in kept.items()}}

    def reverse(self, p: N, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        """What the mirror didn't keep nobody can bring back, nor what was erased since."""
        if not any(before["attributes"].values()) and not all(self.kept(p)):
            return []
        try:
            old = {name: revealed(said).open() if said else "" for name, said in before["attributes"].items()}
        except NotKept:
            return []
        steps = []
        if back := {name: said for name, said in old.items() if said}:
            steps.append(self.spec_of(SetAttributes.kind, p, "", **as_params(p.sub, back, p.compared)))
        if new := [name for name, said in old.items() if not said and self.wanted(p).get(name)]:
            steps.append(self.spec_of(DeleteAttributes.kind, p, "", names=new, compared=new))
        return steps


class SetAttributes(AttributesOperation[SetAttributesParams]):
    """AWS may send a code to a new address: whether it was done is looked up, and it isn't sent twice."""

    kind = "cognito.user.attributes.set"
    aws_operation = "AdminUpdateUserAttributes"
    guarantee = Guarantee.DETECTABLE
    params_type = SetAttributesParams

    def names(self, p: SetAttributesParams) -> Sequence[str]:
        return list(p.attributes)

    def kept(self, p: SetAttributesParams) -> Sequence[str]:
        return list(p.attributes.values())

    def wanted(self, p: SetAttributesParams) -> Mapping[str, str]:
        return p.digests

    def title(self, p: SetAttributesParams) -> str:
        return f"Set {', '.join(p.attributes)} of {p.sub}"

    def calls(self, p: SetAttributesParams) -> list[Call]:
        described = [{"Name": name, "Value": PersonalParameter(value)} for name, value in p.attributes.items()]
        return self.sent(p, Username=p.called, UserAttributes=described)

    def personal(self, p: SetAttributesParams) -> Mapping[str, str]:
        return {name: _open(value) for name, value in p.attributes.items()}

    def limits(self, draft: Draft, p: SetAttributesParams, value: Value) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        if any(each.severity == "error" for each in found):
            return found
        for name in self.sign_in_names(draft, p):
            found.append(PlanFinding("SIGN_IN_ADDRESS", "warning", self._signs_in_by(draft, p, name), about=(name,)))
        return found

    def _signs_in_by(self, draft: Draft, p: SetAttributesParams, name: str) -> str:
        """ "AdminUpdateUserAttributes" in the API Reference; "Customizing sign-in attributes" for aliases."""
        if name not in p.digests:  # it doesn't show at once
            then = "by the new value once they have typed the code that AWS sends there, until then by the old one"
        elif name in self.row(draft, p).pool.username_attributes:
            then = "from then on by the new value, and no longer by the old one"
        else:
            then = "no longer by the old value, and by the new one once it is verified"
        hears = " AWS tells the old address nothing." if name in _ADDRESSES else ""
        return f"They sign in by {name}: {then}.{hears} Make sure that it is theirs, and typed right."

    def refusals(self, draft: Draft, p: SetAttributesParams) -> list[str]:
        try:
            values = {name: revealed(value).open() for name, value in p.attributes.items()}
        except NotKept as gone:
            return [str(gone)]
        return list(schema.problems(self.row(draft, p).pool, values).values())


class DeleteAttributes(AttributesOperation[DeleteAttributesParams]):
    kind = "cognito.user.attributes.delete"
    aws_operation = "AdminDeleteUserAttributes"
    params_type = DeleteAttributesParams

    def names(self, p: DeleteAttributesParams) -> Sequence[str]:
        return p.names

    def wanted(self, p: DeleteAttributesParams) -> Mapping[str, str]:
        return dict.fromkeys(p.names, "")

    def title(self, p: DeleteAttributesParams) -> str:
        return f"Remove {', '.join(p.names)} from {p.sub}"

    def calls(self, p: DeleteAttributesParams) -> list[Call]:
        return self.sent(p, Username=p.called, UserAttributeNames=list(p.names))

    def refusals(self, draft: Draft, p: DeleteAttributesParams) -> list[str]:
        pool = self.row(draft, p).pool
        return [said for name in p.names if (said := schema.undeletable(pool, name))]


def _open(concealed_value: Any) -> str:
    try:
        return revealed(concealed_value).open()
    except NotKept:
        return ""


def digests_of(sub: str, item: Item) -> dict[str, str]:
    return {each["Name"]: digest(sub, each["Name"], each.get("Value", "")) for each in item["Attributes"]}


def as_params(sub: str, values: Mapping[str, str], kept: Sequence[str], waiting: Sequence[str] = ()) -> dict[str, Any]:
    """`kept`: names that the mirror keeps; `waiting`: those of which a new value doesn't show at once."""
    return {
        "attributes": {name: concealed(value) for name, value in values.items()},
        "digests": {name: digest(sub, name, value) for name, value in values.items() if name not in waiting},
        "compared": sorted(name for name in values if name in kept),
    }
