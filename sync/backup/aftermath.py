"""What is done to a database that was just restored, before anybody works with it.

The queue is on hold, nobody is signed in, no worker has anything, and the audit trail says what it doesn't have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DatabaseError, transaction

from accounts import audit
from iamconsole.web.words import full_time
from sync import clock, counter
from sync.models import Change, ChangeLine, Lease

CLAIMED = "A worker had it when the backup was made; another one finds out what became of it."


@dataclass(frozen=True)
class RestoredGap:
    """What the restored audit trail doesn't have. `known`: the newest head outside, NUMBER:SEAL; "" for none."""

    made_at: datetime
    known: str


def statements(why: str) -> Sequence[str]:
    """In SQL, for the transaction that brings the tables back, of whatever version of ours they are."""
    held = f"on_hold_since = clock_timestamp(), on_hold_why = '{why}'"
    return (
        "INSERT INTO public.sync_stepcounter (id, installation, number, on_hold_why, outside) "
        "VALUES (1, gen_random_uuid(), 0, '', 0) ON CONFLICT (id) DO NOTHING",
        f"UPDATE public.sync_stepcounter SET {held}",  # noqa: S608  words of ours
        "DELETE FROM public.usersessions_usersession",
        "DELETE FROM public.django_session",
    )


def put_on_hold(gap: RestoredGap) -> None:
    now = clock.now()
    with transaction.atomic():
        UserSession.objects.all().delete()
        Session.objects.all().delete()
        _free_claims()
        why = f"The database was restored from a backup of {full_time(gap.made_at)}."
        counter.hold_restored(why=why)
        audit.record_gap(since=gap.made_at, until=now, known=gap.known)
    try:
        cache.clear()  # locks, counts and signs of life of the former database
    except DatabaseError:
        return  # a table that isn't made yet


def _free_claims() -> None:
    """Nobody works at it: whoever did, did so in another database."""
    claimed = Change.objects.filter(state=Change.State.APPLYING)
    pks = list(claimed.values_list("pk", flat=True))
    ChangeLine.objects.bulk_create([ChangeLine(change_id=pk, line=CLAIMED) for pk in pks])
    claimed.update(state=Change.State.QUEUED, claim="", heartbeat_at=None)
    Lease.objects.exclude(change__state__in=Change.MOVING).delete()
