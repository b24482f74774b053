"""When which source of an AWS account is due.

Each source has its own row and its own times, spread by a jitter: so one that is slow or broken holds up no other, and
a hundred AWS accounts don't all ask in the same minute.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.models import AwsAccount
from iamconsole.web.once import once_a_page, page_is_made
from sync import clock
from sync.aws.target import home_region
from sync.empty_regions import empty_pulls_of, usual_or_later
from sync.mirror import Source, sources
from sync.models import Region, Schedule, SourceState

# A pull comes up to this part of its interval later than it could.
_JITTER = 0.1

_random = random.SystemRandom()


@dataclass(frozen=True)
class DueSource:
    """A source in one AWS account and Region that can be read; `next_at` is None when it never was due before.

    `empty_pulls`: in a row, that showed nothing in the Region, of the source and of all that it builds on.
    """

    aws_account: AwsAccount
    source: str
    region: str
    next_at: datetime | None
    empty_pulls: int = 0


def readable(aws_account: AwsAccount) -> list[DueSource]:
    """Every source that serves the AWS account and has what it builds on, by Region where there are several."""
    entries = Schedule.objects.filter(aws_account=aws_account)
    known = {(entry.source, entry.region): entry for entry in entries}
    empty_pulls = {place: entry.empty_pulls for place, entry in known.items()}
    complete = set(
        SourceState.objects.filter(aws_account=aws_account, done__isnull=False).values_list("source", "region")
    )
    with page_is_made():  # the Regions of an AWS account are asked for once, and not for each source
        return [
            DueSource(
                aws_account,
                source.name,
                region,
                known[source.name, region].next_at if (source.name, region) in known else None,
                empty_pulls_of(source, region, empty_pulls),
            )
            for source in sources.values()
            if source.serves(aws_account)
            for region in regions_of(aws_account, source)
            if complete.issuperset(built_on(source, region))
        ]


def built_on(source: Source, region: str) -> Iterator[tuple[str, str]]:
    """What must have been complete once: of regional sources, in the same Region."""
    for name in source.after:
        yield name, region if sources[name].regional else ""


def take(due: DueSource, now: datetime | None = None) -> bool:
    """Whether it is due, and ours to start: of two who ask at once only one hears yes. Sets the next time."""
    now = now or clock.now()
    following = now + _interval(due)
    row = {"aws_account": due.aws_account, "source": due.source, "region": due.region}
    if due.next_at is not None:
        return bool(Schedule.objects.filter(**row, next_at__lte=now).update(next_at=following))
    try:
        with transaction.atomic():
            Schedule.objects.create(**row, next_at=following)
    except IntegrityError:  # somebody else was quicker
        return False
    return True


def opens(finished: str, source: Source) -> bool:
    """Whether a source that was never due may be read since another one was complete."""
    return finished in source.after or (source.regional and finished in sources and sources[finished].tells_regions)


def in_order() -> list[Source]:
    """All sources: what the most others build on first, and each after those that it builds on itself."""
    builds_on = Counter(before for source in sources.values() for before in source.after)
    ordered: dict[str, Source] = {}

    def add(name: str) -> None:
        for before in sources[name].after:
            add(before)
        ordered.setdefault(name, sources[name])

    for name in sorted(sources, key=lambda name: -builds_on[name]):
        add(name)
    return list(ordered.values())


@once_a_page
def enabled_regions(aws_account: AwsAccount) -> list[str]:
    """Where regional sources look; the default Region alone while the others aren't known."""
    found = Region.objects.filter(aws_account=aws_account, enabled=True).values_list("name", flat=True)
    return list(found) or [home_region(aws_account)]


def remember_enabled_regions(aws_accounts: Sequence[AwsAccount]) -> None:
    """While a page is made: `enabled_regions` of each, in one query."""
    found: dict[int, list[str]] = {each.pk: [] for each in aws_accounts}
    for region in Region.objects.filter(aws_account__in=found, enabled=True):
        found[region.aws_account_id].append(region.name)
    for each in aws_accounts:
        enabled_regions.remember(found[each.pk] or [home_region(each)], each)


def regions_of(aws_account: AwsAccount, source: Source) -> Sequence[str]:
    """Where one source is read: "" for what is global; nowhere, where it is switched off."""
    return source.places(aws_account, enabled_regions(aws_account) if source.regional else ())


def _interval(due: DueSource) -> timedelta:
    usual = timedelta(minutes=due.aws_account.pull_every_minutes)
    every = sources[due.source].every
    shortest = usual_or_later(max(usual, every) if every else usual, due.empty_pulls)
    return shortest * (1 + _JITTER * _random.random())
