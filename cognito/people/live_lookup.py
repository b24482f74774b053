"""Somebody whom the mirror doesn't know (yet): AWS is asked for that one person, and she is kept. Bills nobody."""

from __future__ import annotations

import re

from django.db import transaction

from cognito.models import CognitoUser, UserPool
from cognito.people.mirrors.person import PERSON, find_one
from cognito.people.person_record import SUB
from cognito.people.selectors import E_MAIL, PHONE, USERNAME, as_aws_writes_it, exactly
from sync import clock
from sync.aws.client import reader
from sync.mirror import AccountRegion, RereadObject
from sync.object_ref import ObjectRef

_ADDRESS = re.compile(r"[^\s@\"]+@[^\s@\"]+\.[^\s@\".]{2,}")
_NUMBER = re.compile(r"\+\d{7,15}")
_SUB = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_USERNAME = re.compile(r"\S{3,128}")
PREFERRED = "preferred_username"
# What AWS looks for, as people call it ("ListUsers" in the API Reference): custom attributes aren't among it.
SEARCHABLE = {
    USERNAME: "username",
    E_MAIL: "e-mail",
    PHONE: "phone number",
    "name": "name",
    "given_name": "given name",
    "family_name": "family name",
    PREFERRED: "preferred username",
    SUB: "subject",
}


def ways_to_ask(words: str) -> list[str]:
    """The attributes by which AWS can find whom a whole address, number, `sub` or username means; [] for a part."""
    words = as_aws_writes_it(words)
    ways = []
    if _ADDRESS.fullmatch(words):
        ways.append(E_MAIL)
    elif _NUMBER.fullmatch(words):
        ways.append(PHONE)
    elif _SUB.fullmatch(words):
        ways.append(SUB)
    if not _USERNAME.fullmatch(words):
        return ways
    return [*ways, USERNAME] if ways else [USERNAME, PREFERRED]


def asked_by(words: str) -> str:
    """ "username and preferred username"."""
    return " and ".join(SEARCHABLE[way] for way in ways_to_ask(words))


def is_known(pool: UserPool, words: str) -> bool:
    return exactly(pool, as_aws_writes_it(words)).exists()


def look(pool: UserPool, words: str) -> CognitoUser | None:
    """Whom AWS knows by exactly these words, as the mirror has her from now on. Raises AwsError."""
    words = as_aws_writes_it(words)
    client = reader(pool.aws_account, region=pool.region, urgent=True)
    for attribute in ways_to_ask(words):
        requested_at = clock.now()
        item = find_one(client, pool.aws_id, attribute, words)
        if item is not None:
            sub = PERSON.object_id(item)
            place, ref = AccountRegion(pool.aws_account, pool.region), ObjectRef(PERSON.kind, sub, "", pool.arn)
            with transaction.atomic():
                PERSON.keep(place, [RereadObject(ref, item, requested_at)], ours=False)
            return CognitoUser.objects.filter(pool=pool, aws_id=sub).first()
    return None
