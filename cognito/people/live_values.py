"""What AWS alone knows of a person, asked for when somebody is about to do something with one of it.

`ListUsers` and `AdminListUserSessions` bill nobody. AWS doesn't say of `AdminListDevices` whether it makes a person
active this month: it is asked for in its own form only, and never when a page of a person is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cognito.models import AppClient, CognitoUser, UserPool
from cognito.people.mirror import find_one
from cognito.people.operations.base import is_elsewhere
from cognito.people.operations.devices import devices_of
from cognito.people.operations.linking import LinkedAccount, linked_to
from cognito.people.operations.signing_out import sessions_of
from cognito.people.person_record import SUB
from cognito.plans import may_track_sessions
from iamconsole.web.words import full_time
from sync.aws.client import reader
from sync.aws.errors import AwsError, FeatureOff
from sync.mirror import Item, Reader
from sync.mirror.hashing import moment


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
    """Raises what the door raises."""
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
