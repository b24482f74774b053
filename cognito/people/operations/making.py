"""Inviting somebody, and inviting once more. The part of the first is {"there": the sub of who is so called, or ""}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import AwsAccount
from cognito.models import CognitoUser, UserPool
from cognito.people import schema
from cognito.people.changes import SET, set_for
from cognito.people.guarded import VERIFIED, guarded_attributes, why_guarded_attributes
from cognito.people.messages import EMAIL, SMS
from cognito.people.mirrors.person import PERSON, find_one
from cognito.people.operations.attributes import digest
from cognito.people.operations.base import PeopleOperation, PersonParams
from cognito.people.operations.credentials import PASSWORD
from cognito.people.operations.user_status import StatusOperation
from cognito.pool_calls import PoolParams
from cognito.pools.operations.base import pool_row
from sync.aws.client import AwsClient
from sync.calls import PersonalParameter, concealed, revealed
from sync.checks import PlanFinding
from sync.mirror import Item
from sync.object_ref import ObjectRef
from sync.operation_mixins import HasSecrets
from sync.operations import (
    BadParams,
    Call,
    Guarantee,
    MakesObject,
    PreviousAttempt,
    SealedParameter,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft
from sync.sealed import NotKept, is_reference

_MADE = "somebody new"
USERNAME = "username"


@dataclass(frozen=True)
class NewPersonParams(PoolParams):
    """`by`: what `username` is, for AWS to look for: username, email or phone_number. `key` tells it from others.

    `channel`: EMAIL, SMS, or "" for no message. `line`: of the table that she stands in, by which the steps of a change
    are told apart without naming anybody; 0 where there is none.
    """

    username: str  # encrypted
    by: str
    key: str
    attributes: dict[str, Any] = field(default_factory=dict)  # encrypted, by their names
    channel: str = ""
    password: str = ""  # the reference of the sealed text; "": AWS makes one, and says it in the message only
    made_up: bool = False
    said: str = ""
    line: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.channel not in ("", EMAIL, SMS):
            raise BadParams("An invitation goes by EMAIL, by SMS, or not at all.", field="channel")
        if self.password and not is_reference(self.password):
            raise BadParams("A password is sealed before it becomes part of a plan.")
        if not self.channel and not self.password:
            raise BadParams("Without a message nobody learns a password that AWS generates: give one.", field="how")


class CreatePerson(PeopleOperation[NewPersonParams], HasSecrets[NewPersonParams], MakesObject[NewPersonParams]):
    """AWS shows whether it was done, so that no second invitation goes out."""

    kind = "cognito.user.create"
    aws_operation = "AdminCreateUser"
    guarantee = Guarantee.DETECTABLE
    params_type = NewPersonParams
    asks_mirror = False  # it is about nobody yet
    bills = True

    def why_guarded(self, draft: Draft, p: NewPersonParams) -> str:
        return why_guarded_attributes(draft, p.pool_id, _said_of(p))

    def title(self, p: NewPersonParams) -> str:
        where = f", line {p.line} of the CSV" if p.line else ""
        return f"{'Invite' if p.channel else 'Make'} somebody new in {p.pool_id}{where}"

    def note(self, p: NewPersonParams) -> str:
        return p.said

    def whom(self, p: NewPersonParams) -> str:
        try:
            return revealed(p.username).open()
        except NotKept:
            return ""

    def personal(self, p: NewPersonParams) -> Mapping[str, str]:
        try:
            return {name: revealed(said).open() for name, said in p.attributes.items()}
        except NotKept:
            return {}

    def calls(self, p: NewPersonParams) -> list[Call]:
        described = [{"Name": name, "Value": PersonalParameter(value)} for name, value in p.attributes.items()]
        how: dict[str, Any] = {"DesiredDeliveryMediums": [p.channel]} if p.channel else {"MessageAction": "SUPPRESS"}
        password = {"TemporaryPassword": SealedParameter(p.password)} if p.password else {}
        return self.sent(p, Username=PersonalParameter(p.username), UserAttributes=described, **password, **how)

    def objects(self, p: NewPersonParams) -> list[str]:
        return [f"{CognitoUser.kind}:{p.pool_arn}/new:{p.key}"]

    def makes(self, p: NewPersonParams) -> str:
        return self.objects(p)[0]

    def part(self, p: NewPersonParams) -> str:
        return f"person.new:{p.pool_id}/{p.key}"

    def affected_objects(self, aws_account: AwsAccount, p: NewPersonParams) -> list[ObjectRef]:
        tells = f"{p.by}={revealed(p.username).open()}"
        return [ObjectRef(PERSON.kind, "", _MADE, p.pool_arn, p.region, former_name=tells)]

    def describe(self, value: Value) -> str:
        return f"{value['there']} of that name" if value["there"] else "nobody of that name"

    def prefetch(self, draft: Draft, params: Sequence[NewPersonParams]) -> None:
        for pool_arn, by in {(p.pool_arn, p.by) for p in params}:
            of_pool = [p for p in params if (p.pool_arn, p.by) == (pool_arn, by) and p.key not in draft.remembered]
            named = {revealed(p.username).open(): p.key for p in of_pool}
            draft.remembered.update(dict.fromkeys(named.values(), ""))
            people = CognitoUser.objects.live().filter(aws_account=draft.aws_account, pool__arn=pool_arn)
            column = "name" if by == USERNAME else f"attributes__{by}"
            for sub, said in people.filter(**{f"{column}__in": list(named)}).values_list("aws_id", column):
                draft.remembered[named[said]] = sub

    def mirrored(self, draft: Draft, p: NewPersonParams) -> Value:
        if p.key not in draft.remembered:
            self.prefetch(draft, [p])
        return {"there": draft.remembered[p.key]}

    def limits(self, draft: Draft, p: NewPersonParams, value: Value) -> list[PlanFinding]:
        if value["there"]:
            return [
                PlanFinding(
                    "IS_THERE", "error", "There is somebody of that name in the pool already.", field="username"
                )
            ]
        values = {name: revealed(said).open() for name, said in p.attributes.items()}
        if p.by != USERNAME:
            values[p.by] = revealed(p.username).open()
        pool = pool_row(draft, p.pool_arn)
        said = list(schema.problems(pool, values, new=True).values())
        missing = {EMAIL: "email", SMS: "phone_number"}.get(p.channel)
        if missing and not values.get(missing):
            said.append(f"There is no {missing} to send the invitation to.")
        found = [PlanFinding("BAD_ATTRIBUTE", "error", sentence) for sentence in said]
        guarded = guarded_attributes(draft, p.pool_id, _said_of(p))
        if guarded and not found:
            words = f"{', '.join(guarded)} can give AWS access or an account away: somebody else should look at it."
            found.append(PlanFinding("GUARDED_ATTRIBUTE", "security_warning", words, about=tuple(guarded)))
        return found

    def after(self, p: NewPersonParams, value: Value) -> Value:
        return {"there": _MADE}

    def live(self, client: AwsClient, p: NewPersonParams) -> Value:
        item = self._find(client, p)
        return {"there": PERSON.object_id(item) if item else ""}

    def done(
        self, client: AwsClient, p: NewPersonParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """Who wasn't there before our first try, was made since then, and is as we said."""
        item = self._find(client, p)
        if item is None or tried[0].found["there"] or not _is_as_said(item, p):
            return None
        made = tried[0].may_have_made(item.get("UserCreateDate"))
        return StepResult({"id": PERSON.object_id(item)}) if made else None

    def _find(self, client: AwsClient, p: NewPersonParams) -> Any:
        return find_one(client.at(p.region), p.pool_id, p.by, revealed(p.username).open())

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": PERSON.object_id(answer["User"])}

    def made_up(self, p: NewPersonParams) -> Mapping[str, str]:
        return {PASSWORD: p.password} if p.made_up else {}

    def reverse(self, p: NewPersonParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        about = {"pool_arn": p.pool_arn, "sub": result.get("id", "")}
        return [StepSpec(f"cognito.user.{verb}", about) for verb in ("disable", "delete")] if about["sub"] else []


def _is_as_said(item: Item, p: NewPersonParams) -> bool:
    """Not whom somebody else made of that name meanwhile: but what is verified may be AWS's doing."""
    found = {each["Name"]: each.get("Value", "") for each in item["Attributes"]}
    said = {name: value for name, value in p.attributes.items() if name not in VERIFIED}
    return all(found.get(name) == revealed(value).open() for name, value in said.items())


@dataclass(frozen=True)
class InviteAgainParams(PersonParams):
    name: str = ""  # encrypted: an invitation takes no `sub`
    channel: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.channel not in (EMAIL, SMS) or not self.name:
            raise BadParams("An invitation goes to somebody, by EMAIL or by SMS.", field="channel")


class ResendInvitation(StatusOperation[InviteAgainParams]):
    """With a new temporary password, which is sent and shown to nobody else; the old one is void."""

    kind = "cognito.user.resend_invite"
    aws_operation = "AdminCreateUser"
    guarantee = Guarantee.AT_MOST_ONCE
    undo = Undo.NEVER
    shows = False
    params_type = InviteAgainParams

    def prefetch(self, draft: Draft, params: Sequence[InviteAgainParams]) -> None:
        super().prefetch(draft, params)
        subs = [p.sub for p in params if (SET, p.sub) not in draft.remembered]
        were_set = set_for(subs, draft.aws_account)
        draft.remembered.update({(SET, sub): sub in were_set for sub in subs})

    def _was_set(self, draft: Draft, p: InviteAgainParams) -> bool:
        if (SET, p.sub) not in draft.remembered:
            self.prefetch(draft, [p])
        return bool(draft.remembered[SET, p.sub])

    def title(self, p: InviteAgainParams) -> str:
        return f"Invite {p.sub} once more"

    def note(self, p: InviteAgainParams) -> str:
        return f"{p.said} Whatever temporary password they had before, sent or set, is void.".strip()

    def calls(self, p: InviteAgainParams) -> list[Call]:
        how = {"MessageAction": "RESEND", "DesiredDeliveryMediums": [p.channel]}
        return self.sent(p, Username=PersonalParameter(p.name), **how)

    def limits(self, draft: Draft, p: InviteAgainParams, value: Value) -> list[PlanFinding]:
        if value["status"] == CognitoUser.Status.FORCE_CHANGE_PASSWORD:
            if not self._was_set(draft, p):
                return []
            words = f"A temporary password was set for {p.sub} here since the invitation: another invitation voids it."
            return [PlanFinding("VOIDS_PASSWORD", "warning", words, about=(p.sub,))]
        words = f"{p.sub} has the status {value['status']}: only who has a temporary password is invited again."
        return [PlanFinding("WRONG_STATE", "error", words)]


def _said_of(p: NewPersonParams) -> list[str]:
    """The claims that it sets: what they are invited by is one, too."""
    return [*p.attributes, "cognito:username" if p.by == USERNAME else p.by]


def called_by(pool: UserPool, username: str) -> str:
    """What the name is that somebody is invited by: username, email or phone_number."""
    ways = pool.username_attributes
    if len(ways) < 2:
        return str(ways[0]) if ways else USERNAME
    return "email" if "@" in username else "phone_number"


def new_person(
    pool: UserPool,
    username: str,
    attributes: Mapping[str, str],
    *,
    channel: str = "",
    password: str = "",
    made_up: bool = False,
    said: str = "",
    line: int = 0,
) -> StepSpec:
    """`password`: the reference of the sealed text. `line`: of a table, counted from 1."""
    by = called_by(pool, username)
    return StepSpec(
        CreatePerson.kind,
        {
            "pool_arn": pool.arn,
            "username": concealed(username),
            "by": by,
            "key": digest(pool.aws_id, by, username.casefold()),
            "attributes": {name: concealed(value) for name, value in attributes.items() if name != by},
            "channel": channel,
            "password": password,
            "made_up": made_up,
            "said": said,
            **({"line": line} if line else {}),
        },
    )
