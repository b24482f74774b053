"""Erasure: what is personal of people who are gone goes too, some days later; the row stays, with the `sub` alone."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cognito.models import CognitoMembership, CognitoUser, PoolPeopleSettings, UserPool
from cognito.people.erasure_elsewhere import forget_in_plans, forget_searches, forget_texts
from cognito.people.person_record import people_settings_by_pool

logger = logging.getLogger(__name__)

_AT_ONCE = 1000  # people in one turn; the others wait for the next tick


def erase_due() -> int:
    """Once a minute. Returns how many were erased."""
    erased = 0
    waiting = CognitoUser.objects.filter(gone_at__isnull=False, erased_at__isnull=True)
    pools = list(UserPool.objects.filter(pk__in=waiting.values("pool")))
    cares = people_settings_by_pool(pools)
    for pool in pools:
        due = waiting.filter(pool=pool, gone_at__lte=timezone.now() - _kept(cares[pool.pk]))
        if pks := list(due.order_by("gone_at").values_list("pk", flat=True)[: _AT_ONCE - erased]):
            erased += erase(CognitoUser.objects.filter(pk__in=pks))
        if erased >= _AT_ONCE:
            break
    if erased:
        logger.info("%s people who are gone were erased.", erased)
    return erased


def _kept(people_settings: PoolPeopleSettings) -> timedelta:
    """For how long after they are gone. Of a pool whose people aren't mirrored (any more) nobody is kept."""
    return timedelta(days=people_settings.erase_after_days if people_settings.mirrors_people else 0)


def erase(people: QuerySet[CognitoUser]) -> int:
    """All but the `sub`: here, in the plans of old changes, in what was typed about them, and in kept searches.

    Of somebody whom AWS still has, the next pull would bring everything back.
    """
    with transaction.atomic():
        found = list(people.select_for_update().order_by("aws_id"))
        pks = [person.pk for person in found]
        forget_in_plans([person.aws_id for person in found])
        forget_texts(found)
        forget_searches(found)
        CognitoMembership.objects.filter(user__in=pks).delete()
        return CognitoUser.objects.filter(pk__in=pks).update(
            name="",
            name_key="",
            status="",
            attributes={},
            words="",
            content_hash="",
            created_at=None,
            changed_at=None,
            erased_at=timezone.now(),
        )
