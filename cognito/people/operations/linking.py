"""Accounts at outside providers that sign in as a person of the pool. The part is {"sub", "linked"}.

"Linking federated users to an existing user profile" in the Amazon Cognito Developer Guide. Whoever has the linked
account has the person's: it is of high risk whoever asks, and not for helpdesk. They are linked by the subject that the
provider gives alone, never by an attribute such as an e-mail address, which many providers let people choose.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.roles import PROPOSE
from cognito.models import CognitoUser, PoolProvider
from cognito.people.operations.attributes import digest
from cognito.people.operations.base import PersonOperation, PersonParams, on_person
from cognito.people.schema import fixed_ones
from cognito.permissions import SET_ATTRIBUTES
from iamconsole.web.words import some
from sync.aws.client import AwsClient
from sync.calls import PersonalParameter, concealed, revealed
from sync.checks import PlanFinding
from sync.mirror import Item
from sync.operations import BadParams, Call, Guarantee, Risk, StepSpec, Value
from sync.plan_draft import Draft
from sync.sealed import NotKept

MOST_LINKED = 5  # "Quotas in Amazon Cognito": identities linked to a user
_OWN, _SUBJECT = "Cognito", "Cognito_Subject"


@dataclass(frozen=True)
class LinkedAccount:
    """An account at a provider, as AWS tells it of the person."""

    provider: str
    subject: str


@dataclass(frozen=True)
class LinkParams(PersonParams):
    """`name`: the username, by which AWS wants the person here. `key` tells the account from others."""

    name: str = ""  # encrypted
    provider: str = ""
    subject: str = ""  # encrypted: who they are at the provider
    key: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.provider and self.key):
            raise BadParams("Say which account it is, and of which provider.")


class LinkOperation(PersonOperation[LinkParams]):
    about = "provider"
    guarantee = Guarantee.DETECTABLE
    risk = Risk.HIGH
    needs = PROPOSE
    params_type = LinkParams
    bills = True
    leaves: ClassVar[bool]
    opposite: ClassVar[str]
    needed_for = SET_ATTRIBUTES

    def part(self, p: LinkParams) -> str:
        return f"{super().part(p)} {p.provider} {p.key}"

    def describe_existing(self, value: Value) -> str:
        return "a linked account" if value["linked"] else "no such account linked"

    def of_row(self, draft: Draft, p: LinkParams, row: CognitoUser) -> Mapping[str, Value]:
        """The mirror has no linked accounts: who proposes it has just seen what AWS has."""
        return {"linked": not self.leaves}

    def of_item(self, client: AwsClient, p: LinkParams, item: Item) -> Mapping[str, Value]:
        return {"linked": p.key in {key_of(p.sub, each) for each in linked_to(item)}}

    def after(self, p: LinkParams, value: Value) -> Value:
        return {**value, "linked": self.leaves}

    def limits(self, draft: Draft, p: LinkParams, value: Value) -> list[PlanFinding]:
        """Who was erased since can't be meant any more."""
        try:
            revealed(p.subject)
        except NotKept as gone:
            return [PlanFinding("NOT_KEPT", "error", str(gone))]
        return []

    def reverse(self, p: LinkParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if not (p.name and p.subject):
            return []
        about = {"name": p.name, "provider": p.provider, "subject": p.subject, "key": p.key}
        return [self.spec_of(self.opposite, p, "No message is sent.", **about)]


class LinkAccount(LinkOperation):
    kind = "cognito.user.provider.link"
    aws_operation = "AdminLinkProviderForUser"
    leaves = True
    opposite = "cognito.user.provider.unlink"

    def title(self, p: LinkParams) -> str:
        return f"Link an account at {p.provider} to {p.sub}"

    def calls(self, p: LinkParams) -> list[Call]:
        own = {"ProviderName": _OWN, "ProviderAttributeValue": PersonalParameter(p.name)}
        return self.sent(p, DestinationUser=own, SourceUser=_source(p))

    def limits(self, draft: Draft, p: LinkParams, value: Value) -> list[PlanFinding]:
        found, pool = super().limits(draft, p, value), self.row(draft, p).pool
        if found:
            return found
        provider = PoolProvider.objects.live().filter(pool=pool, name=p.provider).first()
        if provider is None:
            return [
                PlanFinding(
                    "NO_PROVIDER", "error", f"{pool.name} has no identity provider {p.provider}.", field="provider"
                )
            ]
        if fixed := fixed_ones(pool, provider.settings.get("AttributeMapping", {})):
            words = f"{p.provider} sets {some(fixed)} at each sign-in, which can’t be changed once it is set, so AWS "
            words += "refuses the link. Take it out of the provider’s attribute mapping first."
            return [PlanFinding("FIXED_ATTRIBUTE", "error", words)]
        own = CognitoUser.objects.live().filter(pool=pool, name_key=_username(p).casefold()).first()
        if own is not None:
            words = f"Who that is has signed in already, as {own.aws_id}: AWS links only accounts that never did."
            return [PlanFinding("HAS_SIGNED_IN", "error", words)]
        words = (
            f"Whoever signs in with this account at {p.provider} gets in as {p.sub}, with all that they may. Be sure "
            "whose account it is, and that nobody else can get its subject there: somebody else should look at it."
        )
        return [PlanFinding("GIVES_ACCOUNT_AWAY", "security_warning", words, about=(p.sub, p.provider))]


class UnlinkAccount(LinkOperation):
    kind = "cognito.user.provider.unlink"
    aws_operation = "AdminDisableProviderForUser"
    leaves = False
    only_takes = True
    opposite = LinkAccount.kind

    def title(self, p: LinkParams) -> str:
        return f"Unlink an account at {p.provider} from {p.sub}"

    def note(self, p: LinkParams) -> str:
        words = "Who signs in with it then becomes somebody new in the pool; after that it can’t be linked again."
        return f"{p.said} {words}".strip()

    def calls(self, p: LinkParams) -> list[Call]:
        return self.sent(p, User=_source(p))


def _source(p: LinkParams) -> dict[str, Any]:
    return {
        "ProviderName": p.provider,
        "ProviderAttributeName": _SUBJECT,
        "ProviderAttributeValue": PersonalParameter(p.subject),
    }


def _username(p: LinkParams) -> str:
    """As Cognito calls who signs in by a provider for the first time."""
    return f"{p.provider}_{revealed(p.subject).open()}"


def key_of(sub: str, account: LinkedAccount) -> str:
    return digest(sub, f"identities.{account.provider}", account.subject)


def linked_to(item: Item) -> list[LinkedAccount]:
    """Of a person as ListUsers tells: AWS has them in an attribute, as JSON. Their own account is none of them."""
    described = next((each["Value"] for each in item["Attributes"] if each["Name"] == "identities"), "")
    try:
        found = json.loads(described or "[]")
    except ValueError:
        return []
    return [
        LinkedAccount(str(each["providerName"]), str(each["userId"]))
        for each in found
        if str(each.get("primary", "")).lower() != "true"
    ]


def with_account(person: CognitoUser, kind: str, account: LinkedAccount, said: str) -> StepSpec:
    """A step that links it to the person, or unlinks it."""
    key = key_of(person.aws_id, account)
    about = {"provider": account.provider, "subject": concealed(account.subject), "key": key}
    return on_person(person, kind, said, name=concealed(person.name), **about)
