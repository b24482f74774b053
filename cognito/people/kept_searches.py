"""Searches for people that an operator keeps: how long, after they were used last."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Operator
from cognito.models import SavedSearch, UserPool
from iamconsole import clock

_SEEN_AGAIN = timedelta(days=1)
_BATCH = 500


def used(pool: UserPool, operator: Operator, query: str) -> None:
    """Notes that its operator looks at the list as it says; once a day."""
    if query:
        now = clock.now()
        of_it: QuerySet[SavedSearch] = SavedSearch.objects.filter(pool=pool, operator=operator, query=query)
        of_it.filter(used_at__lt=now - _SEEN_AGAIN).update(used_at=now)


def forget_unused() -> int:
    """Returns how many it removed."""
    if not settings.KEEP_SEARCHES_DAYS:
        return 0
    before = clock.now() - timedelta(days=settings.KEEP_SEARCHES_DAYS)
    old = SavedSearch.objects.filter(used_at__lt=before).order_by("used_at")
    pks = list(old.values_list("pk", flat=True)[:_BATCH])
    return SavedSearch.objects.filter(pk__in=pks).delete()[0] if pks else 0
