"""The settings of an identity pool. UpdateIdentityPool replaces all of them, so a step carries all of them.

What a form changes is laid over what the mirror has (`with_settings`); the part is the whole, so that a step never
takes away what somebody else set meanwhile: then it is a conflict, and planning again lays the same change over what is
there by then.
The part is {"object": "eu-west-1:…", "settings": {…}}, by AWS's names, in the mirror's canonical form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import AwsAccount
from cognito.canonical import canonical
from cognito.identity_pools.operations.base import IdentityPoolParams, ReplacingOperation, about
from cognito.identity_pools.operations.facts import lets_guests_in
from cognito.identity_pools.settings import IDENTITY_POOL
from cognito.models import IdentityPool
from cognito.permissions import CHANGE_IDENTITY_POOLS, IDENTITY_POOLS
from cognito.setting import labels_of, members_of
from iamconsole.web.words import counted
from sync.aws.permission import write
from sync.mirror import Content
from sync.operations import AccessChange, BadParams, Call, StepSpec, Value
from sync.plan_draft import Draft

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
        super().__post_init__()
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
    kind = "cognito.identity_pool.update"
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
        return [self.call(p, self.aws_operation, **p.wanted)]

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
        return [self.spec(replace(p, name=was[NAME], settings=json.dumps(was, sort_keys=True)))]

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
    return StepSpec(UpdateIdentityPool.kind, {**about(row), "settings": said, "changed": names})
