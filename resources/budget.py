"""The budget of calls for resources: how many an AWS account may be asked in an hour, by all workers together.

It fills up evenly, and holds what is left for some minutes: so reading is spread over the hour, and other pulls and the
customer's own tools find AWS's limits free.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import AwsAccount
from resources.models import CallBudget
from resources.reading import reading_of
from sync import clock

_HELD_FOR = timedelta(minutes=10)


def spend(aws_account: AwsAccount, calls: int) -> None:
    """Counts calls that were made. What was read may cost more than was left: the next reading waits for it."""
    if not _counts(aws_account):
        return
    with transaction.atomic():
        budget = _filled(aws_account)
        budget.left -= calls
        budget.save(update_fields=["left", "counted_at"])


def is_spent(aws_account: AwsAccount) -> bool:
    """Whether nothing is left: reading goes on in some minutes."""
    if not _counts(aws_account):
        return False
    with transaction.atomic():
        return _filled(aws_account).left <= 0


def _counts(aws_account: AwsAccount) -> bool:
    """Nobody shares the limits of the emulator."""
    return not aws_account.emulated or settings.AWS_PACE_EMULATED


def _filled(aws_account: AwsAccount) -> CallBudget:
    """The budget as it is now, locked; a new one is full."""
    an_hour = reading_of(aws_account).calls_an_hour
    most, now = an_hour * (_HELD_FOR / timedelta(hours=1)), clock.now()
    budget, _ = CallBudget.objects.select_for_update().get_or_create(
        aws_account=aws_account, defaults={"left": most, "counted_at": now}
    )
    since = max(now - budget.counted_at, timedelta())
    budget.left = min(most, budget.left + an_hour * (since / timedelta(hours=1)))
    budget.counted_at = now
    return budget
