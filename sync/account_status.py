"""What every page says of an AWS account: its open changes, and how old what is held of it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, reduce
from operator import add
from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import AwsAccount
from iamconsole.web.compiled import CompiledQuery, compiled
from iamconsole.web.once import once_a_page
from sync.models import BreakGlass, Change, Ownership, OwnershipRule, Run, StepCounter

# Applied without its approvals, and reviewed by nobody yet: few, so changes are found by them, not they by the changes.
UNREVIEWED_GLASS = BreakGlass.objects.filter(void=False, reviewed_at=None)


@dataclass(frozen=True)
class AwsAccountStatus:
    """What every page says of an AWS account."""

    open_changes: int
    age: datetime | None  # when its last complete pull ended
    ignores: bool  # a rule says of some objects that nobody here looks after them
    moves: bool  # a worker has a change of it, or should have
    is_on_hold: bool  # nothing is sent, of no AWS account (sync/counter/)


@once_a_page
def aws_account_status(aws_account: AwsAccount) -> AwsAccountStatus:
    """In one query."""
    return AwsAccountStatus(*_status_of(aws_account.pk).rows()[0])


def remember_statuses(aws_accounts: Sequence[AwsAccount]) -> None:
    """While a page is made: `aws_account_status` of each, in one query."""
    by_pk = {each.pk: each for each in aws_accounts}
    rows = AwsAccount.objects.filter(pk__in=by_pk).order_by().values_list("pk", *_status_fields())
    for pk, *fields in rows:
        aws_account_status.remember(AwsAccountStatus(*fields), by_pk[pk])


@lru_cache(1000)
def _status_of(aws_account_id: int) -> CompiledQuery:
    """The fields of an AwsAccountStatus."""
    return compiled(AwsAccount.objects.filter(pk=aws_account_id).values_list(*_status_fields()))


def _status_fields() -> Sequence[Any]:
    of_it = {"aws_account": OuterRef("pk")}
    still_open = Change.objects.filter(state__in=Change.OPEN, **of_it).order_by().values("aws_account")
    unreviewed = UNREVIEWED_GLASS.filter(change__aws_account=OuterRef("pk")).exclude(change__state__in=Change.OPEN)
    counts = (still_open, unreviewed.order_by().values("change__aws_account"))
    count = reduce(add, (Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0) for rows in counts))
    complete = Run.objects.filter(state=Run.State.DONE, object_id="", **of_it).order_by("-finished_at")
    age = Subquery(complete.values("finished_at")[:1])
    ignores = Exists(OwnershipRule.objects.filter(ownership=Ownership.IGNORED, **of_it))
    moves = Exists(Change.objects.filter(state__in=Change.MOVING, **of_it))
    is_on_hold = Exists(StepCounter.objects.filter(on_hold_since__isnull=False))
    return count, age, ignores, moves, is_on_hold
