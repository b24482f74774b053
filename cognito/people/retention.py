"""What owners decide of how the people of a pool are kept, and erasing what is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.models import Operator
from cognito.models import CognitoUser, PoolPeopleSettings, UserPool
from cognito.people.erasure import erase
from cognito.people.person_record import allowed_by, people_settings_by_pool, sort_key, words_of
from sync.mirror.paced_writes import paced_write

audit.register(
    {
        "pool_people_settings.changed": "changed what is kept of the people of {object}",
        "person.erased": "erased what was kept of the person {object}",
        "people.attribute_erased": "erased the attribute {attribute} of the people of {object}",
    }
)
FIELDS = ("mirrors_people", "attributes", "erase_after_days", "helpdesk_per_hour")
_BATCH = 500
_LONGEST_S = 20.0  # of one request; the next pull does the rest


@transaction.atomic
def change(
    people_settings: PoolPeopleSettings,
    before: Mapping[str, object],
    *,
    pool: UserPool,
    actor: Operator,
    request: HttpRequest | None = None,
) -> None:
    """Saves what was edited; `before` has the old values of FIELDS."""
    changes = audit.differences(_audited(before), _audited({name: getattr(people_settings, name) for name in FIELDS}))
    if not changes:
        return
    people_settings.save()
    _record("pool_people_settings.changed", pool, actor, request, {"changes": changes})


def _audited(values: Mapping[str, Any]) -> dict[str, object]:
    return {**values, "attributes": ", ".join(sorted(values["attributes"]))}


@transaction.atomic
def erase_now(person: CognitoUser, *, actor: Operator, request: HttpRequest | None = None) -> None:
    """Of somebody who is gone. Of others the next pull would bring everything back: ValueError."""
    if person.gone_at is None:
        raise ValueError("AWS still has this person: who is deleted there is erased here.")
    erase(CognitoUser.objects.filter(pk=person.pk))
    audit.record(
        "person.erased",
        actor=actor,
        aws_account=person.aws_account,
        obj=(person.kind, person.aws_id, person.aws_id),
        data={"pool": person.pool.aws_id},
        request=request,
    )


def withdrawn(pool: UserPool, people_settings: PoolPeopleSettings) -> dict[str, int]:
    """Attributes that are no longer on the allow-list, and of how many people they are still here."""
    allowed = json.dumps(people_settings.attributes)
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAWN[connection.vendor], [allowed, pool.pk])
        return dict(cursor.fetchall())


# Everybody is looked at, but not here: a million people take PostgreSQL half a second.
_WITHDRAWN = {
    "sqlite": """
        SELECT held.key, COUNT(*) FROM cognito_cognitouser, json_each(attributes) AS held
        WHERE held.key NOT IN (SELECT value FROM json_each(%s)) AND pool_id = %s GROUP BY held.key
    """,
    "postgresql": """
        SELECT held.key, COUNT(*) FROM cognito_cognitouser,
        jsonb_object_keys(attributes - ARRAY(SELECT jsonb_array_elements_text(%s::jsonb))) AS held(key)
        WHERE pool_id = %s GROUP BY held.key
    """,
}


def erase_attribute(
    pool: UserPool, name: str, *, actor: Operator, request: HttpRequest | None = None
) -> tuple[int, int]:
    """Of how many people it was erased, and of how many it is still there: after 20 s the rest is left to the pull."""
    ends_at, erased = time.monotonic() + _LONGEST_S, 0
    while time.monotonic() < ends_at and (done := _erase_some(pool, name)):
        erased += done
    left = _with(pool, name).count() if erased else 0
    with transaction.atomic():
        _record("people.attribute_erased", pool, actor, request, {"attribute": name, "people": erased, "left": left})
    return erased, left


def _with(pool: UserPool, name: str) -> QuerySet[CognitoUser]:
    return CognitoUser.objects.filter(pool=pool, attributes__has_key=name)


def _erase_some(pool: UserPool, name: str) -> int:
    """Without a hash the next pull writes the row anew, whatever it says."""
    with paced_write():
        people = list(_with(pool, name).select_for_update().order_by("aws_id")[:_BATCH])
        for person in people:
            person.attributes = {key: said for key, said in person.attributes.items() if key != name}
            person.words = words_of(person.name, person.aws_id, person.attributes)
            person.name_key = sort_key(person.name, person.aws_id, person.attributes)
            person.content_hash = ""
        CognitoUser.objects.bulk_update(people, ["attributes", "words", "name_key", "content_hash"])
    return len(people)


def _record(
    verb: str, pool: UserPool, actor: Operator, request: HttpRequest | None, data: Mapping[str, object]
) -> None:
    about = (pool.kind, pool.aws_id, pool.name)
    audit.record(verb, actor=actor, aws_account=pool.aws_account, obj=about, data=data, request=request)


# ---- What is held of whom, for the data protection officer: numbers by pool, and nobody's name ---------------------
@dataclass(frozen=True)
class PoolHolding:
    """Of one pool. `gone`: no longer in AWS and not erased yet, the first of them due at `due_at`."""

    pool: UserPool
    people_settings: PoolPeopleSettings
    here: int
    gone: int
    erased: int
    due_at: object  # a datetime; None where nobody is due

    @property
    def attributes(self) -> list[str]:
        return allowed_by(self.people_settings)


def holdings_of(pools: Iterable[UserPool]) -> list[PoolHolding]:
    """In two queries, however many pools."""
    pools = list(pools)
    cares = people_settings_by_pool(pools)
    gone = Q(gone_at__isnull=False)
    counted = {
        row["pool"]: row
        for row in CognitoUser.objects.filter(pool__in=pools)
        .order_by()
        .values("pool")
        .annotate(
            here=Count("pk", filter=~gone),
            gone=Count("pk", filter=gone & Q(erased_at__isnull=True)),
            erased=Count("pk", filter=Q(erased_at__isnull=False)),
            first=Min("gone_at", filter=Q(erased_at__isnull=True)),
        )
    }
    return [_holding(pool, cares[pool.pk], counted.get(pool.pk, _NOBODY)) for pool in pools]


_NOBODY = {"here": 0, "gone": 0, "erased": 0, "first": None}


def _holding(pool: UserPool, people_settings: PoolPeopleSettings, row: dict[str, object]) -> PoolHolding:
    days = timedelta(days=people_settings.erase_after_days if people_settings.mirrors_people else 0)
    due = row["first"] + days if row["first"] else None  # type: ignore[operator]
    return PoolHolding(pool, people_settings, row["here"], row["gone"], row["erased"], due)  # type: ignore[arg-type]
