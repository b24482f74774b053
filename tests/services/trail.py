"""CloudTrail is asked who did it, as the tick and a worker do it."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import AwsAccount
from sync.activity import questions, work
from sync.models import TrailQuestion


def asked(aws_account: AwsAccount) -> None:
    questions.take_up(aws_account)
    TrailQuestion.objects.update(next_at=timezone.now())
    work.ask(aws_account.pk)
