"""In which AWS accounts findings were looked for: by all sources, since its users, roles and policies were read.

Of others that there are none isn't known: whoever says how many there are, or that there is nothing, asks here first.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Case, Exists, Min, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from accounts.models import AwsAccount
from findings.models import AccountRefresh, SourceLook
from findings.sources import all_sources
from sync.mirror.base import source_of_files
from sync.models import Run

MAIN = "iam.details"  # the source of users, groups, roles and policies
NOT_YET = "Findings aren’t looked for yet: it is done within minutes of the first pull."


def refreshes_of(aws_accounts: Collection[AwsAccount]) -> QuerySet[Any]:
    """With `has_looked`, and `since`: all have looked since then. None of an AWS account that nobody has begun with.

    `AccountRefresh.looked_at` says whether all have: it is set back where they are to look again.
    """
    looks = SourceLook.objects.filter(
        aws_account=OuterRef("aws_account"), source__in=[each.name for each in all_sources()]
    )
    oldest = looks.order_by().values("aws_account").annotate(oldest=Min("looked_at")).values("oldest")
    since = Case(When(looked_at__isnull=False, then=Coalesce(Subquery(oldest), "looked_at")))
    read = Run.objects.filter(
        aws_account=OuterRef("aws_account"),
        source__in=[MAIN, source_of_files().name],
        state=Run.State.DONE,
        finished_at__lte=OuterRef("since"),
    )
    rows: QuerySet[Any] = AccountRefresh.objects.filter(aws_account__in=list(aws_accounts))
    found: QuerySet[Any] = rows.annotate(since=since).annotate(has_looked=Exists(read))
    return found


def looked_in(aws_accounts: Collection[AwsAccount]) -> set[int]:
    """By their primary keys."""
    looked = refreshes_of(aws_accounts).filter(has_looked=True)
    return set(looked.values_list("aws_account", flat=True))


def not_known_yet(aws_account: AwsAccount) -> str:
    """Why nobody knows what is wrong there, a sentence; "" where it was looked for. Of one that rests nobody looks."""
    return "" if aws_account.resting or looked_in([aws_account]) else NOT_YET
