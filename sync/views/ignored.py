"""What lists say of the objects that they hide since a rule says to ignore them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import AwsAccount
from iamconsole.web.counts import lately
from sync.models import Ownership
from sync.selectors import aws_account_status


def ignored(request: HttpRequest, aws_account: AwsAccount, rows: QuerySet[Any]) -> dict[str, int]:
    """For the context of a list of `rows`: how many of their kind it hides. None when it is asked to show them."""
    if request.GET.get("ownership") or not aws_account_status(aws_account).ignores:
        return {}
    hidden = rows.model._default_manager.filter(
        aws_account=aws_account, gone_at__isnull=True, ownership=Ownership.IGNORED
    )
    return {"ignored": lately(hidden)}
