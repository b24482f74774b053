"""Making, changing and deleting identity pools."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import AwsAccount
from cognito.identity_pools.mirrors import named
from cognito.identity_pools.operations.base import (
    IdentityPoolOperation,
    IdentityPoolParams,
    IdentityPoolRoleFact,
    ReplacingOperation,
    about,
    given,
    lets_guests_in,
)
from cognito.identity_pools.settings import IDENTITY_POOL, refuse_name
from cognito.kinds import IDENTITY_POOL as IDENTITY_POOL_KIND
from cognito.models import IdentityPool
from cognito.permissions import CHANGE_IDENTITY_POOLS, IDENTITY, IDENTITY_POOLS, identity_pool_arn
from cognito.setting import labels_of, members_of
from cognito.setting_values import canonical
from iamconsole.web.words import counted
from objects.operations.existence import Deletion
from sync.aws.client import AwsClient
from sync.aws.permission import SETTINGS, write
from sync.mirror import Content
from sync.object_ref import ObjectRef
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
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

# ---- The settings of an identity pool. UpdateIdentityPool replaces all of them, so a step carries all of them ------
# What a form changes is laid over what the mirror has (`with_settings`); the part is the whole, so that a step never
# takes away what somebody else set meanwhile: then it is a conflict, and planning again lays the same change over
# what is there by then. The part is {"object": "eu-west-1:…", "settings": {…}}, by AWS's names, in the mirror's
# canonical form.
GUESTS, CLASSIC, NAME, TAGS = (
    "AllowUnauthenticatedIdentities",
    "AllowClassicFlow",
    "IdentityPoolName",
    "IdentityPoolTags",
)
USER_POOLS, SOCIAL, DEVELOPER, OIDC, SAML = (
    "CognitoIdentityProviders",
    "SupportedLoginProviders",
    "DeveloperProviderName",
    "OpenIdConnectProviderARNs",
    "SamlProviderARNs",
)
UPDATE, _DELETE = IDENTITY_POOL_KIND.step_kind("update"), IDENTITY_POOL_KIND.step_kind("delete")
PROVIDERS = (USER_POOLS, SOCIAL, DEVELOPER, OIDC, SAML)
_SETTINGS = members_of(IDENTITY_POOL)
_OFF = {each.path: each.default for each in IDENTITY_POOL if each.default is not None}
_WORDS = labels_of(IDENTITY_POOL)
# What a title says of a step that sets one thing only.
_TITLES = {
    (GUESTS, True): "Turn on guest access of {}",
    (GUESTS, False): "Turn off guest access of {}",
    (CLASSIC, True): "Allow the classic flow in {}",
    (CLASSIC, False): "Turn off the classic flow in {}",
}


def settled(settings: Mapping[str, Any]) -> Content:
    """In the mirror's canonical form."""
    return _OFF | canonical(settings, _SETTINGS)


@dataclass(frozen=True)
class UpdateIdentityPoolParams(IdentityPoolParams):
    settings: str  # all of them, as JSON by AWS's names
    changed: tuple[str, ...]  # the names of those that the step is about

    def __post_init__(self) -> None:
        wanted = self.wanted
        if unknown := {*wanted, *self.changed} - {*_SETTINGS}:
            raise BadParams(f"An identity pool has no setting {', '.join(sorted(unknown))}.")
        if not wanted.get(NAME):
            raise BadParams("An identity pool has a name.", field="name")

    @property
    def wanted(self) -> Content:
        try:
            read = json.loads(self.settings)
        except ValueError:
            read = None
        if not isinstance(read, dict):
            raise BadParams("The settings of an identity pool are a JSON object.")
        return _OFF | read


class UpdateIdentityPool(ReplacingOperation[UpdateIdentityPoolParams]):
    verb = "update"
    aws_operation = "UpdateIdentityPool"
    permissions = (
        write("cognito-identity:UpdateIdentityPool", CHANGE_IDENTITY_POOLS, IDENTITY_POOLS),
        write("cognito-identity:TagResource", CHANGE_IDENTITY_POOLS, IDENTITY_POOLS),
        write("cognito-identity:UntagResource", CHANGE_IDENTITY_POOLS, IDENTITY_POOLS),
    )
    params_type = UpdateIdentityPoolParams

    def title(self, p: UpdateIdentityPoolParams) -> str:
        if len(p.changed) == 1 and (said := _TITLES.get((p.changed[0], bool(p.wanted.get(p.changed[0]))))):
            return said.format(p.words)
        if p.changed == (NAME,):
            return f"Rename {p.words} to {p.wanted[NAME]}"
        return f"Set the {' and the '.join(_WORDS[name] for name in p.changed) or 'settings'} of {p.words}"

    def note(self, p: UpdateIdentityPoolParams) -> str:
        if p.changed == (GUESTS,):
            return _NOTE_GUESTS if p.wanted[GUESTS] else _NOTE_NO_GUESTS
        kept = [name for name in _SETTINGS if name not in p.changed and p.wanted.get(name)]
        return f"AWS would reset what is left out, so all is sent: {', '.join(_WORDS[name] for name in kept)} as now."

    def calls(self, p: UpdateIdentityPoolParams) -> list[Call]:
        return self.call(p, self.aws_operation, **p.wanted)

    def part(self, p: UpdateIdentityPoolParams) -> str:
        return f"identity_pool.settings:{p.pool_id}"

    def describe_existing(self, value: Value) -> str:
        said = value["settings"]
        guests = "guests let in" if said[GUESTS] else "no guests"
        takes = sum(len(said.get(name) or ()) for name in (USER_POOLS, SOCIAL, OIDC, SAML)) + (DEVELOPER in said)
        flow = f"classic flow {'on' if said[CLASSIC] else 'off'}"
        return f"the name {said[NAME]}, {guests}, {flow}, {counted(takes, 'provider')}"

    def held(self, row: IdentityPool, p: UpdateIdentityPoolParams) -> Mapping[str, Any]:
        return {"settings": row.settings}

    def parse_part(self, content: Content, p: UpdateIdentityPoolParams) -> Mapping[str, Any]:
        return {"settings": content}

    def after(self, p: UpdateIdentityPoolParams, value: Value) -> Value:
        return {**value, "settings": settled(p.wanted)}

    def access_changes(self, aws_account: AwsAccount, p: UpdateIdentityPoolParams) -> Sequence[AccessChange]:
        return lets_guests_in(aws_account, p, p.wanted[GUESTS])

    def before(self, draft: Draft, p: UpdateIdentityPoolParams, value: Value) -> dict[str, Any]:
        return {"settings": value["settings"]}

    def reverse(
        self, p: UpdateIdentityPoolParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        was = before["settings"]
        return [self.spec(replace(p, called=was[NAME], settings=json.dumps(was, sort_keys=True)))]

    def replanned(self, draft: Draft, p: UpdateIdentityPoolParams) -> list[StepSpec]:
        """The same change, laid over what is there now."""
        value = draft.expects(self.part(p), self.mirrored(draft, p))
        merged = laid_over(value["settings"], {name: p.wanted.get(name) for name in p.changed})
        again = replace(p, settings=json.dumps(merged, sort_keys=True))
        return [self.spec(again)] if self.changes(again, value) else []


_NOTE_GUESTS = "Whoever knows the pool’s id, which is in the app, then gets what the guest role may."
_NOTE_NO_GUESTS = "Guests get no credentials any more. Those that they have go on for up to an hour."


def laid_over(settings: Mapping[str, Any], changed: Mapping[str, Any]) -> Content:
    """`settings` with some of them set anew; None and what is empty take one away."""
    return settled({**settings, **changed})


def with_settings(row: IdentityPool, **changed: Any) -> StepSpec:
    """Sets these, by AWS's names, and leaves the others as they are."""
    said = json.dumps(laid_over(row.settings, changed), sort_keys=True)
    names = [name for name in changed if settled(changed).get(name) != row.settings.get(name)] or [*changed]
    return StepSpec(UPDATE, {**about(row), "settings": said, "changed": names})


# ---- Making and deleting identity pools. Names aren't unique in AWS; here a second one of a name is refused --------
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)


def check_name(name: str) -> None:
    """Raises BadParams."""
    if why := refuse_name(name):
        raise BadParams(why, field="name")


@dataclass(frozen=True)
class CreateIdentityPoolParams:
    region: str
    name: str
    account: str  # its partition and id: "aws:123456789012"
    guests: bool = False
    providers: tuple[str, ...] = ()  # of user pools: "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E:CLIENT"

    def __post_init__(self) -> None:
        check_name(self.name)
        if not _REGION.fullmatch(self.region):
            raise BadParams(f"{self.region!r} isn't a Region.", field="region")

    @property
    def words(self) -> str:
        return f"the identity pool {self.name}"


class CreateIdentityPool(MakesObject[CreateIdentityPoolParams]):
    """The part is {"ids": […]}: the pools of that name in the Region."""

    kind = "cognito.identity_pool.create"
    aws_operation = "CreateIdentityPool"
    permissions = (write("cognito-identity:CreateIdentityPool", CHANGE_IDENTITY_POOLS, SETTINGS),)
    guarantee = Guarantee.DETECTABLE
    undo = Undo.REVERSIBLE
    risk = Risk.HIGH
    params_type = CreateIdentityPoolParams

    def title(self, p: CreateIdentityPoolParams) -> str:
        return f"Make {p.words} in {p.region}"

    def note(self, p: CreateIdentityPoolParams) -> str:
        return "Nobody gets credentials by it until it has roles. Its reverse deletes it."

    def calls(self, p: CreateIdentityPoolParams) -> list[Call]:
        sent: dict[str, Any] = {
            "IdentityPoolName": p.name,
            "AllowUnauthenticatedIdentities": p.guests,
            "AllowClassicFlow": False,
        }
        if p.providers:
            sent["CognitoIdentityProviders"] = [
                {"ProviderName": provider.rpartition(":")[0], "ClientId": provider.rpartition(":")[2]}
                for provider in p.providers
            ]
        actions = (f"{IDENTITY}:CreateIdentityPool",)
        return [Call(IDENTITY, self.aws_operation, sent, ("*",), actions, region=p.region)]

    def _key(self, p: CreateIdentityPoolParams) -> str:
        return f"{IdentityPool.kind}:{p.region} {p.name}"

    def objects(self, p: CreateIdentityPoolParams) -> list[str]:
        return [self._key(p)]

    def makes(self, p: CreateIdentityPoolParams) -> str:
        return self._key(p)

    def part(self, p: CreateIdentityPoolParams) -> str:
        return f"identity_pools.named:{p.region} {p.name}"

    def affected_objects(self, aws_account: AwsAccount, p: CreateIdentityPoolParams) -> list[ObjectRef]:
        return [ObjectRef(IdentityPool.kind, "", p.name, f"{self._key(p)}", p.region)]

    def describe(self, value: Value) -> str:
        return f"{len(value['ids'])} identity pools of that name" if value["ids"] else "no identity pool of that name"

    def mirrored(self, draft: Draft, p: CreateIdentityPoolParams) -> Value:
        pools = IdentityPool.objects.live().filter(aws_account=draft.aws_account, region=p.region, name=p.name)
        if pools.exists():
            raise Refusal(
                f"There is an identity pool {p.name} in {p.region} already: two of one name would be confused."
            )
        return {"ids": []}

    def after(self, p: CreateIdentityPoolParams, value: Value) -> Value:
        return {"ids": [*value["ids"], ""]}

    def live(self, client: AwsClient, p: CreateIdentityPoolParams) -> Value:
        return {"ids": named(client.at(p.region), p.name)}

    def done(
        self, client: AwsClient, p: CreateIdentityPoolParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """One of that name that wasn't there before our first try: AWS tells no dates."""
        new = [pool_id for pool_id in live["ids"] if pool_id not in tried[0].found["ids"]]
        return StepResult({"id": new[0]}) if len(new) == 1 else None

    def reverse(
        self, p: CreateIdentityPoolParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        if "id" not in result:
            return []
        partition, _, account_id = p.account.partition(":")
        arn = identity_pool_arn(partition, account_id, result["id"])
        return [StepSpec(_DELETE, {"arn": arn, "called": p.name})]


class DeleteIdentityPool(IdentityPoolOperation[IdentityPoolParams], Deletion[IdentityPoolParams]):
    undo = Undo.NEVER
    params_type = IdentityPoolParams

    def note(self, p: IdentityPoolParams) -> str:
        return "Nobody gets credentials by it any more, and all identities in it are lost. Its roles stay."

    def held(self, row: IdentityPool, p: IdentityPoolParams) -> Mapping[str, Any]:
        return {"settings": row.settings}

    def parse_part(self, content: Content, p: IdentityPoolParams) -> Mapping[str, Any]:
        return {"settings": content}

    def access_changes(self, aws_account: AwsAccount, p: IdentityPoolParams) -> Sequence[AccessChange]:
        row = IdentityPool.objects.live().filter(aws_account=aws_account, aws_id=p.pool_id).first()
        had: Iterable[tuple[str, str]] = given(row.roles or {}, row.role_mappings or {}) if row else ()
        return [IdentityPoolRoleFact(arn, p.called, who, False) for arn, who in sorted({*had})]


def create_pool(
    aws_account: AwsAccount, region: str, name: str, *, guests: bool = False, providers: Sequence[str] = ()
) -> StepSpec:
    """`providers`: of user pools, each with the client after a colon."""
    account = f"{aws_account.partition}:{aws_account.account_id}"
    said = {"region": region, "name": name, "account": account, "guests": guests, "providers": list(providers)}
    return StepSpec(CreateIdentityPool.kind, said)


def delete_pool(row: IdentityPool) -> StepSpec:
    return StepSpec(_DELETE, about(row))
