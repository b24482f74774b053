"""Findings about calls: the console's role in other hands, and the root user."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from findings import refresh
from findings.models import Finding
from identities.activity.finding_source import OUR_ROLE, ROOT
from sync.models import TrailEvent

pytestmark = pytest.mark.django_db


def event(aws_account: AwsAccount, event_id: str, **said: Any) -> TrailEvent:
    return TrailEvent.objects.create(
        aws_account=aws_account,
        event_id=event_id,
        at=timezone.now(),
        region="us-east-1",
        service="iam.amazonaws.com",
        name="CreateUser",
        personal='{"address": "192.0.2.7"}',
        **said,
    )


def test_they_are_found_and_say_nothing_personal(aws_account: AwsAccount) -> None:
    event(aws_account, "1", doer="role", called="iam-console-write", unique_id="AROA1", with_our_role=True)
    event(aws_account, "2", doer="root", called="root user")
    event(aws_account, "3", doer="user", called="jane")
    refresh.refresh(aws_account)
    found = {each.rule: each for each in Finding.objects.filter(rule__startswith="activity.")}
    assert {rule: each.severity for rule, each in found.items()} == {OUR_ROLE: "critical", ROOT: "high"}
    assert "192.0.2.7" not in str([(each.sentence, each.evidence) for each in found.values()])
