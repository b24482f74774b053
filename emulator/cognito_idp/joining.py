"""How somebody gets into a pool: what the username is, and what may not be taken already."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from emulator import clock
from emulator.cognito_idp.backend import pool_anywhere
from emulator.cognito_idp.errors import invalid
from emulator.cognito_idp.finding import find
from emulator.cognito_idp.person import CONFIRMED, Person
from emulator.cognito_idp.pool import UserPool
from emulator.cognito_idp.schema import check_required, check_values
from emulator.ids import uuid
from emulator.wire import AwsError

Attributes = dict[str, str]


def attributes_of(asked: list[dict[str, str]] | None) -> Attributes:
    return {one["Name"]: one.get("Value", "") for one in asked or []}


def join(pool: UserPool, username: str, attributes: Attributes, status: str) -> Person:
    """A new person, who is in the pool from now on.

    Where people sign in with an e-mail address or a phone number, the username is a UUID and what they chose is an
    attribute ("Customizing sign-in attributes" in the Amazon Cognito Developer Guide).
    """
    attributes = _with_alias(pool, username, attributes)
    check_values(pool.schema, attributes)
    check_required(pool.schema, attributes)
    if find(pool, username) is not None:
        raise AwsError("UsernameExistsException", "User account already exists")
    check_free(pool, attributes)
    person = _make(pool, username, attributes, status)
    pool.people.add(person)
    return person


def check_free(pool: UserPool, attributes: Attributes, besides: Person | None = None) -> None:
    """That nobody else signs in with any of these; an alias is taken once it is verified."""
    for name in (*pool.username_attributes, *pool.alias_attributes):
        for other in pool.people.by_alias(name, attributes.get(name, "")):
            is_taken = name in pool.username_attributes or name == "preferred_username" or other.is_verified(name)
            if other is not besides and is_taken:
                raise AwsError("AliasExistsException", f"An account with the {name} already exists.")


def bring_in(pool_id: str, people: list[dict[str, Any]]) -> dict[str, int]:
    """People who were there before, all at once, as no call can make them.

    Each is {username or attributes.email, attributes, status?, enabled?, created?, changed?, groups?, password?,
    factors?, totp_secret?, devices?: {key: name}}; dates are ISO 8601. Nothing is checked but that the pool
    and the groups are there.
    """
    pool = pool_anywhere(pool_id)
    if pool is None:
        raise KeyError(f"There is no user pool {pool_id}.")
    made = [_brought(pool, facts) for facts in people]
    pool.people.add_many(made)
    for person in made:
        for name in person.groups:
            pool.groups[name].add(person.username)
    return {"people": len(pool.people)}


def _brought(pool: UserPool, facts: dict[str, Any]) -> Person:
    attributes: Attributes = dict(facts.get("attributes", {}))
    created = _moment(facts.get("created")) or clock.utcnow()
    known_as = facts.get("username") or attributes["email"]
    with_alias = _with_alias(pool, known_as, attributes)
    person = _make(pool, known_as, with_alias, facts.get("status", CONFIRMED), created)
    person.enabled = facts.get("enabled", True)
    person.groups = set(facts.get("groups", ()))
    if unknown := person.groups - set(pool.groups):
        raise KeyError(f"There is no group {', '.join(sorted(unknown))}.")
    if "password" in facts:
        person.set_password(facts["password"])
    person.factors = set(facts.get("factors", ()))
    person.totp_secret = facts.get("totp_secret", "")
    person.devices = {
        key: {
            "DeviceKey": key,
            "DeviceAttributes": [{"Name": "device_name", "Value": name}],
            "DeviceCreateDate": created,
            "DeviceLastModifiedDate": created,
            "DeviceLastAuthenticatedDate": created,
        }
        for key, name in facts.get("devices", {}).items()
    }
    person.changed = _moment(facts.get("changed")) or created
    return person


def _make(
    pool: UserPool, username: str, attributes: Attributes, status: str, created: datetime | None = None
) -> Person:
    created = created or clock.utcnow()
    sub = uuid(pool.id, username, created)
    if pool.username_attributes:
        username = sub
    elif not pool.is_case_sensitive:
        username = username.casefold()
    person = Person(username, {"sub": sub} | attributes, status)
    person.created = person.changed = created
    return person


def _with_alias(pool: UserPool, username: str, attributes: Attributes) -> Attributes:
    if not pool.username_attributes:
        return attributes
    kind = "email" if "@" in username else "phone_number" if username.startswith("+") else ""
    if kind not in pool.username_attributes:
        wanted = " or ".join(
            {"email": "an email", "phone_number": "a phone number"}[a] for a in pool.username_attributes
        )
        raise invalid(f"Username should be {wanted}.")
    return {kind: username} | {name: value for name, value in attributes.items() if name != kind}


def _moment(date: str | None) -> datetime | None:
    if date is None:
        return None
    moment = datetime.fromisoformat(date)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
