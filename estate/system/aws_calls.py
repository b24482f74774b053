"""What AWS refused lately: calls that it throttled, and others that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import AwsAccount
from iamconsole.web.words import counted as with_noun
from monitoring.recent import counted
from sync.aws.trace import CALLS, THROTTLED

MOST = 8
LATELY = timedelta(hours=1)
# What a pull or a change asks to learn whether there is such a thing.
_EXPECTED = ("ok", "NotFound")


@dataclass(frozen=True)
class Throttling:
    """`aws_account`: None of one that is no longer connected."""

    account_id: str
    aws_account: AwsAccount | None
    service: str
    times: str
    since: datetime
    last_at: datetime

    @property
    def is_recent(self) -> bool:
        return timezone.now() - self.last_at < LATELY


@dataclass(frozen=True)
class RefusedCall:
    call: str
    outcome: str
    times: str
    last_at: datetime


def throttlings() -> Sequence[Throttling]:
    """The latest first."""
    found = counted(THROTTLED)[:MOST]
    known = {
        each.account_id: each for each in AwsAccount.objects.filter(account_id__in=[one.labels[0] for one in found])
    }
    return [
        Throttling(account_id, known.get(account_id), service, with_noun(each.times, "call"), each.since, each.last_at)
        for each in found
        for account_id, service in [each.labels]
    ]


def refused_calls() -> Sequence[RefusedCall]:
    """The latest first."""
    return [
        RefusedCall(f"{service}:{operation}", outcome, with_noun(each.times, "time"), each.last_at)
        for each in counted(CALLS, but=_EXPECTED)[:MOST]
        for service, operation, outcome in [each.labels]
    ]
