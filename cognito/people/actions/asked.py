"""Actions on what AWS alone knows of a person: a session, a device, an account at a provider that is linked to theirs.

AWS is asked when the page is printed, and again when what was chosen is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django import forms

from cognito.models import AppClient, CognitoUser, PoolProvider, UserPool
from cognito.people import messages
from cognito.people.actions.base import PersonForm
from cognito.people.messages import NO_MESSAGE
from cognito.people.mirrors.person import find_one
from cognito.people.operations.base import is_elsewhere
from cognito.people.operations.linking import MOST_LINKED, LinkedAccount, key_of, linked_to, with_account
from cognito.people.operations.sessions import devices_of, sessions_of
from cognito.people.person_record import SUB
from cognito.plans import may_track_sessions
from iamconsole.web.words import full_time
from objects.fields import offer
from sync.aws.client import reader
from sync.aws.errors import AwsError, FeatureOff
from sync.mirror import Item, Reader
from sync.mirror.hashing import moment
from sync.operations import StepSpec


class ChoicePersonForm(PersonForm):
    """Which one of several. `chosen`: the field that says which."""

    chosen: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, self.chosen, lambda: [*self.found.choices])
        if not self.is_bound:
            self.cannot = self.found.why

    def ask(self) -> LiveChoices:
        raise NotImplementedError

    @cached_property
    def found(self) -> LiveChoices:
        return self.ask()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.found.why:
            self.errors.pop(self.chosen, None)  # there is nothing to choose
            self.add_error(None, self.found.why)
        return cleaned


class EndSessionForm(ChoicePersonForm):
    heading = "End a session of {names}"
    kind = "cognito.user.session.revoke"
    tells = "AWS was asked just now which sessions are open."
    chosen = "session"
    session = forms.ChoiceField(label="Session")

    def said(self, person: CognitoUser) -> str:
        return f"{NO_MESSAGE} {messages.goes_on(person.pool)}"

    def ask(self) -> LiveChoices:
        return open_sessions(self.target)

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        return {"session_id": self.cleaned_data["session"]}


class ForgetDeviceForm(ChoicePersonForm):
    heading = "Forget a device of {names}"
    kind = "cognito.user.device.forget"
    tells = (
        "AWS was asked just now which devices the pool remembers; it doesn’t say whether that counts as activity of "
        "the person this month. On a device that is forgotten they prove again who they are; their sessions go on."
    )
    chosen = "device"
    device = forms.ChoiceField(label="Device")

    def ask(self) -> LiveChoices:
        return devices(self.target)

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        return {"device_key": self.cleaned_data["device"]}


class LinkForm(PersonForm):
    heading = "Link an account at a provider to {names}"
    kind = "cognito.user.provider.link"
    tells = (
        "Whoever has that account has this person’s, too: not for helpdesk, and of high risk whoever asks. AWS links "
        f"{MOST_LINKED} accounts at most to one person, and only accounts that never signed in to this pool."
    )
    provider = forms.ChoiceField(label="Provider")
    subject = forms.CharField(
        max_length=2048,
        label="Subject there",
        help_text="The id that the provider gives them (sub of its token, NameID of SAML), and no e-mail address: "
        "many providers let people choose theirs.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = PoolProvider.objects.live().filter(pool=self.pool).order_by("name_key")
        offer(self, "provider", [(each.name, f"{each.name} ({each.provider_type})") for each in providers])

    def clean(self) -> dict[str, Any]:
        """By what AWS has now, before it refuses."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            linked = linked_accounts(self.target)
        except AwsError as error:
            self.add_error(None, error.sentence())
            return cleaned
        if LinkedAccount(cleaned.get("provider", ""), cleaned.get("subject", "")) in linked:
            self.add_error("subject", "This account is linked already.")
        elif len(linked) >= MOST_LINKED:
            self.add_error(
                None, f"They have {MOST_LINKED} linked accounts, the most that AWS allows: unlink one first."
            )
        return cleaned

    def steps_of(self, person: CognitoUser) -> Sequence[StepSpec]:
        account = LinkedAccount(self.cleaned_data["provider"], self.cleaned_data["subject"])
        return [with_account(person, self.kind, account, self.said(person))]


class UnlinkForm(ChoicePersonForm):
    heading = "Unlink an account of {names}"
    kind = "cognito.user.provider.unlink"
    tells = (
        "AWS was asked just now which accounts are linked. Who signs in with it next becomes somebody new in the pool, "
        "and can’t be linked again then. Not for helpdesk: who uses only that account to sign in is locked out."
    )
    chosen = "account"
    account = forms.ChoiceField(label="Account")

    def ask(self) -> LiveChoices:
        """What is chosen is one of these: AWS isn't asked once more when the step is made."""
        self.accounts: dict[str, LinkedAccount] = {}
        try:
            self.accounts = {key_of(self.target.aws_id, each): each for each in linked_accounts(self.target)}
        except AwsError as error:
            return LiveChoices(why=error.sentence())
        choices = [(key, f"{each.provider}, {each.subject}") for key, each in self.accounts.items()]
        return LiveChoices(choices, "" if choices else "No account at a provider is linked to this person.")

    def steps_of(self, person: CognitoUser) -> Sequence[StepSpec]:
        return [with_account(person, self.kind, self.accounts[self.cleaned_data["account"]], self.said(person))]


# ---- What AWS alone knows of a person, asked for when somebody is about to do something with one of it -------------
# `ListUsers` and `AdminListUserSessions` bill nobody. AWS doesn't say of `AdminListDevices` whether it makes a person
# active this month: it is asked for in its own form only, and never when a page of a person is opened.
@dataclass(frozen=True)
class LiveChoices:
    """`choices`: each by its key, and in words. `why`: a sentence why there is none to choose; "" where there is."""

    choices: Sequence[tuple[str, str]] = ()
    why: str = ""


def open_sessions(person: CognitoUser) -> LiveChoices:
    names = dict(AppClient.objects.filter(pool=person.pool).values_list("aws_id", "name"))

    def ask(client: Reader) -> list[tuple[str, str]]:
        described = sessions_of(client, person.pool.aws_id, _known_as(person))
        return [(each["SessionId"], _session(each, names)) for each in described]

    return _found(person, ask, _untracked(person.pool), "AWS knows of no open session.")


def _untracked(pool: UserPool) -> str:
    """AWS says only that there are none to tell of."""
    words = "This pool doesn’t track sessions: sign them out everywhere instead."
    if not may_track_sessions(pool.described):
        return f"{words} Tracking takes the plan Essentials or Plus."
    return f"{words} Tracking is switched on in the pool’s settings, under Sessions."


def devices(person: CognitoUser) -> LiveChoices:
    if not person.pool.settings.get("DeviceConfiguration"):
        return LiveChoices(why=_NO_DEVICES)

    def ask(client: Reader) -> list[tuple[str, str]]:
        return [
            (each["DeviceKey"], _device(each)) for each in devices_of(client, person.pool.aws_id, _known_as(person))
        ]

    return _found(person, ask, _NO_DEVICES, "The pool remembers no device of theirs.")


def linked_accounts(person: CognitoUser) -> list[LinkedAccount]:
    """Raises AwsError."""
    client = reader(person.aws_account, region=person.region, urgent=True)
    item = find_one(client, person.pool.aws_id, SUB, person.aws_id)
    return linked_to(item) if item is not None else []


def _known_as(person: CognitoUser) -> str:
    return person.name if is_elsewhere(person) else person.aws_id


_NO_DEVICES = "This pool doesn’t remember devices: there is none to forget."


def _found(person: CognitoUser, ask: Callable[[Reader], Sequence[tuple[str, str]]], off: str, none: str) -> LiveChoices:
    try:
        choices = ask(reader(person.aws_account, region=person.region, urgent=True))
    except FeatureOff:
        return LiveChoices(why=off)
    except AwsError as error:
        return LiveChoices(why=error.sentence())
    return LiveChoices(choices, "" if choices else none)


def _session(described: Item, names: dict[str, str]) -> str:
    """ "web, since 2026-11-25 18:02, session 4f1c…"."""
    client = str(described.get("ClientId", ""))
    return f"{names.get(client, client)}{_at('since', described.get('CreateDate'))}, session {described['SessionId']}"


def _device(described: Item) -> str:
    """ "Pixel 9, last used 25 Nov 2026, 18:02:11 CET, device us-east-1_4f1c…"."""
    attributes = {each["Name"]: each.get("Value", "") for each in described.get("DeviceAttributes") or ()}
    name = attributes.get("device_name") or "A device without a name"
    return f"{name}{_at('last used', described.get('DeviceLastAuthenticatedDate'))}, device {described['DeviceKey']}"


def _at(word: str, date: datetime | str | None) -> str:
    when = moment(date)
    return f", {word} {full_time(when)}" if when else ""
