"""What is held of whom, for the data protection officer: numbers by pool, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Min, Q

from cognito.models import CognitoUser, PoolPeopleSettings, UserPool
from cognito.people.person_record import allowed_by, people_settings_by_pool


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
