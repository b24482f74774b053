"""The keys of the audit trail, by their names: AUDIT_KEY, and those before it (AUDIT_KEY_FALLBACKS).

The name of a key is its check value, which tells nothing of the key. The database knows the name of the key that the
trail goes on under; `accounts.audit.changing_key` changes it.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from accounts.models import KeyCheck
from iamconsole.sealing import derived


class WrongKey(Exception):
    """No given key is the one that sealed the trail so far: going on would spoil the chain for good."""

    def __init__(self) -> None:
        super().__init__(
            "AUDIT_KEY isn't the key of this database's audit trail: nothing is sealed. See manage.py doctor."
        )


@lru_cache(maxsize=32)
def name_of(key: str) -> str:
    return derived(key, "check value of AUDIT_KEY", 8).hex()


def given() -> dict[str, str]:
    """Name → key, AUDIT_KEY first."""
    return {name_of(key): key for key in (settings.AUDIT_KEY, *settings.AUDIT_KEY_FALLBACKS)}


def newest() -> str:
    """The name of AUDIT_KEY."""
    return name_of(settings.AUDIT_KEY)


def known() -> str:
    """The name of the key that the database's trail goes on under; "" where the first process is to take one on."""
    return KeyCheck.objects.filter(name="AUDIT_KEY").values_list("value", flat=True).first() or ""


def sealing_key() -> str:
    """The key under which the next entry is sealed. Raises WrongKey."""
    by_name = given()
    name = known() or newest()
    if name not in by_name:
        raise WrongKey
    return by_name[name]


def note(name: str) -> None:
    """From now on the trail goes on under the key of that name."""
    KeyCheck.objects.filter(name="AUDIT_KEY").exclude(value=name).delete()
    KeyCheck.objects.get_or_create(name="AUDIT_KEY", value=name)
