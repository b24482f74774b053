"""Gauges of the pulls of each AWS account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accounts.models import AwsAccount
from estate.pulls import pull_standings
from iamconsole import clock
from monitoring import catalogue
from monitoring.catalogue import GaugeValue, register_readings

AGE = catalogue.gauge(
    "pull_age_seconds", "Seconds since users, roles and policies were last read as a whole", "aws_account"
)
TROUBLE = catalogue.gauge(
    "pull_sources_in_trouble", "Sources whose last pull failed, that AWS denies, or that are late", "aws_account", "why"
)
KINDS = ("failed", "denied", "late")


def pulled_aws_accounts() -> Sequence[AwsAccount]:
    """Those that pulls are expected of."""
    return list(AwsAccount.objects.exclude(connection=AwsAccount.Connection.SNAPSHOT).filter(resting="").order_by("pk"))


def register() -> None:
    register_readings("aws_accounts", _readings)


def _readings() -> Iterator[GaugeValue]:
    aws_accounts, now = pulled_aws_accounts(), clock.now()
    standings = pull_standings(aws_accounts)
    for each in aws_accounts:
        standing = standings[each.pk]
        if standing.at is not None:
            yield GaugeValue(AGE, max(0.0, (now - standing.at).total_seconds()), (each.account_id,))
        for kind in KINDS:
            yield GaugeValue(TROUBLE, len(getattr(standing, kind)), (each.account_id, kind))
