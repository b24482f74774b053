"""Condition keys by their names, whatever service, provider or global table they are from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from policies.engine.catalogue.federation_keys import FEDERATION_KEYS, key_of_any_provider
from policies.engine.catalogue.global_keys import GLOBAL_KEYS
from policies.engine.catalogue.store import borrowed_prefixes, service
from policies.engine.catalogue.values import ConditionKey

LONGEST_NAME = 512  # no name that AWS knows comes near
_PLACEHOLDER = re.compile(r"\\\$\\\{[^}]*\}")  # in an escaped text
_ANY_TEXT = ".+"


def condition_key(name: str) -> ConditionKey | None:
    """Of a name as policies have it, in any case: `aws:ResourceTag/team`, `s3:prefix`, `saml:aud`."""
    return _condition_key(name) if len(name) <= LONGEST_NAME else None


@lru_cache(maxsize=8192)
def _condition_key(name: str) -> ConditionKey | None:
    lowered = name.lower()
    for table in (GLOBAL_KEYS, FEDERATION_KEYS, *_tables(lowered.partition(":")[0])):
        found = table.get(lowered) or _by_template(lowered, table)
        if found:
            return found
    return key_of_any_provider(name)


def spelled(name: str) -> str:
    """As AWS writes it, where it is one that we know: `aws:MultiFactorAuthPresent`, `aws:RequestTag/team`."""
    found = condition_key(name)
    if found is None:
        return name
    known, slash, _ = found.name.partition("/")
    return known + slash + name.partition("/")[2]


def fits_key(name: str, keys: Iterable[str]) -> bool:
    """Whether one of `keys` (as the catalogue writes them, perhaps with a placeholder) is meant by `name`."""
    lowered = name.lower()
    return any(lowered == key.lower() or ("${" in key and _matches(key, lowered)) for key in keys)


def _tables(prefix: str) -> list[Mapping[str, ConditionKey]]:
    found = [service(name) for name in borrowed_prefixes().get(prefix, (prefix,))]
    return [each.keys for each in found if each]


def _by_template(lowered: str, table: Mapping[str, ConditionKey]) -> ConditionKey | None:
    candidates = (key for name, key in table.items() if "${" in name and lowered.startswith(name.partition("${")[0]))
    return next((key for key in candidates if _matches(key.name, lowered)), None)


def _matches(template: str, lowered: str) -> bool:
    return _expression(template.lower()).fullmatch(lowered) is not None


@lru_cache(maxsize=1024)
def _expression(template: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(_ANY_TEXT, re.escape(template)), re.DOTALL)
