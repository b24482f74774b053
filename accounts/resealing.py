"""What is sealed under which of SEAL_KEYS, and sealing again under the newest, so that older keys can be taken out."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings

from accounts import keys
from iamconsole.sealed_values import SealedValues, kinds_of_sealed
from iamconsole.sealing import key_names

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SealedCounts:
    """How many of each kind are sealed under a key."""

    name: str  # the key's
    is_given: bool  # it is among SEAL_KEYS
    counts: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()) if count) or "nothing"


@dataclass(frozen=True)
class SealedBatch:
    kind: str
    count: int
    failure: str = ""  # why what is left of this kind wasn't sealed again


def under_older_keys() -> list[SealedCounts]:
    """Of every key but the newest that something may be sealed under."""
    newest, *older = key_names()
    counted = {values.kind: Counter(values.names_of_keys()) for values in kinds_of_sealed()}
    names = dict.fromkeys([*older, *keys.known_seal_keys(), *(name for found in counted.values() for name in found)])
    return [
        SealedCounts(name, name in older, Counter({kind: found[name] for kind, found in counted.items()}))
        for name in names
        if name and name != newest
    ]


def reseal() -> Iterator[SealedBatch]:
    """All that can be opened, under the newest key, in batches: each is done when it is told of.

    Between two batches others write. A kind that fails keeps none of the others from their turn. At the end, keys
    under which nothing is left are forgotten, unless one failed: the database needs them no more.
    """
    is_whole = True
    for values in kinds_of_sealed():
        for batch in _reseal(values):
            yield batch
            is_whole = is_whole and not batch.failure
            time.sleep(settings.PULL_BREATH_S)  # SQLite lets nobody in who comes while one writes on and on
    if is_whole:
        keys.retire([each.name for each in under_older_keys() if not each.counts.total()])


def _reseal(values: SealedValues) -> Iterator[SealedBatch]:
    try:
        for count in values.reseal():
            yield SealedBatch(values.kind, count)
    except Exception as error:  # an app's own: of its rows, or the database's
        log.exception("Sealing %s again broke off", values.kind)
        yield SealedBatch(values.kind, 0, f"{type(error).__name__}: {error}")


def report(found: list[SealedCounts]) -> Iterator[tuple[bool, str, str]]:
    """Of each older key whether all is well with it, a sentence, and what to do."""
    for each in found:
        if not each.counts.total():
            if each.is_given:
                yield True, f"key {each.name}: nothing is sealed under it.", "It can be taken out of SEAL_KEYS."
        elif each.is_given:
            yield True, f"key {each.name}: {each} need it.", "To take it out of SEAL_KEYS, run first: manage.py reseal"
        else:
            advice = "Give it back as the last one of SEAL_KEYS, then run: manage.py reseal"
            yield False, f"key {each.name}, which isn't in SEAL_KEYS: {each} can't be opened.", advice
