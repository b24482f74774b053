"""What `resources` adds to the frame: the link of the sidebar, among what is folded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import ADMINISTER, SEE_IAM
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.panels import Panel, PanelRow
from resources import search, subjects
from resources.models import Resource
from resources.reading import summary
from sync.activity import matching


def _live(request: HttpRequest, aws_account: AwsAccount) -> QuerySet[Any]:
    rows: QuerySet[Any] = Resource.objects.live().filter(aws_account=aws_account)
    return rows


_LINK = NavItem("Resources", "box", "resources", _live, SEE_IAM, position=52, counts_none=False)


def _summary(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    if aws_account.is_connected:
        said = summary(aws_account)
        text = "Their policies count in answers about access." if said else "Answers about access to them are unknown."
        url = reverse("resource_reading", kwargs={"account_id": aws_account.account_id})
        yield PanelRow(f"Read: {said}" if said else "None are read", url=url, text=text, icon="box")


# By the beginnings of kinds: the service whose events in CloudTrail are about them.
_EVENTS_OF = {"efs.": "elasticfilesystem"} | {
    f"{service}.": service
    for service in (
        "apigateway",
        "backup",
        "dynamodb",
        "ec2",
        "ecr",
        "events",
        "kms",
        "lambda",
        "logs",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
    )
}


def register() -> None:
    search.register()
    for prefix, service in _EVENTS_OF.items():
        matching.register_services(prefix, f"{service}.amazonaws.com")
    subjects.register()
    panels.register(Panel("account", "resources", "Resources", rows=_summary, permission=ADMINISTER, position=60))
    register_shell(ShellProvider(NavGroup("IAM", (_LINK,), position=10)))
