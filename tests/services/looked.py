"""An AWS account whose users, roles and policies were read, and where findings were looked for since."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import AwsAccount
from findings.looked import MAIN
from findings.models import AccountRefresh
from sync.models import Run


def looked(aws_account: AwsAccount, at: datetime | None = None) -> None:
    at = at or timezone.now()
    about = {"aws_account": aws_account, "source": MAIN, "region": "", "state": Run.State.DONE}
    if not Run.objects.filter(**about, finished_at__lte=at).exists():
        Run.objects.create(**about, trigger=Run.Trigger.SCHEDULE, finished_at=at)
    AccountRefresh.objects.update_or_create(aws_account=aws_account, defaults={"looked_at": at})
