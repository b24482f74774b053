"""How sure the inbox is of what it says: what wasn't read, which rules are broken, and when it was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, OuterRef, Subquery

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from findings.models import AccountRefresh, SourceLook
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
    rows = AccountRefresh.objects.filter(aws_account__in=aws_accounts)
    looks = {each.aws_account_id: each for each in rows.annotate(oldest_look=_oldest_look())}
    expected = [each for each in aws_accounts if not each.resting]
    never = [each for each in expected if (look := looks.get(each.pk)) is None or look.looked_at is None]
    times = [look.oldest_look or look.looked_at for look in looks.values() if look.looked_at]
    unread = [
        UnreadNote(each, looks[each.pk].unread) for each in expected if each not in never and looks[each.pk].unread
    ]
    broken = _broken(operator, [(each, looks[each.pk]) for each in aws_accounts if each.pk in looks])
    return InboxStanding(min(times, default=None), never, unread, broken)


def _oldest_look() -> Subquery:
    """Of all sources. `AccountRefresh.looked_at` is set back where they are to look again."""
    looks = SourceLook.objects.filter(aws_account=OuterRef("aws_account")).order_by().values("aws_account")
    return Subquery(looks.annotate(oldest=Min("looked_at")).values("oldest"))


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
