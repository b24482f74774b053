"""On the overview of an AWS account: how many resources there are of which nobody knows whether everybody gets in."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount
from iamconsole.web.panels import PanelRow
from iamconsole.web.words import counted, number
from resources.models import Resource


def attention(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    rows = Resource.objects.live().filter(aws_account=aws_account, exposure=Resource.Exposure.UNKNOWN)
    unknown = rows.order_by().count()
    if unknown:
        url = reverse("resources", kwargs={"account_id": aws_account.account_id})
        yield PanelRow(
            f"Of {counted(unknown, 'resource')} it is unknown whether everybody gets in",
            f"{url}?{urlencode({'open': Resource.Exposure.UNKNOWN})}",
            "Their policies, or what decides beside these, aren’t read.",
            severity="low",
            action=f"Review {number(unknown)}",
        )
