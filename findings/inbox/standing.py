"""How sure the inbox is of what it says: what wasn't read, which rules are broken, and when it was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from findings.looked import refreshes_of
from findings.models import AccountRefresh
from findings.sources import all_sources
from sync.mirror.hashing import moment


@dataclass(frozen=True)
class UnreadNote:
    """What wasn't read of an AWS account: titles of sources."""

    aws_account: AwsAccount
    titles: Sequence[str]


@dataclass(frozen=True)
class BrokenSource:
    """A source that broke off. `error`: for owners; "" for others."""

    aws_account: AwsAccount
    rules: Sequence[str]  # what its rules are called
    since: datetime | None
    error: str


@dataclass(frozen=True)
class InboxStanding:
    """`never`: AWS accounts in which nobody has looked yet. `at`: when all were looked at, the oldest."""

    at: datetime | None
    never: Sequence[AwsAccount]
    unread: Sequence[UnreadNote]
    broken: Sequence[BrokenSource]

    @property
    def is_sure(self) -> bool:
        return not (self.never or self.unread or self.broken)


def standing_of(operator: Operator, aws_accounts: Sequence[AwsAccount]) -> InboxStanding:
    rows: Iterable[Any] = refreshes_of(aws_accounts)
    looks = {each.aws_account_id: each for each in rows}
    expected = [each for each in aws_accounts if not each.resting]
    never = [each for each in expected if (look := looks.get(each.pk)) is None or not look.has_looked]
    times = [look.since for look in looks.values() if look.has_looked]
    unread = [
        UnreadNote(each, looks[each.pk].unread) for each in expected if each not in never and looks[each.pk].unread
    ]
    broken = _broken(operator, [(each, looks[each.pk]) for each in aws_accounts if each.pk in looks])
    return InboxStanding(min(times, default=None), never, unread, broken)


def _broken(operator: Operator, looks: Iterable[tuple[AwsAccount, AccountRefresh]]) -> list[BrokenSource]:
    sources = {source.name: source for source in all_sources()}
    return [
        BrokenSource(
            aws_account,
            [rule.name for rule in sources[each["source"]].rules.values()][:5],
            moment(each["since"]),
            each["error"] if may(operator, ADMINISTER, aws_account) else "",
        )
        for aws_account, look in looks
        for each in look.broken
        if each["source"] in sources
    ]
