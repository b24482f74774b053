"""Asks CloudTrail: LookupEvents, by one attribute and a window of time, the newest first.

It takes two questions a second for an AWS account and Region, and has the last 90 days ("LookupEvents" in the
CloudTrail API Reference). What a call asks for stands in its record; nothing here is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import AwsAccount
from sync.activity.records import TrailRecord, read_record
from sync.aws import permission
from sync.aws.client import AwsClient
from sync.aws.permission import Permission, RolePart
from sync.aws.target import global_region

HISTORY = timedelta(days=90)
LATE_BY = timedelta(minutes=20)  # usually five minutes; "nobody" is never concluded before
PART = RolePart(
    "cloudtrail",
    "CloudTrail",
    "to say who changed something outside this console, and what a user or role did last",
    services=frozenset({"cloudtrail"}),
)
LOOKING_UP = Permission(
    "cloudtrail:LookupEvents",
    "Say who made a change outside this console, and what a user or role did last.",
    "read",
    probe={"MaxResults": 1},
    part=PART,
)


@dataclass(frozen=True)
class TrailSearch:
    """`attribute`: the key and value that LookupEvents takes."""

    region: str
    attribute: tuple[str, str]
    since: datetime
    until: datetime


@dataclass(frozen=True)
class TrailPages:
    """`complete_since`: from when on all events of the search are there; later than asked where pages were left out."""

    records: Sequence[TrailRecord]
    complete_since: datetime

    @property
    def more(self) -> bool:
        return bool(self.records) and self.complete_since >= min(each.at for each in self.records)


def region_of(aws_account: AwsAccount, region: str) -> str:
    """Where the events about objects of that Region are; "" stands for what is global, such as IAM."""
    return region or global_region(aws_account)


def look_up(client: AwsClient, search: TrailSearch, *, most_pages: int) -> TrailPages:
    """Raises AwsError. Records of other AWS accounts, and what is no record, are left out."""
    key, value = search.attribute
    records: list[TrailRecord] = []
    pages = client.at(search.region).pages(
        "cloudtrail",
        "LookupEvents",
        LookupAttributes=[{"AttributeKey": key, "AttributeValue": value[:2000]}],
        StartTime=search.since,
        EndTime=search.until,
    )
    for number, page in enumerate(pages, 1):
        found = [read_record(each.get("CloudTrailEvent")) for each in page.items.get("Events") or ()]
        records += [each for each in found if each and each.account_id == client.aws_account.account_id]
        if page.marker is None:
            return TrailPages(records, search.since)
        if number >= most_pages:
            break
    return TrailPages(records, min((each.at for each in records), default=search.until))


def register() -> None:
    permission.register_part(PART)
    permission.register([LOOKING_UP])
