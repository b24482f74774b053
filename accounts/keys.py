"""Checks that the keys of this process belong to its database.

The database holds a check value of each key, derived from it (HKDF), which tells nothing of the key. A key that the
database doesn't know is taken on where there was none, and where it comes as docs/settings.md has it for turning one
over; else it is the wrong one, as after restoring another installation's backup. Then web, workers and beat don't
start, and nothing seals the audit trail.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, transaction

from accounts import audit
from accounts.audit import chain, changing_key, ring
from accounts.models import KeyCheck
from iamconsole import sealing
from iamconsole.checks import given

SECRET, AUDIT, SEAL = "SECRET_KEY", "AUDIT_KEY", "SEAL_KEYS"
NAMES = (SECRET, AUDIT, SEAL)
audit.register({"key.accepted": "accepted {object} as the key of this database from now on"})
log = logging.getLogger("iamconsole.keys")


@dataclass(frozen=True)
class KeyMismatch:
    name: str
    sentence: str
    what_to_do: str
    is_grave: bool = True  # nothing may start


def problems() -> list[KeyMismatch]:
    """What doesn't belong together. Raises DatabaseError, and CannotUnseal for a wrapped key that can't be opened."""
    return list(_problems())


def at_start() -> list[str]:
    """For web, workers and beat: takes on keys that are new here; the sentences of what forbids to start.

    A database that can't be asked, or isn't migrated yet, forbids nothing: there is nothing to harm.
    """
    if not any(given(name) for name in NAMES):
        return []
    try:
        if given(SEAL):
            sealing.key_names()  # opens those that are wrapped, whether or not there is a database
        found = problems()
        if not any(problem.is_grave for problem in found):
            _take_on()
    except sealing.CannotUnseal as error:
        return [str(error)]
    except DatabaseError as error:
        log.warning("The keys were not compared with the database: %s", str(error).strip())
        return []
    for problem in found:
        log.warning("%s %s", problem.sentence, problem.what_to_do)
    return [f"{problem.sentence} {problem.what_to_do}" for problem in found if problem.is_grave]


def accept(name: str) -> None:
    """An operator says that the key is the right one from now on. The audit trail says so."""
    with transaction.atomic():
        if name == AUDIT:
            changing_key.give_up_key()
        elif name != SEAL:  # of which the database knows each that something is sealed under
            KeyCheck.objects.filter(name=name).delete()
        _note(name, _value(name))
        audit.record("key.accepted", actor=None, obj=("key", name, name))


def known_seal_keys() -> list[str]:
    """The names of the keys that something in the database may be sealed under."""
    return list(KeyCheck.objects.filter(name=SEAL).values_list("value", flat=True))


def audit_keys(purpose: str) -> dict[str, bytes]:
    """By the names of AUDIT_KEY and of those before it, a key that is derived from each for that purpose alone."""
    return {name: sealing.derived(key, purpose) for name, key in ring.given().items()}


def strangers(known: Mapping[str, Collection[str]]) -> list[str]:
    """The names of the keys given here that aren't those of a database, by the check values that it has (`known`)."""
    ours = {
        AUDIT: set(ring.given()),
        SEAL: set(sealing.key_names()),
        SECRET: set(map(_of_secret, _secret_keys())),
    }
    return [name for name, values in ours.items() if known.get(name) and not values & set(known[name])]


def retire(names: list[str]) -> None:
    """Nothing is sealed under these any more."""
    KeyCheck.objects.filter(name=SEAL, value__in=names).delete()


def _problems() -> Iterator[KeyMismatch]:
    known = _known()
    if given(AUDIT) and not (known[AUDIT] & set(ring.given()) if known[AUDIT] else chain.key_of_newest()):
        yield KeyMismatch(
            AUDIT,
            "The audit trail of this database was sealed under another AUDIT_KEY: it isn't sealed any further.",
            _advice(AUDIT, "Whether entries that the lost key sealed had been altered by then can't be told any more."),
        )
    if given(SEAL) and known[SEAL] and not known[SEAL] & set(sealing.key_names()):
        yield KeyMismatch(
            SEAL,
            "Nothing in this database was sealed under any of SEAL_KEYS: second factors and secrets can't be opened.",
            _advice(SEAL, "What the lost key sealed stays closed: operators set up new second factors."),
        )
    if given(SECRET) and known[SECRET] and not known[SECRET] & set(map(_of_secret, _secret_keys())):
        yield KeyMismatch(
            SECRET,
            "SECRET_KEY isn't the one that this database knows: everybody is signed out, and open plans about "
            "attributes of people have to be planned again.",
            "Put the former one into SECRET_KEY_FALLBACKS, or run: manage.py accept_key SECRET_KEY",
            is_grave=False,
        )


def _advice(name: str, cost: str) -> str:
    return (
        f"Give the keys that belong to this database, or the database that belongs to these keys. If the right key is "
        f"lost for good, run: manage.py accept_key {name}. {cost}"
    )


def _take_on() -> None:
    """Keys that the database doesn't know and that are right: the first ones, and new ones beside older ones."""
    known = _known()
    if given(AUDIT) and not known[AUDIT]:
        _note(AUDIT, chain.key_of_newest())
    if given(SEAL) and _value(SEAL) not in known[SEAL]:
        _note(SEAL, _value(SEAL))
    if given(SECRET) and _value(SECRET) not in known[SECRET]:
        if known[SECRET] and not known[SECRET] & set(map(_of_secret, settings.SECRET_KEY_FALLBACKS)):
            return
        KeyCheck.objects.filter(name=SECRET).delete()
        _note(SECRET, _value(SECRET))


def _known() -> dict[str, set[str]]:
    rows = list(KeyCheck.objects.values_list("name", "value"))
    return {name: {value for of, value in rows if of == name} for name in NAMES}


def _note(name: str, value: str) -> None:
    KeyCheck.objects.get_or_create(name=name, value=value)


def _value(name: str) -> str:
    if name == SEAL:
        return sealing.key_names()[0]
    return ring.newest() if name == AUDIT else _of_secret(settings.SECRET_KEY)


def _secret_keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _of_secret(key: str) -> str:
    return sealing.derived(key, f"check value of {SECRET}", 8).hex()
