"""The Regions of an AWS account: which there are, and which of them it has enabled.

Sources of what is regional are pulled once in each enabled Region, and pages say in how many they looked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import AwsAccount
from iamconsole.web.words import counted
from sync import clock
from sync.aws.errors import AccessDeniedError, UnreachableError, UnsupportedError
from sync.aws.permission import read
from sync.mirror import AccountRegion, Reader, Source, SourcePage
from sync.models import Region
from sync.schedule import enabled_regions
from sync.selectors import NEVER_PULLED, SourceCoverage, coverages_by_place


@dataclass(frozen=True)
class ListedRegion:
    """`opt_in`: it is off until the AWS account asks for it."""

    name: str
    enabled: bool
    opt_in: bool


_FEATURE = "Find out which Regions the AWS account has enabled: what is regional is looked for in those."


class AccountRegions(Source):
    """account:ListRegions first: it answers from one global endpoint, says what is being switched on just now, and
    its model is small. ec2:DescribeRegions (whose model alone takes a worker 30 MB) is for where that isn't to be had:
    AWS GovCloud (US), and roles such as those of an auditor, which may often do the second and not the first.
    """

    name = "account.regions"
    title = "Regions"
    facet = "regions"
    kinds = ()
    permissions = (
        read("account:ListRegions", _FEATURE, MaxResults=1),
        read("ec2:DescribeRegions", f"{_FEATURE} The second way, where account:ListRegions is not to be had."),
    )
    tells_regions = True
    every = timedelta(days=1)
    sweeps = False

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        requested_at = clock.now()
        keep(place.aws_account, list_regions(client), at=requested_at)
        yield SourcePage({}, None, requested_at)


def list_regions(client: Reader) -> list[ListedRegion]:
    """Raises AccessDeniedError, naming account:ListRegions, where neither of the two calls is allowed."""
    try:
        return [
            _as_account_says(region["RegionName"], region["RegionOptStatus"])
            for page in client.pages("account", "ListRegions", MaxResults=_MOST)
            for region in page.items["Regions"]
        ]
    except (AccessDeniedError, UnsupportedError, UnreachableError) as not_answered:
        try:
            answer = client.call("ec2", "DescribeRegions", AllRegions=True)
        except (AccessDeniedError, UnsupportedError):
            raise not_answered from None
    return [_as_ec2_says(region["RegionName"], region["OptInStatus"]) for region in answer["Regions"]]


_MOST = 50  # a page of ListRegions


def _as_account_says(name: str, status: str) -> ListedRegion:
    """A Region that is being switched on or off doesn't count: calls there may fail already, or still."""
    return ListedRegion(name, status in ("ENABLED", "ENABLED_BY_DEFAULT"), status != "ENABLED_BY_DEFAULT")


def _as_ec2_says(name: str, status: str) -> ListedRegion:
    return ListedRegion(name, status in ("opted-in", "opt-in-not-required"), status != "opt-in-not-required")


@dataclass(frozen=True)
class RegionScope:
    """In which Regions regional sources look, and since when that is known."""

    names: tuple[str, ...]
    listing: SourceCoverage  # of the list of Regions itself: while it isn't read, the default Region alone is looked in

    @property
    def sentence(self) -> str:
        if self.listing.at is None:
            return f"Regional services: looked in {self.names[0]} alone, since which others are enabled is not known."
        return f"Regional services: looked in {counted(len(self.names), 'Region')}."


def looked_in(aws_account: AwsAccount) -> RegionScope:
    coverages = coverages_by_place(aws_account)  # of all: every page that says this says how old the others are, too
    return RegionScope(tuple(enabled_regions(aws_account)), coverages.get((AccountRegions.name, ""), NEVER_PULLED))


def keep(aws_account: AwsAccount, listed: list[ListedRegion], *, at: datetime) -> None:
    """Stores what AWS listed. A Region that it no longer lists is not enabled."""
    rows = [
        Region(aws_account=aws_account, name=region.name, enabled=region.enabled, opt_in=region.opt_in, checked_at=at)
        for region in listed
    ]
    with transaction.atomic():
        Region.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["aws_account", "name"],
            update_fields=["enabled", "opt_in", "checked_at"],
        )
        others = Region.objects.filter(aws_account=aws_account).exclude(name__in=[row.name for row in rows])
        others.update(enabled=False, checked_at=at)
