"""The sessions of a person, asked for at AWS when somebody is about to end one. It bills nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from cognito.models import AppClient, CognitoUser
from cognito.operations.people.signing_out import sessions_of
from sync.aws.client import reader
from sync.aws.errors import AwsError, FeatureOff
from sync.mirror import Item
from sync.mirror.hashing import moment

_OFF = "This pool doesn’t track sessions: sign them out everywhere instead."
_NONE = "AWS knows of no open session."


@dataclass(frozen=True)
class Session:
    id: str
    words: str


@dataclass(frozen=True)
class Sessions:
    """`why`: a sentence why there is none to be ended; "" where there is."""

    open: Sequence[Session] = ()
    why: str = ""

    @classmethod
    def of(cls, person: CognitoUser) -> Sessions:
        client = reader(person.aws_account, region=person.region, urgent=True)
        try:
            told = sessions_of(client, person.pool.aws_id, person.aws_id)
        except FeatureOff:
            return cls(why=_OFF)
        except AwsError as error:
            return cls(why=error.sentence())
        names = dict(AppClient.objects.filter(pool=person.pool).values_list("aws_id", "name"))
        found = [Session(each["SessionId"], _words(each, names)) for each in told]
        return cls(found, "" if found else _NONE)


def _words(told: Item, names: dict[str, str]) -> str:
    """ "web, since 2026-11-25 18:02, session 4f1c…"."""
    began = moment(told.get("CreateDate"))
    since = f", since {timezone.localtime(began):%Y-%m-%d %H:%M}" if began else ""
    client = str(told.get("ClientId", ""))
    return f"{names.get(client, client)}{since}, session {told['SessionId']}"
