"""Questions about mirrored objects of any kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import AwsAccount
from sync.models import MirroredRow, Ownership

NAMESAKES = 5  # shown at most


def namesakes(row: MirroredRow) -> list[Any]:
    """Other objects that had its name before it, or have had it since: made anew under one name is another object."""
    rows: QuerySet[Any] = type(row)._default_manager.filter(
        aws_account=row.aws_account_id, region=row.region, name_key=row.name_key
    )
    if row.gone_at is None:
        rows = rows.filter(gone_at__isnull=False)
    return list(rows.exclude(pk=row.pk).order_by("-pk")[:NAMESAKES])


def count_live(model: Any) -> Callable[[HttpRequest, AwsAccount], QuerySet[Any]]:
    """For the sidebar."""
    return lambda request, aws_account: (
        model.objects.live().filter(aws_account=aws_account).exclude(ownership=Ownership.IGNORED)
    )
