"""Whom a username means: AWS takes the username, `sub`, and whatever people of the pool sign in with."""

from __future__ import annotations

from emulator.cognito_idp.person import Person
from emulator.cognito_idp.pool import UserPool


def find(pool: UserPool, username: str) -> Person | None:
    """Where e-mail or phone is the username, any will do; an alias must be verified, but for a preferred username."""
    person = pool.people.get(username) or pool.people.by_sub(username)
    if person is None and not pool.is_case_sensitive:
        person = pool.people.get(username.casefold())
    if person is not None:
        return person
    for attribute in pool.username_attributes:
        for candidate in pool.people.by_alias(attribute, username):
            if _same(pool, candidate.attributes[attribute], username):
                return candidate
    for attribute in pool.alias_attributes:
        for candidate in pool.people.by_alias(attribute, username):
            is_usable = attribute == "preferred_username" or candidate.is_verified(attribute)
            if is_usable and _same(pool, candidate.attributes[attribute], username):
                return candidate
    return None


def _same(pool: UserPool, held: str, typed: str) -> bool:
    return held == typed or (not pool.is_case_sensitive and held.casefold() == typed.casefold())
