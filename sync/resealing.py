"""What is sealed under which of SEAL_KEYS, and sealing again under the newest, so that older keys can be taken out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts import keys, second_factors
from iamconsole.sealing import BLOB, CannotUnseal, SealingPurpose, key_names, mark_of, seal, sealed_under, unseal
from notifications import services as notifications
from sync import sealed
from sync.changes.bookkeeping import locked, record
from sync.changes.plan import digest_of
from sync.models import Change, SealedSecret, Step

FACTORS, SECRETS, PLANS = "second factors", "secrets of changes", "plans with personal texts"
ROUTES = "addresses and secrets of notifications"
_TOGETHER = 200


@dataclass(frozen=True)
class SealedCounts:
    """How many of each kind are sealed under a key."""

    name: str  # the key's
    is_given: bool  # it is among SEAL_KEYS
    counts: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()) if count) or "nothing"


def under_older_keys() -> list[SealedCounts]:
    """Of every key but the newest that something may be sealed under."""
    newest, *older = key_names()
    factors = Counter(second_factors.names_of_keys())
    secrets = Counter(sealed_under(_blob(row)) for row in SealedSecret.objects.only("blob").iterator())
    routes = Counter(notifications.names_of_keys())
    names = dict.fromkeys([*older, *keys.known_seal_keys(), *factors, *secrets, *routes])
    return [
        SealedCounts(
            name,
            name in older,
            Counter(
                {
                    FACTORS: factors[name],
                    SECRETS: secrets[name],
                    PLANS: _steps(name).count(),
                    ROUTES: routes[name],
                }
            ),
        )
        for name in names
        if name and name != newest
    ]


def reseal() -> Counter[str]:
    """All that can be opened, under the newest key; how much of each kind. What is being applied waits for the next.

    Keys under which nothing is left are forgotten: the database needs them no more.
    """
    done: Counter[str] = Counter(
        {FACTORS: second_factors.reseal(), SECRETS: _secrets(), ROUTES: notifications.reseal()}
    )
    older = key_names()[1:]
    changes = {step.change_id for name in older for step in _steps(name).only("change_id").iterator()}
    for change_id in sorted(changes):
        done[PLANS] += _plan(change_id)
    keys.retire([each.name for each in under_older_keys() if not each.counts.total()])
    return done


def _secrets() -> int:
    older = set(key_names()[1:])
    stale = [row.pk for row in SealedSecret.objects.only("blob").iterator() if sealed_under(_blob(row)) in older]
    done = 0
    for first in range(0, len(stale), _TOGETHER):
        done += sealed.reseal(stale[first : first + _TOGETHER])
    return done


def _plan(change_id: int) -> int:
    """The steps of a change. What approvals signed is the same plan under another key, and stays signed."""
    with locked(change_id) as change:
        if change.state in Change.MOVING:
            return 0
        steps = list(change.steps.all())
        is_as_proposed = digest_of(change, steps) == change.digest
        stale = [step for step in steps if _again_in(step)]
        Step.objects.bulk_update(stale, ["params", "before"])
        if stale and is_as_proposed:
            before = change.digest
            change.digest = digest_of(change, steps)
            change.save(update_fields=["digest"])
            change.approvals.filter(digest=before).update(digest=change.digest)
            record("change.resealed", change, actor=None, digest=change.digest, before=before)
        return len(stale)


def _again_in(step: Step) -> bool:
    params, before = _again(step.params), _again(step.before)
    differs = (params, before) != (step.params, step.before)
    step.params, step.before = params, before
    return differs


def _again(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _again(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_again(inner) for inner in value]
    if isinstance(value, str) and BLOB.fullmatch(value) and sealed_under(value) != key_names()[0]:
        with suppress(CannotUnseal):
            return seal(unseal(value, SealingPurpose.PERSONAL), SealingPurpose.PERSONAL)
    return value


def _steps(name: str) -> QuerySet[Step]:
    texts = Step.objects.annotate(said=Cast("params", TextField()), was=Cast("before", TextField()))
    return texts.filter(Q(said__contains=mark_of(name)) | Q(was__contains=mark_of(name)))


def _blob(row: SealedSecret) -> str:
    return bytes(row.blob).decode(errors="replace")


def report() -> Iterator[tuple[bool, str, str]]:
    """For `manage.py doctor`: whether all is well with each older key, a sentence, and what to do."""
    for each in under_older_keys():
        if not each.counts.total():
            if each.is_given:
                yield True, f"key {each.name}: nothing is sealed under it.", "It can be taken out of SEAL_KEYS."
        elif each.is_given:
            yield True, f"key {each.name}: {each} need it.", "To take it out of SEAL_KEYS, run first: manage.py reseal"
        else:
            advice = "Give it back as the last one of SEAL_KEYS, then run: manage.py reseal"
            yield False, f"key {each.name}, which isn't in SEAL_KEYS: {each} can't be opened.", advice
